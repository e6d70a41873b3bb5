// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionMatch, type AdmissionOperation, err, ok, type Result } from '@bartizan/contracts';
import { POD_PATHS } from '../../admission/index.ts';
import { entryOf, isObject } from '../../foreign-json.ts';
import { knownOperations } from './conditions.ts';

/** Kinds without pods that patterns are often about. */
const OTHERS: Readonly<Record<string, string>> = {
  Service: '/services',
  Namespace: '/namespaces',
  ConfigMap: '/configmaps',
  Secret: '/secrets',
  ServiceAccount: '/serviceaccounts',
  PersistentVolume: '/persistentvolumes',
  PersistentVolumeClaim: '/persistentvolumeclaims',
  Ingress: 'networking.k8s.io/ingresses',
  NetworkPolicy: 'networking.k8s.io/networkpolicies',
  Role: 'rbac.authorization.k8s.io/roles',
  ClusterRole: 'rbac.authorization.k8s.io/clusterroles',
  RoleBinding: 'rbac.authorization.k8s.io/rolebindings',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/clusterrolebindings',
};
const WITH_PODS: ReadonlyMap<string, string> = new Map(
  POD_PATHS.filter(({ kind }) => kind !== 'Pod').map(({ kind, group, resource }) => [
    kind,
    `${group}/${resource}`,
  ]),
);

interface Selected {
  readonly kinds: readonly string[];
  readonly namespaces: readonly string[];
  readonly operations: readonly AdmissionOperation[];
}

const texts = (value: unknown): string[] | undefined =>
  value === undefined
    ? []
    : Array.isArray(value) && value.every((one) => typeof one === 'string')
      ? value
      : undefined;

function selectedOf(value: unknown): Result<Selected, string> {
  const resources = isObject(value) ? value['resources'] : undefined;
  if (!isObject(value) || !isObject(resources) || Object.keys(value).length !== 1)
    return err('match: only resources are read, not subjects or roles');
  const stranger = Object.keys(resources).find((key) => !['kinds', 'namespaces', 'operations'].includes(key));
  if (stranger !== undefined) return err(`match.resources.${stranger} is not read yet`);
  const [kinds, namespaces, operations] = [
    resources['kinds'],
    resources['namespaces'],
    resources['operations'],
  ].map(texts);
  if (kinds === undefined || namespaces === undefined || operations === undefined)
    return err('match: kinds, namespaces and operations are lists of text');
  const known = knownOperations(operations);
  return known.ok ? ok({ kinds, namespaces, operations: known.value }) : known;
}

/** The resource of `Kind`, `version/Kind` or `group/version/Kind`; undefined: it is none that is known. */
function resourceOfKind(written: string): string | undefined {
  const parts = written.split('/');
  const name = parts.at(-1) ?? '';
  const resource = name === 'Pod' ? '/pods' : (entryOf(OTHERS, name) ?? WITH_PODS.get(name));
  // Other groups have kinds of the same name.
  const isOfGroup = parts.length < 3 || parts[0] === '*' || resource?.startsWith(`${parts[0]}/`) === true;
  return parts.length <= 3 && isOfGroup ? resource : undefined;
}

const PODS: readonly string[] = ['/pods', '/pods/ephemeralcontainers'];
const CONTROLLERS = 'pod-policies.kyverno.io/autogen-controllers';

/**
 * What rules about pods are asked about: everything that holds a template of one, unless the policy says for which
 * controllers Kyverno generates rules.
 */
export function podResources(annotations: unknown): Result<readonly string[], string> {
  const named = isObject(annotations) ? annotations[CONTROLLERS] : undefined;
  if (named === undefined || named === null || named === '' || named === 'all')
    return ok(['workloads', PODS[1] ?? '']);
  if (named === 'none') return ok(PODS);
  const kinds = typeof named === 'string' ? named.split(',') : [];
  const resources = kinds.flatMap((kind) => WITH_PODS.get(kind) ?? []);
  return kinds.length > 0 && resources.length === kinds.length
    ? ok([...PODS, ...resources])
    : err(`${CONTROLLERS}: ${String(named)} is not read`);
}

