// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ProcessInfo, SecurityEvent, Severity } from '@bartizan/contracts';
import { sha256 } from '../revision/sha256.ts';

/** Longest quiet time inside one incident, in milliseconds. */
export const INCIDENT_GAP_MS = 60_000;

/** Events of one process chain. At least one member; the lead is the worst, the earliest of several. */
export interface Incident<E> {
  readonly lead: E;
  /** All of them, the lead too, earliest first. */
  readonly members: readonly [E, ...E[]];
}

type Grouped = Pick<SecurityEvent, 'id' | 'incident' | 'occurredAtMs' | 'severity'>;
type Named = Pick<ProcessInfo, 'pid' | 'startBootUs' | 'name'>;
interface Chained {
  readonly node: string;
  readonly bootId: string;
  readonly workload: { readonly container?: string };
  readonly chain?: {
    readonly process: Named;
    readonly ancestors: readonly Named[];
  };
}

/**
 * Programs that start what has nothing to do with each other: container runtimes, and what begins sessions and jobs on a
 * host. Whoever comes from one of them begins a chain of its own.
 */
const STARTERS =
  /^(runc|crun|youki|conmon|containerd(-shim.*)?|dockerd|docker-init|systemd|init|sshd(-session)?|crond?|atd|login|agetty)$/;

/**
 * What events of one process chain share: node, boot, container and the outermost process of the chain that is neither
 * the first of the machine nor one that starts the unrelated. Undefined where the process is not known. It says nothing
 * about time: two attacks through the same server an hour apart share it too, and `groupIncidents` tells them apart.
 */
export function incidentOf(event: Chained): string | undefined {
  if (event.chain === undefined) return undefined;
  let first = event.chain.process;
  for (const ancestor of event.chain.ancestors) {
    if (ancestor.pid <= 1 || STARTERS.test(ancestor.name)) break;
    first = ancestor;
  }
  const parts = [event.node, event.bootId, event.workload.container ?? '', first.pid, first.startBootUs];
  return sha256(parts.join('\n')).slice(0, 16);
}

/** From worst to mildest. */
const RANKS: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info', 'unknown'];

/**
 * Puts events of one process chain together while no more than `INCIDENT_GAP_MS` passes between two of them. Incidents
 * come in the order in which the first of their events comes in the list; an event without a known process is alone.
 */
export function groupIncidents<E extends Grouped>(events: readonly E[]): Incident<E>[] {
  const order = new Map(events.map((event, at) => [event, at]));
  const byTime = [...events].sort(
    (a, b) => a.occurredAtMs - b.occurredAtMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
  const open = new Map<string, [E, ...E[]]>();
  const groups: [E, ...E[]][] = [];
  for (const event of byTime) {
    const group = event.incident === undefined ? undefined : open.get(event.incident);
    const last = group?.at(-1);
    if (
      group !== undefined &&
      last !== undefined &&
      event.occurredAtMs - last.occurredAtMs <= INCIDENT_GAP_MS
    ) {
      group.push(event);
      continue;
    }
    const begun: [E, ...E[]] = [event];
    groups.push(begun);
    if (event.incident !== undefined) open.set(event.incident, begun);
  }
  const placeOf = (members: readonly E[]): number =>
    members.reduce((least, event) => Math.min(least, order.get(event) ?? events.length), events.length);
  return groups
    .map((members) => ({ lead: leadOf(members), members, place: placeOf(members) }))
    .sort((a, b) => a.place - b.place)
    .map(({ lead, members }) => ({ lead, members }));
}

const leadOf = <E extends Grouped>([first, ...rest]: readonly [E, ...E[]]): E =>
  rest.reduce(
    (lead, event) => (RANKS.indexOf(event.severity) < RANKS.indexOf(lead.severity) ? event : lead),
    first,
  );
