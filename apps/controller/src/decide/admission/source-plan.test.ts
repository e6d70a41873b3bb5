// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionBinding,
  AdmissionParameter,
  AdmissionRule,
  PolicyItemReason,
} from '@bartizan/contracts';
import type { PolicyItem } from '@bartizan/engine/policy-objects';
import { anAdmissionRule, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Turnstile } from '../../turnstile.ts';
import { PolicyBook } from './policy-book.ts';
import { PolicySources } from './policy-sources.ts';
import type { SourceReading } from './source-reading.ts';

const owner = { cluster: 'local', tenant: 'default' };
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const BUILT_IN = 20;

const limit = (type: AdmissionParameter['type'], standard: string | number): AdmissionParameter => ({
  name: 'limit',
  type,
  description: { en: 'How many', ja: '上限' },
  default: standard,
});
const rule = (id: string, ...parameters: AdmissionParameter[]): AdmissionRule =>
  anAdmissionRule({ id, parameters });
const ruleItem = (one: AdmissionRule): PolicyItem => ({
  kind: 'AdmissionRule',
  id: one.id,
  rule: one,
  enabled: true,
});
const bindingItem = (id: string, more: Partial<AdmissionBinding> = {}): PolicyItem => ({
  kind: 'AdmissionBinding',
  id,
  binding: { id, rules: ['admission.*'], mode: 'warn', ...more },
});
/** Bindings that set a parameter to what it cannot be. */
const badBindings = (count: number): PolicyItem[] =>
  Array.from({ length: count }, (_none, at) =>
    bindingItem(`b.bad-${at}`, { parameters: { limit: 'no number' } }),
  );
const reading = (items: readonly PolicyItem[], more: Partial<SourceReading> = {}): SourceReading => ({
  origin: 'directory',
  place: '/policies',
  revision: 'a',
  items: items.map((item) => ({ item, place: `${item.id}.yaml` })),
  faults: [],
  isComplete: true,
  ...more,
});

let test: TestStore;
let compiled = 0;
let book: PolicyBook;
let sources: PolicySources;

/** A rule that counts how often it is compiled: its stages are looked at once each time. */
function counted(one: AdmissionRule): AdmissionRule {
  const { stages } = one;
  return Object.defineProperty(one, 'stages', {
    enumerable: true,
    get: () => {
      compiled += 1;
      return stages;
    },
  });
}

beforeEach(async () => {
  test = await openStoreInPlace();
  const { store, clock } = test;
  const builtIn = Array.from({ length: BUILT_IN }, (_none, at) =>
    counted(rule(`admission.r${at}`, ...(at === 7 ? [limit('number', 1)] : []))),
  );
  book = new PolicyBook({ store, clock, log, builtIn });
  await book.load(owner);
  sources = new PolicySources({ store, clock, log, owner, book, turnstile: new Turnstile() });
  compiled = 0;
});
afterEach(() => test.remove());

/** What became of each object, and how many rules were compiled for it. */
async function look(taken: SourceReading) {
  compiled = 0;
  const outcomes = await sources.take(taken);
  if (!outcomes.ok) throw new Error(outcomes.error.code);
  const reasons = new Map<string | undefined, PolicyItemReason>(
    outcomes.value.map(({ id, reason }) => [id, reason]),
  );
  return { compiled, reasons, outcomes: outcomes.value };
}

