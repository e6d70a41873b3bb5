// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts } from '@bartizan/contracts';
import type { ResourceAttributes } from '../access/authorize.ts';
import { accountOf, groupsOf, MASTERS } from '../access/graph.ts';
import { isObject, memberOf } from '../foreign-json.ts';

const GROUPS_MAX = 64;
const EXTRAS_MAX = 64;
const text = (value: unknown, max: number): string => (typeof value === 'string' ? value.slice(0, max) : '');
const texts = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string').map((item) => item.slice(0, 1024))
    : [];

/** Groups that are allowed everything: by the API server itself, and by the binding that kubeadm makes for its administrators. */
const ALL_POWERFUL: readonly string[] = [MASTERS, 'kubeadm:cluster-admins'];

/** Groups in their order. Whoever names many cannot push one that is allowed everything out of sight. */
function groupsShown(all: readonly string[]): string[] {
  const late = ALL_POWERFUL.filter((group) => all.indexOf(group) >= GROUPS_MAX - ALL_POWERFUL.length);
  return [...late, ...all.filter((group) => !late.includes(group))].slice(0, GROUPS_MAX);
}

/** As whom somebody acted: `impersonatedUser` of an event. */
export function impersonationFacts(impersonated: unknown): Facts {
  const user = text(memberOf(impersonated, 'username'), 512);
  if (user === '') return {};
  const uid = text(memberOf(impersonated, 'uid'), 1024);
  const extra = memberOf(impersonated, 'extra');
  const extras = Object.entries(isObject(extra) ? extra : {}).flatMap(([key, values]) =>
    texts(values).map((value) => `${key.slice(0, 1024)}=${value}`),
  );
  return {
    'audit.impersonated': user,
    'audit.impersonated-groups': groupsShown(texts(memberOf(impersonated, 'groups'))),
    ...(uid === '' ? {} : { 'audit.impersonated-uid': uid }),
    ...(extras.length === 0 ? {} : { 'audit.impersonated-extras': extras.slice(0, EXTRAS_MAX) }),
  };
}

const listOf = (facts: Facts, name: string): readonly string[] => {
  const value = facts[name];
  return Array.isArray(value) ? value : [];
};

/**
 * Groups that somebody asked for. The API server adds one behind those of every user, and gives a service account for
 * which none was asked the groups that it has; for these nobody is asked (k8s.io/apiserver, WithImpersonation).
 */
function groupsAsked(user: string, all: readonly string[]): readonly string[] {
  const own = groupsOf({ user, groups: [] });
  if (all.length === own.length && all.every((group) => own.includes(group))) return [];
  const last = all.at(-1);
  return last === 'system:authenticated' || last === 'system:unauthenticated' ? all.slice(0, -1) : all;
}

/** What the authorizer is asked before somebody may act as another: one request for each part of the identity. */
export function impersonationAsked(facts: Facts): ResourceAttributes[] {
  const user = facts['audit.impersonated'];
  if (typeof user !== 'string') return [];
  const account = accountOf(user);
  const verb = 'impersonate';
  const identity = { verb, group: 'authentication.k8s.io' };
  const uid = facts['audit.impersonated-uid'];
  return [
    account === undefined
      ? { verb, group: '', resource: 'users', name: user }
      : { verb, group: '', resource: 'serviceaccounts', ...account },
    ...groupsAsked(user, listOf(facts, 'audit.impersonated-groups')).map((name) => ({
      ...{ verb, group: '', resource: 'groups', name },
    })),
    ...(typeof uid === 'string' ? [{ ...identity, resource: 'uids', name: uid }] : []),
    ...listOf(facts, 'audit.impersonated-extras').map((extra) => {
      const end = extra.indexOf('=');
      return {
        ...{ ...identity, resource: 'userextras' },
        ...{ subresource: extra.slice(0, end), name: extra.slice(end + 1) },
      };
    }),
  ];
}

/** Whether they acted as one who is allowed everything before any role is asked. */
export const actedAsMaster = (facts: Facts): boolean =>
  listOf(facts, 'audit.impersonated-groups').includes(MASTERS);
