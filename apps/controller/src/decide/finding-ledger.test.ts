// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import { aFinding, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Turnstile } from '../turnstile.ts';
import { FindingLedger } from './finding-ledger.ts';

const SCOPE = { kind: 'tenant', cluster: 'local', tenant: 'default' } as const;
const KINDS: readonly Finding['kind'][] = ['vulnerability'];
let test: TestStore;
let ledger: FindingLedger;

beforeEach(async () => {
  test = await openStoreInPlace();
  ledger = new FindingLedger(test.store, test.clock, new Turnstile());
});
afterEach(() => test.remove());

const replace = async (found: Finding[], isUnjudged?: (finding: Finding) => boolean) => {
  const done = await ledger.replace(SCOPE, {
    workload: 'w-1',
    kinds: KINDS,
    found,
    ...(isUnjudged === undefined ? {} : { isUnjudged }),
  });
  expect(done.ok).toBe(true);
};
const stored = async (id = 'f-1') => {
  const found = await test.store.findings.get(SCOPE, id);
  return found.ok ? found.value : undefined;
};
const accepted = (untilMs: number) =>
  aFinding({ state: 'accepted', acceptance: { owner: 'aiko', reason: 'known', expiresAtMs: untilMs } });

describe('replacing findings', () => {
  it('keeps the first date of what is found again, and marks the rest as fixed', async () => {
    await replace([aFinding({ firstSeenAtMs: 5 }), aFinding({ id: 'f-2' })]);
    test.clock.value += 1000;
    await replace([aFinding({ firstSeenAtMs: 9_999_999 })]);
    expect(await stored()).toMatchObject({ state: 'open', firstSeenAtMs: 5, lastSeenAtMs: test.clock.value });
    expect(await stored('f-2')).toMatchObject({ state: 'fixed', lastSeenAtMs: test.clock.value });
  });

  it('opens what comes back, with a new first date', async () => {
    await replace([aFinding()]);
    await replace([]);
    expect((await stored())?.state).toBe('fixed');
    await replace([aFinding()]);
    expect(await stored()).toMatchObject({ state: 'open', firstSeenAtMs: test.clock.value });
  });

  it('leaves as it is what could not be judged this time: not seen is not fixed', async () => {
    await replace([aFinding(), aFinding({ id: 'f-2' })]);
    await replace([], (finding) => finding.id === 'f-1');
    expect([(await stored())?.state, (await stored('f-2'))?.state]).toEqual(['open', 'fixed']);
  });

  it('does not touch other workloads and other kinds', async () => {
    await test.store.findings.put(SCOPE, [
      aFinding({ id: 'f-other', subject: { ...aFinding().subject, workload: 'w-2' } }),
      aFinding({ id: 'f-posture', kind: 'posture' }),
    ]);
    await replace([]);
    expect([(await stored('f-other'))?.state, (await stored('f-posture'))?.state]).toEqual(['open', 'open']);
  });
});

describe('an acceptance', () => {
  it('survives a re-match until it ends, and then the finding is open again', async () => {
    const untilMs = test.clock.value + 1000;
    await test.store.findings.put(SCOPE, [accepted(untilMs)]);
    await replace([aFinding()]);
    expect(await stored()).toMatchObject({ state: 'accepted', acceptance: { owner: 'aiko' } });
    expect(await ledger.endAcceptances()).toEqual({ ok: true, value: 0 });
    test.clock.value = untilMs;
    expect(await ledger.endAcceptances()).toEqual({ ok: true, value: 1 });
    expect(await stored()).toMatchObject({ state: 'open' });
    expect(await stored()).not.toHaveProperty('acceptance');
  });

  it('that has ended does not survive a re-match', async () => {
    await test.store.findings.put(SCOPE, [accepted(test.clock.value - 1)]);
    await replace([aFinding()]);
    expect(await stored()).toMatchObject({ state: 'open' });
  });
});

describe('a finding of an image that something runs', () => {
  const DIGEST = 'sha256:aa';
  const ofImage = aFinding({
    id: 'f-image',
    subject: { ...aFinding().subject, workload: DIGEST, kind: 'Image', imageDigest: DIGEST },
  });
  const running = aFinding({ id: 'f-run', subject: { ...aFinding().subject, imageDigest: DIGEST } });
  const put = async (workload: string, found: Finding[]) => {
    const done = await ledger.replace(SCOPE, { workload, kinds: KINDS, found });
    expect(done.ok).toBe(true);
  };
  const counted = async (): Promise<string[]> => {
    const term = { field: 'counted', operator: 'in' as const, values: ['true'], negated: false };
    const page = await test.store.findings.list(SCOPE, { filter: [term], limit: 10 });
    return page.ok ? page.value.items.map(({ id }) => id).sort() : [page.error.code];
  };

  it('is counted once, whichever was judged first, and again when the workload has it no more', async () => {
    await put(DIGEST, [ofImage]);
    expect(await counted()).toEqual(['f-image']);
    await put('w-1', [running]);
    expect(await counted()).toEqual(['f-run']);
    expect(await stored('f-image')).toMatchObject({ countedAt: 'w-1', state: 'open' });
    await put(DIGEST, [ofImage]);
    expect(await counted()).toEqual(['f-run']);
    await put('w-1', []);
    expect(await counted()).toEqual(['f-image', 'f-run']);
    expect(await stored('f-image')).not.toHaveProperty('countedAt');
    expect((await stored('f-run'))?.state).toBe('fixed');
  });

  it('counts by itself where the workload has another version, or nothing is known of its image', async () => {
    const other = { ...running, package: { ...aFinding().package, version: '3.0.0' } } as Finding;
    await put('w-1', [other]);
    await put('w-2', [{ ...aFinding({ id: 'f-2' }), subject: { ...aFinding().subject, workload: 'w-2' } }]);
    await put(DIGEST, [ofImage]);
    expect(await counted()).toEqual(['f-2', 'f-image', 'f-run']);
  });
});
