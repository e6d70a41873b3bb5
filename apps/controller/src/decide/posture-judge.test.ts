// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PostureCheck, PostureFacts } from '@bartizan/contracts';
import { openStoreInPlace, type TestStore, workloadRef } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Turnstile } from '../turnstile.ts';
import { FindingLedger } from './finding-ledger.ts';
import { PostureJudge } from './posture-judge.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const SCOPE = { kind: 'tenant', ...OWNER } as const;
const text = (en: string) => ({ en, ja: en });
const check: PostureCheck = {
  id: 'host.open-door',
  title: text('The door is shut'),
  description: text('A door'),
  failure: text('The door is open'),
  severity: 'high',
  subjects: ['Host'],
  needs: ['door.open'],
  pass: { field: 'door.open', operator: 'equals', value: false },
  evidence: ['door.open is {door.open}'],
  fix: { action: text('shut it') },
  control: ['k09-cluster-components'],
  owasp: { 2022: ['K09'], 2025: [] },
  attack: [],
  references: [],
  tests: { mustPass: [], mustFail: [] },
};
const subject = { ...workloadRef(), kind: 'Host' } as const;
let test: TestStore;
let judge: PostureJudge;
const published: unknown[] = [];

beforeEach(async () => {
  test = await openStoreInPlace();
  judge = new PostureJudge({
    store: test.store,
    clock: test.clock,
    publish: (change) => {
      published.push(change.data);
    },
    findings: new FindingLedger(test.store, test.clock, new Turnstile()),
    checks: () => [check],
    lifecycle: () => undefined,
  });
});
afterEach(() => test.remove());

const facts = (given: Record<string, string>, unknown: Record<string, string> = {}): PostureFacts => ({
  type: 'posture-facts',
  subject,
  facts: given,
  unknown,
  collectedAtMs: 1,
});
async function states() {
  const results = await test.store.checks.list(SCOPE, { filter: [], limit: 10 });
  const findings = await test.store.findings.list(SCOPE, { filter: [], limit: 10 });
  return [
    results.ok ? results.value.items.map(({ outcome }) => outcome) : [],
    findings.ok ? findings.value.items.map(({ state }) => state) : [],
  ];
}

describe('judging posture', () => {
  it('finds what fails, keeps it while nobody can say, and closes it when it passes', async () => {
    await judge.judge(OWNER, facts({ 'door.open': 'true' }));
    expect(await states()).toEqual([['fail'], ['open']]);
    await judge.judge(OWNER, facts({}, { 'door.open': 'it is dark' }));
    expect(await states()).toEqual([['unknown'], ['open']]);
    await judge.judge(OWNER, facts({ 'door.open': 'not JSON' }));
    expect(await states()).toEqual([['unknown'], ['open']]);
    await judge.judge(OWNER, facts({ 'door.open': 'false' }));
    expect(await states()).toEqual([['pass'], ['fixed']]);
    expect(published).toContainEqual({ workload: 'w-1' });
  });
});
