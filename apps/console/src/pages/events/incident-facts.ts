// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { groupIncidents, INCIDENT_GAP_MS } from '@bartizan/engine/incident';

type Grouped = Parameters<typeof groupIncidents>[0][number];

/** What is known of the incident of an event. */
export interface IncidentFacts<E> {
  /** The other events of it, earliest first. */
  readonly others: readonly E[];
  /** Whether these are all: nothing that was not read yet can belong to it. */
  readonly isWhole: boolean;
}

/** Finds the incident of an event among events that were read newest first; `hasMore`: there are older ones. */
export const incidentFacts = <E extends Grouped>(
  event: Grouped,
  read: readonly E[],
  hasMore: boolean,
): IncidentFacts<E> => {
  const own = groupIncidents(read).find(({ members }) => members.some(({ id }) => id === event.id));
  const earliestMs = Math.min(event.occurredAtMs, own?.members[0].occurredAtMs ?? event.occurredAtMs);
  const oldestMs = read.at(-1)?.occurredAtMs ?? Number.POSITIVE_INFINITY;
  return {
    others: own?.members.filter(({ id }) => id !== event.id) ?? [],
    isWhole: !hasMore || oldestMs < earliestMs - INCIDENT_GAP_MS,
  };
};