describe('what a source means', () => {
  it('is found out with the rules that a binding concerns, and not again while nothing changes', async () => {
    const few = await look(reading(badBindings(10)));
    const many = await look(reading(badBindings(60)));
    // All rules once, then the first that the binding names and the one whose parameter it sets.
    expect(few.compiled).toBe(BUILT_IN + 2 * 10);
    expect(many.compiled).toBe(BUILT_IN + 2 * 50);
    expect(new Set(many.reasons.values())).toEqual(new Set(['Invalid']));
    const again = await look(reading(badBindings(60)));
    expect(again.compiled).toBe(0);
    expect(again.outcomes).toEqual(many.outcomes);
    await book.clusterIs(31);
    expect((await look(reading(badBindings(60)))).compiled).toBe(BUILT_IN + 2 * 60);
  });

  it('is found out again when the rules of a binding change', async () => {
    const bound = bindingItem('b.one', { rules: ['git.*'], parameters: { limit: 'three' } });
    const before = await look(reading([ruleItem(rule('git.one', limit('number', 1))), bound]));
    expect(before.reasons.get('b.one')).toBe('Invalid');
    const after = await look(reading([ruleItem(rule('git.one', limit('text', 'one'))), bound]));
    expect(after.reasons.get('b.one')).toBe('InForce');
  });

  it('tells what is wrong with a binding wherever it holds, and leaves to rules what is wrong with them', async () => {
    const broken = { ...rule('admission.r0'), stages: [] };
    const { outcomes } = await look(
      reading([
        ruleItem({ ...broken, id: 'git.broken' }),
        bindingItem('b.names', { rules: [''] }),
        bindingItem('b.space', { namespaces: [''] }),
        bindingItem('b.stranger', { rules: ['admission.r3'], parameters: { other: 1 } }),
        bindingItem('b.nothing', { rules: [] }),
        bindingItem('b.broken', { rules: ['git.broken'], parameters: { other: 1 } }),
        bindingItem('b.good', { parameters: { limit: 3, other: 1 } }),
      ]),
    );
    expect(Object.fromEntries(outcomes.map(({ id, detail }) => [id, detail]))).toEqual({
      'git.broken': 'git.broken: it names no stage',
      'b.names': 'admission.r0: a pattern of the binding b.names is no glob',
      'b.space': 'admission.r0: a pattern of the binding b.space is no glob',
      'b.stranger': 'admission.r3: it has no parameter other',
      'b.nothing': '',
      'b.broken': '',
      'b.good': '',
    });
  });

  it('compiles no rule for an exception', async () => {
    const one = {
      rules: ['admission.*'],
      namespaces: [''],
      owner: 'ops',
      reason: 'being replaced',
      expiresAtMs: test.clock.nowMs() + 1000,
    };
    const items = Array.from({ length: 50 }, (_none, at): PolicyItem => {
      const id = `e.bad-${at}`;
      return { kind: 'AdmissionException', id, exception: { id, ...one } };
    });
    const told = await look(reading(items));
    expect(told.compiled).toBe(0);
    expect(told.outcomes[0]).toMatchObject({
      reason: 'Invalid',
      detail: 'exception e.bad-0: a pattern is no glob',
    });
  });

  it('is found out without keeping others from their turn', async () => {
    let fired = false;
    let turns = 0;
    const timer = setTimeout(() => {
      fired = true;
    }, 0);
    let next = setImmediate(function turn() {
      turns += 1;
      next = setImmediate(turn);
    });
    await look(reading(badBindings(400)));
    clearImmediate(next);
    clearTimeout(timer);
    expect(fired).toBe(true);
    expect(turns).toBeGreaterThanOrEqual(400);
  });

  it('is told as not known when it holds too much, and nothing of it is taken', async () => {
    const bindings = Array.from({ length: 501 }, (_none, at) => bindingItem(`b.${at}`));
    expect(await sources.take(reading(bindings))).toMatchObject({
      ok: false,
      error: {
        code: 'E_POLICY_TOO_MANY',
        told: {
          en: 'more than 500 objects of the kind AdmissionBinding',
          ja: '種類 AdmissionBinding のオブジェクトが 500 件を超えています',
        },
      },
    });
    expect(book.held(owner)?.policy.bindings).toEqual([]);
    const fault = { place: 'a.yaml', reason: 'Invalid', detail: 'no policy object' } as const;
    expect(await sources.take(reading([], { faults: Array(4501).fill(fault) }))).toMatchObject({
      ok: false,
      error: { code: 'E_POLICY_TOO_MANY', told: { en: 'more than 4500 objects' } },
    });
    expect((await look(reading(bindings.slice(1)))).reasons.get('b.500')).toBe('InForce');
  });
});
