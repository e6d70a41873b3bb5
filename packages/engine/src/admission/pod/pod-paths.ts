// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isObject, type JsonObject, member, type Step } from './json.ts';

/** A step to every item of a list, and to every member of a map. */
export const EACH = '*';

/** Where a kind keeps a pod template. */
export interface PodPath {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  /** Path of what holds `metadata` and `spec` of the pod; empty when the object is the pod. */
  readonly template: readonly string[];
  /** What the holder calls the spec of the pod; absent: `spec`. */
  readonly spec?: string;
  /** Versions of the kind that keep it there; absent: all. */
  readonly versions?: readonly string[];
  /** The schema does not say what is there: it is a pod where it has a list of containers. */
  readonly isGuess?: true;
}

const TEMPLATE: readonly string[] = ['spec', 'template'];

/** The kinds of Kubernetes that hold pods. Custom kinds come as more rows of the same table. */
export const POD_PATHS: readonly PodPath[] = [
  { group: '', resource: 'pods', kind: 'Pod', template: [] },
  { group: '', resource: 'podtemplates', kind: 'PodTemplate', template: ['template'] },
  { group: '', resource: 'replicationcontrollers', kind: 'ReplicationController', template: TEMPLATE },
  { group: 'apps', resource: 'deployments', kind: 'Deployment', template: TEMPLATE },
  { group: 'apps', resource: 'replicasets', kind: 'ReplicaSet', template: TEMPLATE },
  { group: 'apps', resource: 'statefulsets', kind: 'StatefulSet', template: TEMPLATE },
  { group: 'apps', resource: 'daemonsets', kind: 'DaemonSet', template: TEMPLATE },
  { group: 'batch', resource: 'jobs', kind: 'Job', template: TEMPLATE },
  {
    group: 'batch',
    resource: 'cronjobs',
    kind: 'CronJob',
    template: ['spec', 'jobTemplate', 'spec', 'template'],
  },
];

/** Parts of running pods that are written as sub-resources and hold the whole pod: the word workloads covers them. */
export const BESIDE_PODS: readonly string[] = ['/pods/ephemeralcontainers', '/pods/resize'];

/** Looks a resource up: a kind may keep several pods. */
export type PodPathTable = ReadonlyMap<string, readonly PodPath[]>;

/** Builds the table; rows given here come beside those of Kubernetes. */
export function podPathTable(more: readonly PodPath[] = []): PodPathTable {
  const table = new Map<string, PodPath[]>();
  for (const row of [...POD_PATHS, ...more]) {
    const key = `${row.group}/${row.resource}`;
    const rows = table.get(key);
    if (rows === undefined) table.set(key, [row]);
    else rows.push(row);
  }
  return table;
}

/** The table without custom kinds. */
export const DEFAULT_POD_PATHS: PodPathTable = podPathTable();

/** Whether the path is one place in every version: what an expression of the API server can follow. */
export const isPlainPath = ({ template, spec, versions, isGuess }: PodPath): boolean =>
  spec === undefined && versions === undefined && isGuess === undefined && !template.includes(EACH);

/** One place of an object that holds a pod. */
export interface PodPlace {
  readonly template: readonly Step[];
  readonly spec: string;
  readonly isGuess: boolean;
}
/** The places of one object. */
export interface PodPlaces {
  readonly places: readonly PodPlace[];
  /** There are more than are looked at. */
  readonly isCut: boolean;
}

/** Pods of one object that are judged; with more of them nobody can say anything of the whole. */
export const PODS_MAX = 256;
const NO_PLACES: PodPlaces = { places: [], isCut: false };

/** The one place of kinds that have one, made once. */
const plain = new WeakMap<PodPath, PodPlaces>();

const versionOf = ({ apiVersion }: JsonObject): string | undefined =>
  typeof apiVersion === 'string' ? apiVersion.slice(apiVersion.indexOf('/') + 1) : undefined;

/** The ways to all that a step to each stands for, at most one more than are looked at. */
function expanded(object: JsonObject, template: readonly string[]): (readonly Step[])[] {
  let ways: { readonly steps: readonly Step[]; readonly value: unknown }[] = [{ steps: [], value: object }];
  for (const key of template) {
    const next: typeof ways = [];
    for (const { steps, value } of ways) {
      if (next.length > PODS_MAX) break;
      if (key !== EACH) {
        const found = isObject(value) ? member(value, key) : undefined;
        next.push({ steps: [...steps, key], value: found });
        continue;
      }
      const items: readonly (readonly [Step, unknown])[] = Array.isArray(value)
        ? value.slice(0, PODS_MAX + 1).map((item: unknown, at) => [at, item] as const)
        : isObject(value)
          ? Object.entries(value).slice(0, PODS_MAX + 1)
          : [];
      for (const [step, item] of items) next.push({ steps: [...steps, step], value: item });
    }
    ways = next;
  }
  return ways.map(({ steps }) => steps);
}

/** Where an object of these rows keeps its pods. A version that no row names may be any of them. */
export function podPlaces(rows: readonly PodPath[] | undefined, object: JsonObject): PodPlaces {
  const [first] = rows ?? [];
  if (rows === undefined || first === undefined) return NO_PLACES;
  if (rows.length === 1 && first.versions === undefined && !first.template.includes(EACH)) {
    const known = plain.get(first) ?? { places: [placeOf(first, first.template)], isCut: false };
    plain.set(first, known);
    return known;
  }
  const version = versionOf(object);
  const isNamed = rows.some(({ versions }) => versions?.includes(version ?? '') ?? true);
  const own = isNamed
    ? rows.filter(({ versions }) => versions?.includes(version ?? '') ?? true)
    : rows.filter(({ template, spec }, at) =>
        rows.slice(0, at).every((one) => one.spec !== spec || one.template.join() !== template.join()),
      );
  const places = own.flatMap((row) => expanded(object, row.template).map((steps) => placeOf(row, steps)));
  return { places: places.slice(0, PODS_MAX), isCut: places.length > PODS_MAX };
}

const placeOf = ({ spec, isGuess }: PodPath, template: readonly Step[]): PodPlace => ({
  template,
  spec: spec ?? 'spec',
  isGuess: isGuess === true,
});
