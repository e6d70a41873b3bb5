// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  ADMISSION_GROUPS_MAX,
  ADMISSION_REPEATS_MAX,
  type AdmissionDecision,
  type AdmissionViolation,
  err,
  failure,
  ok,
} from '@bartizan/contracts';
import { decisionIdFrom } from '@bartizan/contracts/decision-id';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AdmissionAnswer, AdmissionAsk, Log } from '../../ports.ts';
import { DecisionLedger, type LedgerLimits } from './decision-ledger.ts';

/** Each about an object of its own, unless it is told otherwise. */
const ask = (uid: string, more: Partial<AdmissionAsk> = {}): AdmissionAsk => ({
  uid,
  operation: 'CREATE',
  group: '',
  version: 'v1',
  resource: 'pods',
  subResource: '',
  kind: 'Pod',
  namespace: 'shop',
  name: uid,
  user: { name: 'kim', groups: ['dev'] },
  dryRun: false,
  ...more,
});
const answer = (
  verdict: 'allow' | 'alert' | 'deny',
  more: Partial<AdmissionAnswer> = {},
): AdmissionAnswer => ({
  allowed: verdict !== 'deny',
  warnings: [],
  auditAnnotations: {},
  decision: { verdict, reasons: [], nearest: [], enforcementPoint: 'api-server', elapsedUs: 7 },
  violations: [],
  policyRevision: 'r1',
  ...more,
});
const violation = (path: string): AdmissionViolation => ({
  rule: 'custom.rule',
  revision: 'c0ffee',
  title: { en: 'no', ja: '不可' },
  severity: 'high',
  mode: 'enforce',
  state: 'violated',
  path,
  message: { en: 'no', ja: '不可' },
  patch: [],
});

