// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { compileAdmissionPolicy, judgeAdmission } from '@bartizan/engine/admission';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterFacts } from './cluster-facts.ts';

let isAccessKnown = true;
let facts: ClusterFacts;
beforeEach(() => {
  isAccessKnown = true;
  facts = new ClusterFacts({ isAccessKnown: () => isAccessKnown });
});

const put = (name: string, object: object | undefined, namespace = 'shop'): void =>
  facts.take({
    ...{ group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount', namespace, name },
    ...(object === undefined ? {} : { object: { metadata: { name, namespace }, ...object } }),
  });

const mounted = compileAdmissionPolicy({
  rules: [
    anAdmissionRule({
      mode: 'enforce',
      whenUnknown: 'alert',
      condition: { field: 'serviceAccount.effective.automountToken', operator: 'equals', value: true },
    }),
  ],
});
/** What a rule against mounted tokens finds of a pod. */
function found(spec: object, context: Parameters<typeof judgeAdmission>[2] = facts): string[] {
  if (!mounted.ok) throw new Error(mounted.error.detail);
  const request = {
    operation: 'CREATE',
    ...{ group: '', resource: 'pods', subResource: '', kind: 'Pod' },
    ...{ namespace: 'shop', name: 'web' },
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [], ...spec } },
  } as const;
  return judgeAdmission(mounted.value, request, context, 0).violations.map(({ state }) => state);
}

describe('whether the token of an account is mounted', () => {
  it('is what the account says, and yes where it says nothing', () => {
    put('web', {});
    put('none', { automountServiceAccountToken: false });
    put('asked', { automountServiceAccountToken: true });
    expect(facts.serviceAccount('shop', 'web')).toEqual({ riskTags: [], automountToken: true });
    expect(facts.serviceAccount('shop', 'none')).toEqual({ riskTags: [], automountToken: false });
    expect(facts.serviceAccount('shop', 'asked')).toMatchObject({ automountToken: true });
    expect(found({ serviceAccountName: 'web' })).toEqual(['violated']);
    expect(found({ serviceAccountName: 'none' })).toEqual([]);
    put('web', { automountServiceAccountToken: false });
    expect(found({ serviceAccountName: 'web' })).toEqual([]);
  });

  it('is what the pod says, whatever the account does', () => {
    put('none', { automountServiceAccountToken: false });
    expect(found({ serviceAccountName: 'none', automountServiceAccountToken: true })).toEqual(['violated']);
    expect(found({ serviceAccountName: 'gone', automountServiceAccountToken: false })).toEqual([]);
  });

  it('is not known of an account that is not known, nor where nobody tells', () => {
    put('other', {}, 'bank');
    expect(facts.serviceAccount('shop', 'other')).toEqual({ riskTags: [] });
    expect(found({ serviceAccountName: 'other' })).toEqual(['unknown']);
    expect(found({})).toEqual(['unknown']);
    put('default', {});
    expect(found({})).toEqual(['violated']);
    put('default', undefined);
    expect(found({})).toEqual(['unknown']);
    isAccessKnown = false;
    put('default', {});
    expect(found({})).toEqual(['unknown']);
    expect(found({}, {})).toEqual(['unknown']);
    expect(found({}, { serviceAccount: () => ({ riskTags: [] }) })).toEqual(['unknown']);
  });
});
