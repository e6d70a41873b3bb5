// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AccessGraph, accountUser, MASTERS } from './graph.ts';
import { EVERYWHERE, type Power } from './powers.ts';
import type { Role } from './snapshot.ts';

/** The end of every path. */
export const CLUSTER_ADMIN = 'cluster-admin';
export const NODE = 'node';
export const ANY_USER = 'any-user';

/** Somebody who owns a namespace has its accounts, what runs there, and what they make run. */
export const namespaceTargets = (namespace: string): string[] => [
  `accounts/${namespace}`,
  `create/${namespace}`,
  `pods/${namespace}`,
];

/** Patterns that write into a role: by name they lead to whoever holds that role. */
const ESCALATING: ReadonlyMap<string, Role['kind']> = new Map([
  ['access.escalate-cluster-roles', 'ClusterRole'],
  ['access.escalate-roles', 'Role'],
]);

/** The roles by name that a power writes more into; undefined: it is no such power, or it is limited to no name. */
export function escalatedRoles({
  pattern,
  limits,
}: Power): { readonly kind: Role['kind']; readonly names: readonly string[] } | undefined {
  const kind = ESCALATING.get(pattern.id);
  const [escalate = [], write = []] = limits;
  if (kind === undefined || escalate.length + write.length === 0) return undefined;
  // Both must be allowed for the same role.
  if (escalate.length === 0 || write.length === 0) return { kind, names: [...escalate, ...write] };
  return { kind, names: escalate.filter((name) => write.includes(name)) };
}

const isFree = (names: readonly string[], ...wanted: readonly string[]): boolean =>
  names.length === 0 || names.some((name) => wanted.includes(name));

/** Signers whose certificates the API server takes for any user; one name may stand for a whole domain. */
const CLIENT_SIGNERS = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'];

/** Whether somebody may add subjects to a binding of cluster-admin, or make one. */
function reachesAdminBinding({ snapshot }: AccessGraph, names: readonly string[]): boolean {
  const binds = ({ kind, name, role }: (typeof snapshot.bindings)[number]): boolean =>
    kind === 'ClusterRoleBinding' && role.name === CLUSTER_ADMIN && names.includes(name);
  return isFree(names, CLUSTER_ADMIN) || snapshot.bindings.some(binds);
}

/** Where patterns lead when some of their permissions are limited to names, as far as their effect does not tell. */
const BY_NAME: Readonly<Record<string, (power: Power, graph: AccessGraph) => readonly string[]>> = {
  'access.impersonate-masters': ({ limits: [, groups = []] }) =>
    isFree(groups, MASTERS) ? [CLUSTER_ADMIN] : groups.map((name) => `Group/${name}`),
  // Which objects come by is up to the configuration, whatever its name is.
  'access.mutating-webhooks': () => [CLUSTER_ADMIN],
  'access.mutating-policies': () => [CLUSTER_ADMIN],
  'access.bind-cluster-roles': ({ limits: [bind = [], bindings = []] }, graph) =>
    isFree(bind, CLUSTER_ADMIN) && reachesAdminBinding(graph, bindings) ? [CLUSTER_ADMIN] : [],
  'access.approve-certificates': ({ limits: [, , signers = []] }) =>
    isFree(signers, ...CLIENT_SIGNERS) ? [ANY_USER] : [],
  'access.escalate-cluster-roles': () => [],
  'access.escalate-roles': () => [],
  // The type of a secret never changes: only a new one brings a token of another account.
  'access.mint-token-secrets': ({ scope, limits: [write = []] }) =>
    write.length === 0 ? [`accounts/${scope}`] : [],
};

/** What a pattern of a scope leads to. Named objects lead to their accounts directly. */
export function targetsOf(graph: AccessGraph, power: Power): readonly string[] {
  const { pattern, scope, names } = power;
  if (names.length > 0) return BY_NAME[pattern.id]?.(power, graph) ?? namedTargets(graph, power);
  switch (pattern.effect) {
    case 'admin':
      return [CLUSTER_ADMIN];
    case 'users':
      return [ANY_USER];
    case 'node':
      return [NODE];
    case 'namespace':
      return namespaceTargets(scope);
    case 'risk':
      return [];
    default:
      return [`${pattern.effect}/${scope}`];
  }
}

function namedTargets({ snapshot }: AccessGraph, { pattern, scope, names }: Power): string[] {
  const account = (name: string): string[] =>
    scope === EVERYWHERE
      ? snapshot.accounts
          .filter((one) => one.name === name)
          .map((one) => `User/${accountUser(one.namespace, name)}`)
      : [`User/${accountUser(scope, name)}`];
  switch (pattern.effect) {
    case 'accounts':
      return names.flatMap(account);
    case 'users':
      return names.map((name) => `User/${name}`);
    case 'admin':
      return names.includes(MASTERS) || names.includes(CLUSTER_ADMIN) ? [CLUSTER_ADMIN] : [];
    case 'pods':
      return snapshot.pods
        .filter((pod) => names.includes(pod.name) && (scope === EVERYWHERE || pod.namespace === scope))
        .map((pod) => `User/${accountUser(pod.namespace, pod.serviceAccount)}`);
    default:
      return [];
  }
}