/** A ledger over a store that takes what it is told to, and remembers each write. */
function stage(limits: Partial<LedgerLimits> = {}) {
  const writes: string[][] = [];
  const kept: AdmissionDecision[] = [];
  const logged: string[] = [];
  const store = { takes: true, open: 0, mostOpen: 0, takesMs: 1 };
  const keep = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  const put = async (_scope: unknown, items: readonly AdmissionDecision[]) => {
    store.open += 1;
    store.mostOpen = Math.max(store.mostOpen, store.open);
    await new Promise((resolve) => setTimeout(resolve, store.takesMs));
    store.open -= 1;
    if (!store.takes) return err(failure('E_STORE_FULL', 'the disk is full'));
    writes.push(items.map(({ requestUid }) => requestUid));
    kept.push(...items);
    return ok(undefined);
  };
  const ledger = new DecisionLedger({
    store: { admissionDecisions: { put } },
    clock: { nowMs: () => Date.now() },
    log,
    owner: { cluster: 'local', tenant: 'default' },
    limits,
  });
  const note = (verdict: 'allow' | 'alert' | 'deny', ...uids: readonly string[]) => {
    for (const uid of uids) ledger.note(ask(uid), answer(verdict));
  };
  return { ledger, note, store, writes, kept, logged };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the ledger of decisions', () => {
  it('writes what passed after a while and a refusal soon, with all that waits', async () => {
    const { note, writes, ledger } = stage();
    note('allow', 'a');
    await vi.advanceTimersByTimeAsync(60);
    expect(writes).toEqual([]);
    note('deny', 'b');
    await vi.advanceTimersByTimeAsync(60);
    expect(writes).toEqual([['b', 'a']]);
    note('allow', 'c');
    await vi.advanceTimersByTimeAsync(190);
    expect(ledger.state()).toEqual({ waiting: 1, lostTotal: 0 });
    await vi.advanceTimersByTimeAsync(20);
    expect(writes).toEqual([['b', 'a'], ['c']]);
    expect(ledger.state()).toEqual({ waiting: 0, lostTotal: 0 });
    expect(Object.fromEntries(ledger.verdicts)).toEqual({ allow: 2, deny: 1 });
  });

  it('follows the load: batch after batch, one at a time, under ids that rise and are never the same', async () => {
    const { note, writes, kept, store, ledger } = stage({ batch: 10 });
    note('allow', ...Array.from({ length: 35 }, (_, at) => `u${at}`));
    await vi.advanceTimersByTimeAsync(204);
    expect(writes.map((write) => write.length)).toEqual([10, 10, 10]);
    await vi.advanceTimersByTimeAsync(60);
    expect(writes.map((write) => write.length)).toEqual([10, 10, 10, 5]);
    expect(store.mostOpen).toBe(1);
    expect(ledger.state()).toEqual({ waiting: 0, lostTotal: 0 });
    const ids = kept.map(({ id }) => id);
    expect(new Set(ids).size).toBe(35);
    // What is kept for so many days is found by its id.
    expect(kept.every(({ id, atMs }) => id > decisionIdFrom(atMs) && id < decisionIdFrom(atMs + 1))).toBe(
      true,
    );
    expect(ids.map((id) => id.slice(0, 14))).toEqual(ids.map((id) => id.slice(0, 14)).toSorted());
    expect(ids.every((id) => /^d-[0-9a-f]{24}$/.test(id))).toBe(true);
  });

  it('hands over few records at a time, and many while many wait', async () => {
    const { note, writes } = stage({ few: 10, batch: 50 });
    note('allow', ...Array.from({ length: 125 }, (_, at) => `u${at}`));
    await vi.advanceTimersByTimeAsync(400);
    expect(writes.map((write) => write.length)).toEqual([50, ...Array.from({ length: 7 }, () => 10), 5]);
  });

  it('hands over few large refusals at a time, one after the other', async () => {
    const { ledger, writes } = stage({ violations: 10 });
    const violations = Array.from({ length: 5 }, (_, at) => violation(`spec.containers[${at}]`));
    for (const uid of ['a', 'b', 'c', 'd', 'e']) ledger.note(ask(uid), answer('deny', { violations }));
    const many = Array.from({ length: 40 }, (_, at) => violation(`spec.volumes[${at}]`));
    ledger.note(ask('f'), answer('deny', { violations: many }));
    ledger.note(ask('g'), answer('allow'));
    await vi.advanceTimersByTimeAsync(120);
    expect(writes).toEqual([['a', 'b'], ['c', 'd'], ['e', 'f'], ['g']]);
    expect(ledger.state()).toEqual({ waiting: 0, lostTotal: 0 });
  });

  it('gives up what passed before what was refused when it is full, and counts it', async () => {
    const { note, writes, ledger, logged } = stage({ waiting: 3 });
    note('allow', 'a1', 'a2', 'a3', 'a4');
    expect(ledger.state()).toEqual({ waiting: 3, lostTotal: 1 });
    note('deny', 'd1');
    note('alert', 'd2');
    note('deny', 'd3', 'd4');
    expect(ledger.state()).toEqual({ waiting: 3, lostTotal: 5 });
    await vi.advanceTimersByTimeAsync(60);
    expect(writes).toEqual([['d1', 'd2', 'd3']]);
    // One line when it begins, however many there are.
    expect(logged.filter((line) => line.startsWith('admission decisions are not kept'))).toHaveLength(1);
  });

  it('says that the store takes nothing, tries again, and loses nothing of what waits', async () => {
    const { note, writes, ledger, store } = stage();
    store.takes = false;
    note('deny', 'd');
    note('allow', 'a');
    await vi.advanceTimersByTimeAsync(60);
    expect(ledger.state()).toEqual({ waiting: 2, lostTotal: 0, code: 'E_STORE_FULL' });
    // It is not asked again for each answer.
    note('deny', 'e');
    store.takes = true;
    await vi.advanceTimersByTimeAsync(1_900);
    expect(writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(writes).toEqual([['d', 'e', 'a']]);
    expect(ledger.state()).toEqual({ waiting: 0, lostTotal: 0 });
  });

  it('writes all that waits before it ends, also while a write is under way', async () => {
    const { note, writes, ledger, store } = stage({ batch: 2 });
    store.takesMs = 30;
    note('deny', 'a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(55);
    note('allow', 'd', 'e');
    const closed = ledger.close();
    await vi.advanceTimersByTimeAsync(1_000);
    await closed;
    expect(writes.flat().toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(store.mostOpen).toBe(1);
    expect(ledger.state()).toEqual({ waiting: 0, lostTotal: 0 });
  });

  it('counts what cannot be written before the end', async () => {
    const { note, ledger, store, logged } = stage();
    store.takes = false;
    note('allow', 'a', 'b');
    const closed = ledger.close();
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
    expect(ledger.state()).toEqual({ waiting: 0, lostTotal: 2, code: 'E_STORE_FULL' });
    expect(logged.at(-1)).toBe('admission decisions are not kept {"count":2,"code":"E_STORE_FULL"}');
  });
});

/** The uids of a record: its own, and those of what repeats it. */
const uidsOf = ({ requestUid, repeats = [] }: AdmissionDecision): string[] => [
  requestUid,
  ...repeats.map((repeat) => repeat.requestUid),
];
/** A pod of a replica set: its name is its own, the rest is not. */
const replica = (uid: string, more: Partial<AdmissionAsk> = {}): AdmissionAsk =>
  ask(uid, { object: { metadata: { generateName: 'web-5d9-', name: `web-5d9-${uid}` } }, ...more });

describe('decisions that repeat one another', () => {
  it('are one record after the first, with the uid, name and time of each; the window goes on while they come', async () => {
    const { ledger, kept } = stage();
    const refused = answer('deny', { allowed: false, violations: [violation('spec.hostNetwork')] });
    for (const uid of ['a', 'b', 'c']) ledger.note(replica(uid), refused);
    expect(ledger.state()).toEqual({ waiting: 3, lostTotal: 0 });
    await vi.advanceTimersByTimeAsync(60);
    expect(kept.map(uidsOf)).toEqual([['a']]);
    expect(ledger.state()).toEqual({ waiting: 2, lostTotal: 0 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(kept.map(uidsOf)).toEqual([['a'], ['b', 'c']]);
    expect(kept[1]).toMatchObject({
      name: 'b',
      repeats: [{ requestUid: 'c', name: 'c', atMs: expect.any(Number), elapsedUs: 7 }],
    });
    ledger.note(replica('d'), refused);
    await vi.advanceTimersByTimeAsync(100);
    expect(kept).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(kept.flatMap(uidsOf)).toEqual(['a', 'b', 'c', 'd']);
    // Nothing came for a window: the next one is written at once again.
    await vi.advanceTimersByTimeAsync(5_000);
    ledger.note(replica('e'), refused);
    await vi.advanceTimersByTimeAsync(60);
    expect(kept.flatMap(uidsOf)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(ledger.state()).toEqual({ waiting: 0, lostTotal: 0 });
    expect(ledger.verdicts.get('deny')).toBe(5);
  });

  it.each<[string, Partial<AdmissionAsk>, Partial<AdmissionAnswer>]>([
    ['who asks', { user: { name: 'lee', groups: ['dev'] } }, {}],
    ['the groups of who asks', { user: { name: 'kim', groups: ['dev', 'ops'] } }, {}],
    ['the namespace', { namespace: 'bank' }, {}],
    ['the operation', { operation: 'UPDATE' }, {}],
    ['the resource', { resource: 'podtemplates' }, {}],
    ['the group', { group: 'apps' }, {}],
    ['the version', { version: 'v2' }, {}],
    ['the kind', { kind: 'PodTemplate' }, {}],
    ['the sub-resource', { subResource: 'resize' }, {}],
    ['whether it is a dry run', { dryRun: true }, {}],
    ['the name, where it was not made', { object: {}, name: 'web' }, {}],
    ['what its name was made of', { object: { metadata: { generateName: 'web-6c1-' } } }, {}],
    ['the rules in force', {}, { policyRevision: 'r2' }],
    ['what is wrong', {}, { violations: [violation('spec.hostPID')] }],
    ['the verdict', {}, { decision: answer('alert').decision }],
  ])('are records of their own where they differ in %s', async (_what, asked, answered) => {
    const { ledger, kept } = stage();
    ledger.note(replica('a'), answer('allow'));
    ledger.note(replica('b', asked), answer('allow', answered));
    await vi.advanceTimersByTimeAsync(250);
    expect(kept.map(uidsOf).toSorted()).toEqual([['a'], ['b']]);
  });

  it('are kept with as much of names and groups as a record holds', async () => {
    const { ledger, kept } = stage();
    const long = 'x'.repeat(1_000);
    const groups = Array.from({ length: ADMISSION_GROUPS_MAX + 9 }, (_, at) => `${at}-${long}`);
    for (const uid of ['a', 'b', 'c'])
      ledger.note(replica(uid, { name: long, user: { name: long, groups } }), answer('allow'));
    await vi.advanceTimersByTimeAsync(2_300);
    expect(kept.map(uidsOf)).toEqual([['a'], ['b', 'c']]);
    for (const { name, user, userGroups, repeats } of kept) {
      expect([name, user, ...(repeats ?? []).map((one) => one.name)].every((one) => one.length === 253)).toBe(
        true,
      );
      expect(userGroups).toEqual(groups.slice(0, ADMISSION_GROUPS_MAX).map((one) => one.slice(0, 253)));
    }
  });

  it('are given up and counted by their number, and fill a record before the next one is begun', async () => {
    const { ledger, kept, store } = stage({ waiting: 10_000 });
    const count = 2 * (1 + ADMISSION_REPEATS_MAX) + 1;
    for (let at = 0; at <= count; at += 1) ledger.note(replica(`u${at}`), answer('allow'));
    await vi.advanceTimersByTimeAsync(2_100);
    expect(kept.map((record) => uidsOf(record).length)).toEqual([
      1,
      1 + ADMISSION_REPEATS_MAX,
      1 + ADMISSION_REPEATS_MAX,
      1,
    ]);
    store.takes = false;
    for (let at = 0; at < 5; at += 1) ledger.note(replica(`v${at}`), answer('allow'));
    const closed = ledger.close();
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
    expect(ledger.state()).toEqual({ waiting: 0, lostTotal: 5, code: 'E_STORE_FULL' });
  });

  it('make room for a refusal, also while they wait for more', async () => {
    const { ledger, kept, note } = stage({ waiting: 4 });
    for (const uid of ['a', 'b', 'c', 'd']) ledger.note(replica(uid), answer('allow'));
    await vi.advanceTimersByTimeAsync(210);
    expect(kept.map(uidsOf)).toEqual([['a']]);
    ledger.note(replica('e'), answer('allow'));
    note('deny', 'x');
    expect(ledger.state()).toEqual({ waiting: 1, lostTotal: 4 });
    await vi.advanceTimersByTimeAsync(60);
    expect(kept.map(uidsOf)).toEqual([['a'], ['x']]);
  });
});
