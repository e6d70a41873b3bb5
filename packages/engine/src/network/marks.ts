// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';
import { severityRank } from '@bartizan/contracts';
import { addressScope } from '../runtime/address-scope.ts';

/** A workload as the map needs it. */
export interface MapWorkload {
  readonly id: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly worstSeverity?: Severity;
}
/** Connections between two ends, folded; ephemeral ports are already gone. */
export interface MapFlow {
  readonly workload: string;
  readonly remoteWorkload?: string;
  readonly remoteAddress: string;
  readonly direction: 'outbound' | 'inbound';
  readonly protocol: string;
  readonly serverPort: number;
  readonly connections: number;
  /** Absent: nothing of it was counted. */
  readonly bytes?: number;
  readonly verdict: string;
  readonly application?: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}
/** One mark of the map before it has a place. */
export interface Mark {
  readonly id: string;
  readonly kind: 'workload' | 'group' | 'host' | 'external';
  readonly label: string;
  readonly namespace: string;
  /** Marks with the same block stand together. */
  readonly block: string;
  members: number;
  worstSeverity?: Severity;
}
/** The marks and which of them stands for a workload or an address. */
export interface Marks {
  readonly marks: readonly Mark[];
  readonly ofWorkload: ReadonlyMap<string, string>;
  readonly ofAddress: ReadonlyMap<string, string>;
}
/** How the map is to be folded. */
export interface Folding {
  readonly expand: ReadonlySet<string>;
  readonly marksMax: number;
  readonly externalsMax: number;
  /** Connections of the time that this one is held against: both then name the same addresses. */
  readonly otherFlows: readonly MapFlow[] | undefined;
  readonly externalNames: Readonly<Record<string, string>>;
}

/** Id of the group of a namespace or project. */
export const groupId = (namespace: string): string => `group:${namespace}`;
const OTHER_EXTERNALS_ID = 'external:other';
const LABEL_MAX = 253;

function worsen(mark: Mark, severity: Severity | undefined): void {
  if (severity === undefined) return;
  const current = mark.worstSeverity;
  if (current === undefined || severityRank(severity) < severityRank(current)) mark.worstSeverity = severity;
}

const byName = (one: MapWorkload, two: MapWorkload): number =>
  one.name === two.name ? (one.id < two.id ? -1 : 1) : one.name < two.name ? -1 : 1;

const single = (workload: MapWorkload, block: string): Mark => ({
  id: workload.id,
  kind: workload.kind === 'Host' ? 'host' : 'workload',
  label: workload.name.slice(0, LABEL_MAX),
  namespace: workload.namespace,
  block,
  members: 1,
  ...(workload.worstSeverity === undefined ? {} : { worstSeverity: workload.worstSeverity }),
});

function fold(workloads: readonly MapWorkload[], mark: Mark, ofWorkload: Map<string, string>): Mark {
  mark.members = workloads.length;
  for (const workload of workloads) {
    worsen(mark, workload.worstSeverity);
    ofWorkload.set(workload.id, mark.id);
  }
  return mark;
}

const groupMark = (id: string, label: string, namespace: string): Mark => ({
  id,
  kind: 'group',
  label,
  namespace,
  block: groupId(namespace),
  members: 0,
});

interface Room {
  left: number;
}

/** Marks of one namespace: one for the whole, or one a workload with the rest folded when there is no room. */
function marksOfNamespace(
  namespace: string,
  workloads: readonly MapWorkload[],
  context: { readonly open: boolean; readonly room: Room; readonly ofWorkload: Map<string, string> },
): Mark[] {
  const { open, room, ofWorkload } = context;
  const id = groupId(namespace);
  if (!open) return [fold(workloads, groupMark(id, namespace || '-', namespace), ofWorkload)];
  const fits = Math.max(0, Math.min(workloads.length, room.left));
  const shown = workloads.slice(0, fits);
  room.left -= shown.length;
  const marks = shown.map((workload) => {
    ofWorkload.set(workload.id, workload.id);
    return single(workload, namespace === '' ? workload.id : id);
  });
  const rest = workloads.slice(fits);
  if (rest.length > 0)
    marks.push(fold(rest, groupMark(`${id}:rest`, `+${rest.length}`, namespace), ofWorkload));
  return marks;
}

