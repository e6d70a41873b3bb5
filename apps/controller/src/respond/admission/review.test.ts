// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { compileAdmissionPolicy, judgeAdmission } from '@bartizan/engine/admission';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReview } from './review.ts';

const reviewOf = (userInfo: object, name = 'web'): object => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'u1',
    operation: 'CREATE',
    resource: { group: '', version: 'v1', resource: 'pods' },
    kind: { group: '', version: 'v1', kind: 'Pod' },
    namespace: 'shop',
    name,
    userInfo,
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, spec: {} },
  },
});

/** Refuses every pod of users of some groups. */
function rulesFor(groups: string[]) {
  const rule: AdmissionRule = {
    id: 'test.groups',
    title: { en: 't', ja: 't' },
    description: { en: 'd', ja: 'd' },
    severity: 'high',
    effect: 'deny',
    order: 100,
    stages: ['admission'],
    mode: 'enforce',
    match: { resources: ['/pods'], operations: ['CREATE'], groups },
    condition: { field: 'object.kind', operator: 'equals', value: 'Pod' },
    whenUnknown: 'deny',
    message: { en: 'm', ja: 'm' },
    fix: { action: { en: 'f', ja: 'f' } },
    control: ['k01-workload-configuration'],
    owasp: { 2022: ['K01'], 2025: ['K01'] },
    attack: [],
    references: [],
    tests: { mustViolate: [], mustPass: [] },
  };
  const set = compileAdmissionPolicy({ rules: [rule] });
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
}

describe('a review', () => {
  it('is read or refused with a reason, whatever it holds', () => {
    const shaped = fc.record(
      {
        apiVersion: fc.constant('admission.k8s.io/v1'),
        kind: fc.constant('AdmissionReview'),
        request: fc.record(
          {
            uid: fc.oneof(fc.string(), fc.jsonValue()),
            operation: fc.constantFrom('CREATE', 'CONNECT', 'EVIL'),
            resource: fc.jsonValue(),
            kind: fc.jsonValue(),
            userInfo: fc.oneof(fc.jsonValue(), fc.record({ groups: fc.array(fc.jsonValue()) })),
            object: fc.jsonValue(),
            name: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['apiVersion', 'kind'] },
    );
    fc.assert(
      fc.property(fc.oneof(shaped, fc.jsonValue()), (json) => {
        const read = readReview(json);
        if (typeof read === 'string') {
          expect(read).not.toBe('');
          return;
        }
        expect(read.uid.length).toBeGreaterThan(0);
        expect(read.user.groups.every((group) => typeof group === 'string')).toBe(true);
        expect(typeof read.name).toBe('string');
      }),
      { seed: 6, numRuns: 2000 },
    );
  });

  it('tells all groups of who asks, and whole names: rules may mean the last of them', () => {
    const groups = [...Array.from({ length: 5_000 }, (_, at) => `g${at}`), 'system:authenticated'];
    const long = `${'x'.repeat(300)}-end`;
    const read = readReview(reviewOf({ username: long, groups: [...groups, long] }, long));
    expect(read).toMatchObject({ name: long, user: { name: long, groups: [...groups, long] } });
  });

  it('tells a group that is repeated again and again once', () => {
    const read = readReview(reviewOf({ username: 'kim', groups: Array(5_000).fill('dev') }));
    expect(read).toMatchObject({ user: { groups: ['dev'] } });
  });

  it('is judged by the rule of a group that stands behind two hundred others', () => {
    const groups = [
      ...Array.from({ length: 200 }, (_, at) => `g${at}`),
      'contractors',
      'system:authenticated',
    ];
    const read = readReview(reviewOf({ username: 'kim', groups }));
    if (typeof read === 'string') throw new Error(read);
    for (const named of ['contractors', 'system:authenticated'])
      expect(judgeAdmission(rulesFor([named]), read, {}, 0)).toMatchObject({
        allowed: false,
        violations: [{ state: 'violated' }],
      });
    expect(judgeAdmission(rulesFor(['admins']), read, {}, 0)).toMatchObject({
      allowed: true,
      violations: [],
    });
  });
});
