// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { groupIncidents } from '@bartizan/engine/incident';
import { useMemo, useState } from 'react';
import type { ItemOf } from '../../data/queries.ts';

type EventRow = ItemOf<'event.list'>;

/** What the list knows of incidents besides the events themselves. */
export interface IncidentView {
  /** Other events of the incident that a row leads; 0 where it leads none. */
  readonly others: (row: EventRow) => number;
  readonly isOpen: (row: EventRow) => boolean;
  /** Whether a row belongs to the incident above it. */
  readonly isMember: (row: EventRow) => boolean;
  readonly toggle: (row: EventRow) => void;
}

/** The rows of a list in which an incident is one row, and its other events below it where they are asked for. */
export function incidentRows(events: readonly EventRow[], open: ReadonlySet<string>) {
  const others = new Map<string, number>();
  const members = new Set<string>();
  const rows = groupIncidents(events).flatMap(({ lead, members: all }) => {
    others.set(lead.id, all.length - 1);
    if (!open.has(lead.id)) return [lead];
    const rest = all.filter((event) => event !== lead);
    for (const event of rest) members.add(event.id);
    return [lead, ...rest];
  });
  return { rows, others, members };
}

/** Rows and view of a list of events; which incidents are open is kept while the page is. */
export const useIncidentRows = (
  events: readonly EventRow[],
): readonly [readonly EventRow[], IncidentView] => {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  return useMemo(() => {
    const { rows, others, members } = incidentRows(events, open);
    const view: IncidentView = {
      others: (row) => others.get(row.id) ?? 0,
      isOpen: (row) => open.has(row.id),
      isMember: (row) => members.has(row.id),
      toggle: (row) =>
        setOpen(
          (before) =>
            new Set(before.has(row.id) ? [...before].filter((id) => id !== row.id) : [...before, row.id]),
        ),
    };
    return [rows, view] as const;
  }, [events, open]);
};