function resourcesOf(
  kinds: readonly string[],
  ofPods: OfPolicy['ofPods'],
): Result<{ resources: readonly string[]; isPod: boolean }, string> {
  const resources = kinds.flatMap((kind) => resourceOfKind(kind) ?? []);
  if (resources.length < kinds.length || resources.length === 0)
    return err(`match: a kind is not known: ${kinds.join(', ')}`);
  if (!resources.includes('/pods')) return ok({ resources, isPod: false });
  const withPods = new Set(['/pods', ...WITH_PODS.values()]);
  if (!resources.every((resource) => withPods.has(resource)))
    return err('match: pods and kinds without pods in one rule');
  if (!ofPods.ok) return ofPods;
  // Controllers that the rule names itself are asked whichever the policy names.
  const all = ofPods.value.includes('workloads') ? ofPods.value : new Set([...ofPods.value, ...resources]);
  return ok({ resources: [...all], isPod: true });
}

/** Kinds that are in no namespace. */
const OF_CLUSTER: ReadonlySet<string> = new Set(
  ['Namespace', 'PersistentVolume', 'ClusterRole', 'ClusterRoleBinding'].map((kind) => OTHERS[kind] ?? kind),
);

/** The namespaces of a rule: those of a Policy are its own one alone. */
function placesOf(
  named: readonly string[],
  resources: readonly string[],
  own: string | undefined,
): Result<readonly string[], string> {
  if (own === undefined) return ok(named);
  if (named.some((name) => name !== own)) return err('match: namespaces beside that of the Policy');
  return resources.some((resource) => OF_CLUSTER.has(resource))
    ? err('match: a Policy is about nothing outside its namespace')
    : ok([own]);
}

/** What the policy says of all its rules. */
interface OfPolicy {
  /** The only namespace that it holds in. */
  readonly namespace: string | undefined;
  /** What rules about pods are asked about; an error concerns no others. */
  readonly ofPods: Result<readonly string[], string>;
}

/** What a rule is asked about; several alternatives must differ in kinds only. */
export function matchOf(
  match: unknown,
  exclude: unknown,
  { namespace: own, ofPods }: OfPolicy,
): Result<{ readonly match: AdmissionMatch; readonly isPod: boolean }, string> {
  if (!isObject(match)) return err('match: is not an object');
  const parts = Object.keys(match);
  const isList = parts.includes('any') || parts.includes('all');
  if (isList && parts.length > 1) return err(`match by ${parts.join(' and ')} is not read yet`);
  const alternatives = match['any'] ?? match['all'] ?? [match];
  if (!Array.isArray(alternatives) || alternatives.length === 0) return err('match: says nothing');
  if (match['all'] !== undefined && alternatives.length > 1)
    return err('match.all with several parts is not read yet');
  if (exclude !== undefined && exclude !== null) return err('exclude is not read yet');
  const selected: Selected[] = [];
  for (const alternative of alternatives) {
    const one = selectedOf(alternative);
    if (!one.ok) return one;
    selected.push(one.value);
  }
  const [first] = selected;
  const same = (of: (one: Selected) => readonly string[]): boolean =>
    new Set(selected.map((one) => of(one).join(' '))).size === 1;
  if (first === undefined || !same(({ namespaces }) => namespaces) || !same(({ operations }) => operations))
    return err('match.any with different namespaces or operations is not read yet');
  const resources = resourcesOf(
    selected.flatMap(({ kinds }) => kinds),
    ofPods,
  );
  if (!resources.ok) return resources;
  const places = placesOf(first.namespaces, resources.value.resources, own);
  if (!places.ok) return places;
  const { operations } = first;
  const namespaces = places.value;
  return ok({
    isPod: resources.value.isPod,
    match: {
      resources: [...resources.value.resources],
      operations: operations.length > 0 ? [...operations] : ['CREATE', 'UPDATE'],
      ...(namespaces.length > 0 ? { namespaces: [...namespaces] } : {}),
    },
  });
}
