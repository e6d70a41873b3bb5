// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type ComplianceControl,
  DEFAULT_TENANT,
  LOCAL_CLUSTER,
  type Result,
  tenantScope,
} from '@bartizan/contracts';
import {
  aCheck,
  aFinding,
  aWorkload,
  good,
  openStoreInPlace,
  type TestStore,
  workloadRef,
} from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKnowledge } from '../../decide/rule-book.ts';
import type { ApiFailure } from '../../ports.ts';
import { ANONYMOUS } from '../access/caller.ts';
import { computeScorecard, scorecardHandlers } from './scorecard-routes.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
const CONTENT = new URL('../../../../../content', import.meta.url).pathname;
const quiet = () => undefined;

const told = <T>(result: Result<T, ApiFailure>): T => {
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
};

let test: TestStore;
beforeAll(async () => {
  test = await openStoreInPlace();
  const scan = {
    ...{
      scan: 's-1',
      distribution: 'debian 12',
      distributionName: 'Debian 12',
      packages: [],
      incomplete: [],
    },
    ...{ scannedAtMs: 1000, matchedWith: 'pack-1' },
    coverage: [{ ecosystem: 'Debian:12', packages: 1, withoutData: 0, state: 'covered' as const }],
  };
  for (const workload of ['w-1', 'w-2', 'w-3'])
    good(await test.store.scans.put(SCOPE, { ...scan, workload }));
  good(
    await test.store.findings.put(
      SCOPE,
      ['w-1', 'w-2', 'w-3'].map((name) => aFinding({ id: name, subject: workloadRef(name, 'web') })),
    ),
  );
  good(
    await test.store.checks.put(
      SCOPE,
      (['pass', 'pass', 'fail', 'unknown'] as const).map((outcome, index) =>
        aCheck({ check: 'host.a', outcome, severity: 'medium', subject: workloadRef(`w-${index}`, 'web') }),
      ),
    ),
  );
});
afterAll(() => test.remove());

async function rowOf(recordsMax: number) {
  const loaded = loadKnowledge(CONTENT, { debug: quiet, info: quiet, warn: quiet, error: quiet });
  if (!loaded.ok) throw new Error(loaded.error.detail);
  const [first] = loaded.value.controls;
  if (first === undefined) throw new Error('no control');
  const control: ComplianceControl = {
    ...first,
    notYetCovered: [],
    detects: ['host.a', 'vulnerability.high-fixable'],
  };
  const book = { ...loaded.value, controls: [control] };
  const parts = { store: test.store, clock: test.clock, book, history: () => new Map(), recordsMax };
  return told(await computeScorecard(parts, SCOPE)).rows[0];
}

describe('the scorecard', () => {
  it('counts the results of all checks', async () => {
    const row = await rowOf(100);
    expect(row).toMatchObject({ passed: 2, failed: 4, unknown: 1 });
    expect(row?.incomplete).toBeUndefined();
  });

  it('passes no workload whose findings were not all read, and says that numbers are lower bounds', async () => {
    const row = await rowOf(2);
    expect(row).toMatchObject({ passed: 2 });
    expect((row?.failed ?? 0) + (row?.unknown ?? 0)).toBe(5);
    expect(row?.incomplete?.en).toMatch(/lower bounds/);
    expect(row?.incomplete?.ja).not.toBe('');
  });

  it('does not know of a workload that runs and was never scanned', async () => {
    const before = await rowOf(100);
    const unscanned = [aWorkload({ id: 'w-8', running: 0 }), aWorkload({ id: 'w-9', running: 1 })];
    good(await test.store.workloads.put(SCOPE, unscanned));
    const after = await rowOf(100);
    expect(after?.unknown).toBe((before?.unknown ?? 0) + 1);
    expect(after?.failed).toBe(before?.failed);
    expect(after?.coverage).toBeLessThan(before?.coverage ?? 0);
  });
});

describe('the list of detection rules', () => {
  const loaded = loadKnowledge(CONTENT, { debug: quiet, info: quiet, warn: quiet, error: quiet });
  if (!loaded.ok) throw new Error(loaded.error.detail);
  const [first] = loaded.value.rules;
  if (first === undefined) throw new Error('no rule');
  const row = (id: string, severity: 'critical' | 'high' | 'low', title: string) => ({
    revision: 'add',
    rule: { ...first.rule, id, severity, title: { en: title, ja: `${title} です` } },
  });
  const rules = [
    row('runtime.shell', 'high', 'Shell'),
    row('runtime.miner', 'critical', 'Miner of high speed'),
    row('audit.exec', 'low', 'Exec'),
  ];
  const ask = async (filter: string, sort?: string) => {
    const parts = {
      ...{ store: test.store, clock: test.clock, history: () => new Map() },
      book: { ...loaded.value, rules },
    };
    const answer = await scorecardHandlers(parts)['rule.list'].run({
      ...{ caller: ANONYMOUS, scope: SCOPE, origin: { address: '', traceId: '' }, params: {} },
      query: { filter, ...(sort === undefined ? {} : { sort }) },
      body: undefined,
    });
    if (!answer.ok) return answer.error.code;
    const { items } = answer.value.body as { items: typeof rules };
    return items.map(({ rule }) => rule.id);
  };

  it.each([
    ['', ['runtime.shell', 'runtime.miner', 'audit.exec']],
    ['severity:high,critical', ['runtime.shell', 'runtime.miner']],
    ['severity:high', ['runtime.shell']],
    ['-severity:low', ['runtime.shell', 'runtime.miner']],
    ['id:runtime.* -id:*.miner', ['runtime.shell']],
    ['speed', ['runtime.miner']],
    ['add', []],
    ['nofield:high', 'E_FILTER'],
  ])('answers the filter %j', async (filter, expected) => {
    expect(await ask(filter)).toEqual(expected);
  });

  it('is sorted by what it knows, and by nothing else', async () => {
    expect(await ask('', 'severity')).toEqual(['runtime.miner', 'runtime.shell', 'audit.exec']);
    expect(await ask('', '-id')).toEqual(['runtime.shell', 'runtime.miner', 'audit.exec']);
    expect(await ask('', 'nofield')).toBe('E_FILTER');
  });
});
