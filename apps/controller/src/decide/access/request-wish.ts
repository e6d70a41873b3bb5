// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ACCESS_REQUEST_MAX_MS, type AccessRequestWish } from '@bartizan/contracts';
import type { AccessGraph } from '@bartizan/engine/access';

/** Names of everybody: a request is for somebody. */
const EVERYBODY = new Set([
  'system:anonymous',
  'system:unauthenticated',
  'system:authenticated',
  'system:serviceaccounts',
  'system:masters',
]);
const OBJECT_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/u;
/** Roles may have colons in their names. */
const ROLE_NAME = /^[A-Za-z0-9]([A-Za-z0-9:._-]*[A-Za-z0-9])?$/u;

function subjectFault({ subject: { kind, namespace, name } }: AccessRequestWish): string | undefined {
  if (kind === 'ServiceAccount') {
    if (namespace === undefined || !OBJECT_NAME.test(namespace))
      return '/subject/namespace has to name the namespace of the service account';
    return OBJECT_NAME.test(name) ? undefined : '/subject/name is not the name of a service account';
  }
  if (namespace !== undefined) return '/subject/namespace is for service accounts';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would hide in lists and logs.
  if (/[\u0000-\u001f\u007f]/u.test(name)) return '/subject/name holds control characters';
  return EVERYBODY.has(name) ? `/subject/name: ${name} is not somebody` : undefined;
}

function grantFault({ role, rules, namespace }: AccessRequestWish): string | undefined {
  if ((role === undefined) === (rules === undefined)) return 'one of /role and /rules has to be given';
  if (role !== undefined) {
    if (!ROLE_NAME.test(role.name)) return '/role/name is not the name of a role';
    return role.kind === 'Role' && namespace === undefined
      ? '/namespace has to be given: a Role is one of a namespace'
      : undefined;
  }
  const isEmpty =
    rules?.length === 0 ||
    rules?.some(
      ({ verbs, apiGroups, resources, resourceNames }) =>
        verbs.length * apiGroups.length * resources.length === 0 || resourceNames?.length === 0,
    );
  return isEmpty ? '/rules: each needs verbs, API groups and resources' : undefined;
}

/** What is wrong with a request before anything is known of the cluster; undefined: nothing. */
export function wishFault(wish: AccessRequestWish, shortestMs: number): string | undefined {
  const { namespace, reason, durationMs } = wish;
  if (namespace !== undefined && !OBJECT_NAME.test(namespace)) return '/namespace is not the name of one';
  if (reason.trim() === '') return '/reason has to say something';
  if (durationMs < shortestMs || durationMs > ACCESS_REQUEST_MAX_MS)
    return `/durationMs has to be ${shortestMs} to ${ACCESS_REQUEST_MAX_MS} ms`;
  return subjectFault(wish) ?? grantFault(wish);
}

/** Whether a role that is named is surely not there. What could not be read is not surely missing. */
export function isRoleMissing(
  { snapshot }: AccessGraph,
  { role, namespace = '' }: AccessRequestWish,
): boolean {
  if (role === undefined || snapshot.unreadable.includes(role.kind)) return false;
  return !snapshot.roles.some(
    (one) =>
      one.kind === role.kind &&
      one.name === role.name &&
      (one.kind === 'ClusterRole' || one.namespace === namespace),
  );
}
