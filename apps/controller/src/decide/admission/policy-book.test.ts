// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { tenantScope } from '@bartizan/contracts';
import { ruleCelCompiler } from '@bartizan/engine/admission-cel';
import { anAdmissionRule, aStoredRule, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PolicyBook } from './policy-book.ts';

const owner = { cluster: 'local', tenant: 'default' };
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
/** A pattern that a former version took: its repetitions are more than 1,000 in their product. */
const OLD = anAdmissionRule({
  id: 'custom.old',
  condition: { cel: String.raw`object.metadata.name.matches("^(([a-z0-9]{1,63}\\.){1,20})$")` },
});

let test: TestStore;
let book: PolicyBook;

beforeAll(async () => {
  test = await openStoreInPlace();
  const { store, clock } = test;
  const stored = [
    aStoredRule({ id: OLD.id, rule: OLD }),
    aStoredRule({ id: 'custom.good', rule: anAdmissionRule({ id: 'custom.good' }) }),
  ];
  const saved = await store.admissionRules.put(tenantScope(owner.cluster, owner.tenant), stored);
  if (!saved.ok) throw new Error(saved.error.code);
  book = new PolicyBook({ store, clock, log, builtIn: [], celFor: ruleCelCompiler });
});
afterAll(() => test?.remove());

describe('a stored rule that does not compile any more', () => {
  it('is told as refused, and the others stay in force', async () => {
    const now = await book.inForce(owner);
    const rules = now.ok ? now.value.policy.rules : [];
    expect(rules.map(({ rule, refused }) => [rule.id, refused])).toEqual([
      ['custom.good', undefined],
      [OLD.id, expect.stringContaining('custom.old')],
    ]);
  });

  it('does not stop a change of bindings, of others or its own', async () => {
    for (const rules of [['custom.good'], ['custom.*']]) {
      const drafted = await book.draft(owner, { bindings: [{ id: 'b.one', rules, mode: 'enforce' }] });
      expect(drafted).toMatchObject({ ok: true, value: { refused: [{ id: OLD.id }] } });
    }
  });

  it('is refused where it is written anew', async () => {
    expect(await book.draft(owner, { rules: [OLD] })).toMatchObject({
      ok: false,
      error: { code: 'E_POLICY_INVALID', detail: expect.stringContaining(OLD.id) },
    });
  });

  it('does not hide a rule that the bindings make invalid', async () => {
    const bindings = [
      { id: 'b.one', rules: ['custom.good'], mode: 'audit' as const, parameters: { nothing: ['x'] } },
    ];
    expect(await book.draft(owner, { bindings })).toMatchObject({
      ok: false,
      error: { code: 'E_POLICY_INVALID', detail: expect.stringContaining('custom.good') },
    });
  });
});
