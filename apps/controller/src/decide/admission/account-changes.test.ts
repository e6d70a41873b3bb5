// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  AdmissionAudit,
  type AdmissionRequest,
  compileAdmissionPolicy,
  podPathTable,
} from '@bartizan/engine/admission';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccountChanges } from './account-changes.ts';
import type { ObjectChange } from './cluster-audit.ts';
import { ClusterFacts } from './cluster-facts.ts';
import { runsAsOneOf } from './concerned-objects.ts';

const mounted = anAdmissionRule({
  condition: { field: 'serviceAccount.effective.automountToken', operator: 'equals', value: true },
});
let rules = [{ rule: mounted }];
let isAccessKnown = true;
let audit: AdmissionAudit;
let facts: ClusterFacts;
let accounts: AccountChanges;
/** Objects that were judged again, by name. */
const again: string[] = [];
const requests = new Map<string, AdmissionRequest>();

/** A Deployment; its pods run as the account. */
function put(name: string, spec: object): void {
  const request = {
    operation: 'CREATE',
    ...{ group: 'apps', resource: 'deployments', subResource: '', kind: 'Deployment' },
    ...{ namespace: 'shop', name },
    object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { spec } } },
  } as const;
  requests.set(name, request);
  audit.put(name, request, 0);
}
function account(name: string, object: object | undefined): void {
  const change: ObjectChange = {
    ...{ group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount' },
    ...{ namespace: 'shop', name, ...(object === undefined ? {} : { object }) },
  };
  facts.take(change);
  accounts.take(change);
}
const stateOf = (name: string) => audit.hitsOf(name).map(({ state }) => state);

beforeEach(() => {
  vi.useFakeTimers();
  [isAccessKnown, rules] = [true, [{ rule: mounted }]];
  again.length = 0;
  requests.clear();
  const compiled = compileAdmissionPolicy({ rules: [mounted] });
  if (!compiled.ok) throw new Error(compiled.error.detail);
  facts = new ClusterFacts({ isAccessKnown: () => isAccessKnown });
  audit = new AdmissionAudit(compiled.value, { serviceAccount: facts.serviceAccount });
  accounts = new AccountChanges({
    rules: () => rules,
    judgeAgain: (changed) => {
      const paths = podPathTable();
      const keys = [...requests].filter(([, one]) => runsAsOneOf(one, changed, paths)).map(([key]) => key);
      again.push(...keys);
      audit.again(keys, 0);
    },
  });
});
afterEach(() => {
  accounts.close();
  vi.useRealTimers();
});
const soon = () => vi.advanceTimersByTimeAsync(1_100);

describe('what runs as a service account', () => {
  it('is judged again when the account mounts its token no more, and nothing besides is', async () => {
    put('web', {});
    put('old', { serviceAccount: 'robot' });
    put('new', { serviceAccountName: 'robot' });
    expect([stateOf('web'), stateOf('new')]).toEqual([['unknown'], ['unknown']]);
    account('default', {});
    account('robot', {});
    account('other', { automountServiceAccountToken: false });
    await soon();
    expect(again).toEqual(['web', 'old', 'new']);
    expect([stateOf('web'), stateOf('new')]).toEqual([['violated'], ['violated']]);
    again.length = 0;
    account('default', { metadata: { labels: { team: 'a' } } });
    await soon();
    expect(again).toEqual([]);
    account('robot', { automountServiceAccountToken: false });
    await soon();
    expect(again).toEqual(['old', 'new']);
    expect([stateOf('web'), stateOf('old'), stateOf('new')]).toEqual([['violated'], [], []]);
    account('robot', undefined);
    await soon();
    expect(stateOf('new')).toEqual(['unknown']);
  });

  it('is judged again when something can be said of accounts', async () => {
    isAccessKnown = false;
    put('web', {});
    account('default', {});
    await soon();
    expect(stateOf('web')).toEqual(['unknown']);
    isAccessKnown = true;
    accounts.takeAll();
    await soon();
    expect(stateOf('web')).toEqual(['violated']);
  });

  it('is left alone where no rule asks, and after the end', async () => {
    rules = [{ rule: anAdmissionRule() }];
    put('web', {});
    account('default', {});
    await soon();
    rules = [{ rule: mounted }];
    account('default', { automountServiceAccountToken: false });
    accounts.close();
    account('default', {});
    await soon();
    expect(again).toEqual([]);
  });
});
