// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { grantName, roleOf, rulesOf, subjectName, subjectOf, worstFirst } from './request-facts.ts';

const base = { reason: 'r', durationMs: 1 };

describe('risks of a request', () => {
  it('begin with the worst, in their own order otherwise', () => {
    const risk = (pattern: string, severity: 'high' | 'low' | 'critical') => ({
      ...{ pattern, severity },
      title: { en: pattern, ja: pattern },
    });
    const order = worstFirst([risk('a', 'high'), risk('b', 'low'), risk('c', 'critical'), risk('d', 'high')]);
    expect(order.map(({ pattern }) => pattern)).toEqual(['c', 'a', 'd', 'b']);
  });
});

describe('what a person types into a request', () => {
  it.each([
    ['ann', { kind: 'User', name: 'ann' }],
    ['User/ann@example', { kind: 'User', name: 'ann@example' }],
    [' Group/oidc:devs/a ', { kind: 'Group', name: 'oidc:devs/a' }],
    ['ServiceAccount/shop/worker', { kind: 'ServiceAccount', namespace: 'shop', name: 'worker' }],
    ['ServiceAccount/shop', undefined],
    ['ServiceAccount/shop/a/b', undefined],
    ['User/', undefined],
    ['', undefined],
  ])('%j is a subject, or none', (text, subject) => {
    expect(subjectOf(text)).toEqual(subject);
    if (subject !== undefined)
      expect(
        subjectOf(subjectName({ ...base, subject: subjectOf(text) ?? { kind: 'User', name: '' } })),
      ).toEqual(subject);
  });

  it.each([
    ['view', { kind: 'ClusterRole', name: 'view' }],
    ['Role/deployer', { kind: 'Role', name: 'deployer' }],
    ['ClusterRole/system:aggregate', { kind: 'ClusterRole', name: 'system:aggregate' }],
    ['', undefined],
  ])('%j is a role, or none', (text, role) => {
    expect(roleOf(text)).toEqual(role);
  });

  it('makes one rule of each API group', () => {
    expect(rulesOf('get, list', 'pods pods/log deployments.apps')).toEqual([
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] },
      { verbs: ['get', 'list'], apiGroups: ['apps'], resources: ['deployments'] },
    ]);
    expect([rulesOf('get', ' '), rulesOf('', 'pods')]).toEqual([undefined, undefined]);
    const rules = rulesOf('get', 'pods/log') ?? [];
    expect(grantName({ ...base, subject: { kind: 'User', name: 'a' }, rules })).toBe('get pods/log');
  });
});