function workloadMarks(workloads: readonly MapWorkload[], folding: Folding): Omit<Marks, 'ofAddress'> {
  const ofWorkload = new Map<string, string>();
  const sorted = workloads.toSorted(byName);
  const namespaces = [...Map.groupBy(sorted, ({ namespace }) => namespace)].sort(([one], [two]) =>
    one < two ? -1 : 1,
  );
  const allFit = workloads.length <= folding.marksMax / 8;
  const room = { left: folding.marksMax - folding.externalsMax - namespaces.length };
  const marks = namespaces.flatMap(([namespace, members]) => {
    const open = allFit || namespace === '' || members.length === 1 || folding.expand.has(groupId(namespace));
    return marksOfNamespace(namespace, members, { open, room, ofWorkload });
  });
  return { marks, ofWorkload };
}

interface ExternalUse {
  connections: number;
  /** Addresses that this time has; what only the other time has gets no mark here. */
  readonly addresses: Set<string>;
  readonly talks: Set<string>;
  readonly otherTalks: Set<string>;
}

/** What of the outside is used in this time and the one it is held against, by name. */
function externalUses(flows: readonly MapFlow[], folding: Folding): Map<string, ExternalUse> {
  const uses = new Map<string, ExternalUse>();
  const add = (flow: MapFlow, isOther: boolean): void => {
    if (flow.remoteWorkload !== undefined || addressScope(flow.remoteAddress) === 'loopback') return;
    const name = folding.externalNames[flow.remoteAddress] ?? flow.remoteAddress;
    const use: ExternalUse = uses.get(name) ?? {
      connections: 0,
      addresses: new Set<string>(),
      talks: new Set<string>(),
      otherTalks: new Set<string>(),
    };
    use.connections += flow.connections;
    if (!isOther) use.addresses.add(flow.remoteAddress);
    const talks = isOther ? use.otherTalks : use.talks;
    talks.add(`${flow.direction} ${flow.workload} ${flow.protocol}/${flow.serverPort}`);
    uses.set(name, use);
  };
  for (const flow of flows) add(flow, false);
  for (const flow of folding.otherFlows ?? []) add(flow, true);
  return uses;
}

/**
 * Names that may lead to a difference come before all others, however little they are used: first who is called from
 * inside in one time only, then who calls. Of many callers of a public service the called must not be crowded out.
 */
function differenceRank({ talks, otherTalks }: ExternalUse): number {
  const differing = [
    ...[...talks].filter((talk) => !otherTalks.has(talk)),
    ...[...otherTalks].filter((talk) => !talks.has(talk)),
  ];
  if (differing.length === 0) return 0;
  return differing.some((talk) => talk.startsWith('outbound')) ? 2 : 1;
}

/** Addresses outside, what differs from another time first, then most used; beyond the limit they share one mark. */
function externalMarks(flows: readonly MapFlow[], folding: Folding): Pick<Marks, 'marks' | 'ofAddress'> {
  const use = externalUses(flows, folding);
  const rankOf = (entry: ExternalUse): number =>
    folding.otherFlows === undefined ? 0 : differenceRank(entry);
  const ranked = [...use]
    .map(([name, entry]) => ({ name, entry, rank: rankOf(entry) }))
    .sort(
      (one, two) =>
        two.rank - one.rank ||
        two.entry.connections - one.entry.connections ||
        (one.name < two.name ? -1 : 1),
    );
  const places = use.size <= folding.externalsMax ? use.size : folding.externalsMax - 1;
  const ofAddress = new Map<string, string>();
  const marks: Mark[] = [];
  const mark = (id: string, label: string, members: number): Mark => ({
    id,
    kind: 'external',
    label: label.slice(0, LABEL_MAX),
    namespace: '',
    block: id,
    members,
  });
  const isHere = ({ entry }: (typeof ranked)[number]): boolean => entry.addresses.size > 0;
  for (const {
    name,
    entry: { addresses },
  } of ranked.slice(0, places).filter(isHere)) {
    const id = `external:${name}`.slice(0, LABEL_MAX);
    marks.push(mark(id, name, addresses.size));
    for (const address of addresses) ofAddress.set(address, id);
  }
  const rest = ranked.slice(places).filter(isHere);
  if (rest.length > 0) marks.push(mark(OTHER_EXTERNALS_ID, `+${rest.length}`, rest.length));
  for (const { entry } of rest)
    for (const address of entry.addresses) ofAddress.set(address, OTHER_EXTERNALS_ID);
  return { marks, ofAddress };
}

/** Folds workloads and outside addresses into at most `marksMax` marks. */
export function foldMarks(
  workloads: readonly MapWorkload[],
  flows: readonly MapFlow[],
  folding: Folding,
): Marks {
  const inside = workloadMarks(workloads, folding);
  const outside = externalMarks(flows, folding);
  return {
    marks: [...inside.marks, ...outside.marks],
    ofWorkload: inside.ofWorkload,
    ofAddress: outside.ofAddress,
  };
}
