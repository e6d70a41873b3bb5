// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PolicySet, PolicySync } from '@bartizan/contracts';
import { anAdmissionRule, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';

let test: TestStore;
let stage: ApiStage;
let author = '';
const builtIn = anAdmissionRule({ id: 'admission.privileged' });
const rule = (name: string, order = 100) => anAdmissionRule({ id: `git.${name}`, order });
const binding = (id: string, mode: 'audit' | 'enforce' = 'audit') => ({ id, rules: ['git.*'], mode });
const until = Date.UTC(2026, 5, 1);
const exception = (id: string, expiresAtMs = until) => ({
  id,
  rules: ['git.*'],
  namespaces: ['legacy'],
  owner: 'ops',
  reason: 'being replaced',
  expiresAtMs,
});
const EMPTY: PolicySet = {
  rules: [],
  disabled: [],
  bindings: [],
  exceptions: [],
  pruneGone: false,
  take: [],
  dryRun: true,
};

const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object, token = author) =>
  stage.ask({ method, path: `admission/${path}`, token, ...(body === undefined ? {} : { body }) });
const compare = async (set: Partial<PolicySet>) => {
  const { status, json } = await ask('POST', 'sync', { ...EMPTY, ...set, dryRun: true });
  expect([status, json]).toMatchObject([200, { applied: false }]);
  return json as PolicySync;
};
const push = async (set: Partial<PolicySet>) => {
  const { revision: ifRevision } = await compare(set);
  return ask('POST', 'sync', { ...EMPTY, ...set, dryRun: false, ifRevision });
};
const actions = ({ changes }: PolicySync) =>
  Object.fromEntries(changes.map(({ kind, id, action }) => [`${kind}/${id}`, action]));
const bindingIds = async () =>
  ((await ask('GET', 'bindings')).json as { bindings: { id: string }[] }).bindings.map(({ id }) => id);

const first: Partial<PolicySet> = {
  rules: [rule('one'), rule('two')],
  disabled: ['git.two'],
  bindings: [binding('b-one', 'enforce'), binding('b-two')],
  exceptions: [exception('e-one')],
};

beforeAll(async () => {
  test = await openStoreInPlace();
  stage = await buildApiStage(test.store, test.clock, { admissionRules: [builtIn] });
  author = await stage.keyOf('policy-author');
}, 60_000);
afterAll(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

describe('a set of policy files', () => {
  it('is compared without any change, applied as a whole with its origin, and then changes nothing', async () => {
    const compared = await compare(first);
    expect(actions(compared)).toEqual({
      'AdmissionBinding/b-one': 'create',
      'AdmissionBinding/b-two': 'create',
      'AdmissionException/e-one': 'create',
      'AdmissionRule/git.one': 'create',
      'AdmissionRule/git.two': 'create',
    });
    expect(compared).not.toHaveProperty('effect');
    expect((await ask('GET', 'rules?filter=origin:gitops')).json).toMatchObject({ total: 0 });
    const pushed = await push(first);
    expect([pushed.status, pushed.json]).toMatchObject([200, { applied: true }]);
    expect((await ask('GET', 'rules?filter=origin:gitops')).json).toMatchObject({
      items: [
        { rule: { id: 'git.one' }, enabled: true, modes: ['enforce', 'audit'] },
        { rule: { id: 'git.two' }, enabled: false },
      ],
    });
    expect(new Set(Object.values(actions(await compare(first))))).toEqual(new Set(['unchanged']));
    expect((await compare(first)).revision).toBe((pushed.json as PolicySync).revision);
  });

  it('is not applied without the revision it was shown for, or after somebody changed something', async () => {
    const set = { ...first, rules: [rule('one', 7), rule('two')] };
    const unseen = await ask('POST', 'sync', { ...EMPTY, ...set, dryRun: false });
    expect([unseen.status, unseen.json]).toMatchObject([409, { code: 'E_CONFLICT' }]);
    const { revision: ifRevision } = await compare(set);
    expect((await ask('POST', 'exceptions', exception('e-ui'))).status).toBe(201);
    const late = await ask('POST', 'sync', { ...EMPTY, ...set, dryRun: false, ifRevision });
    expect([late.status, late.json]).toMatchObject([409, { code: 'E_CONFLICT' }]);
    expect((await ask('GET', 'rules/git.one')).json).toMatchObject({ rule: { order: 100 } });
  });

  it('never touches what was made elsewhere unless it is named', async () => {
    const made = await ask('POST', 'rules', { rule: rule('ui'), enabled: true });
    expect(made.status).toBe(201);
    const set = { ...first, pruneGone: true };
    expect(actions(await compare(set))).toMatchObject({
      'AdmissionRule/git.ui': 'foreign',
      'AdmissionException/e-ui': 'foreign',
    });
    expect((await push(set)).status).toBe(200);
    expect((await ask('GET', 'rules/git.ui')).status).toBe(200);
    const named = await push({ ...set, take: ['AdmissionRule/git.ui'] });
    expect(named.status).toBe(200);
    expect((await ask('GET', 'rules/git.ui')).status).toBe(404);
    const typo = await ask('POST', 'sync', { ...EMPTY, ...set, take: ['AdmissionRule/git.u'] });
    expect([typo.status, typo.json]).toMatchObject([422, { code: 'E_POLICY_INVALID' }]);
  });

  it('meets drift as a conflict: nothing is applied until the object is named', async () => {
    const edited = { rule: rule('one', 55), enabled: true };
    expect((await ask('PUT', 'rules/git.one', edited)).json).toMatchObject({ origin: 'user' });
    const compared = await compare(first);
    expect(compared.changes.find(({ id }) => id === 'git.one')).toMatchObject({
      action: 'conflict',
      origin: 'user',
      before: { order: 55 },
      after: { order: 100 },
    });
    const refused = await push({ ...first, rules: [rule('one'), rule('two', 9)] });
    expect([refused.status, refused.json]).toMatchObject([409, { code: 'E_CONFLICT' }]);
    expect((refused.json as { detail: string }).detail).toContain('AdmissionRule/git.one');
    expect((await ask('GET', 'rules/git.two')).json).toMatchObject({ rule: { order: 100 } });
    expect((await push({ ...first, take: ['AdmissionRule/git.one'] })).status).toBe(200);
    expect((await ask('GET', 'rules/git.one')).json).toMatchObject({
      origin: 'gitops',
      rule: { order: 100 },
    });
  });

  it('keeps bindings of others at their place, and those it has in its own order', async () => {
    const { revision } = (await ask('GET', 'bindings')).json as { revision: string };
    const bindings = [binding('b-one', 'enforce'), binding('b-ui'), binding('b-two')];
    expect((await ask('PUT', 'bindings', { bindings, ifRevision: revision })).status).toBe(200);
    expect(actions(await compare(first))).toMatchObject({
      'AdmissionBinding/b-one': 'unchanged',
      'AdmissionBinding/b-ui': 'foreign',
    });
    const turned = { ...first, bindings: [binding('b-two'), binding('b-new'), binding('b-one', 'enforce')] };
    expect(actions(await compare(turned))).toMatchObject({
      'AdmissionBinding/b-one': 'update',
      'AdmissionBinding/b-new': 'create',
    });
    expect((await push(turned)).status).toBe(200);
    expect(await bindingIds()).toEqual(['b-two', 'b-ui', 'b-new', 'b-one']);
    expect(new Set(Object.values(actions(await compare(turned))))).toEqual(new Set(['unchanged', 'foreign']));
    expect((await push(first)).status).toBe(200);
  });

  it('removes what it brought and has no more only when asked', async () => {
    const less = { ...first, rules: [rule('one')], disabled: [], bindings: [] };
    expect(actions(await compare(less))).toMatchObject({
      'AdmissionRule/git.two': 'gone',
      'AdmissionBinding/b-one': 'gone',
    });
    expect((await push(less)).status).toBe(200);
    expect((await ask('GET', 'rules/git.two')).status).toBe(200);
    expect((await push({ ...less, pruneGone: true })).status).toBe(200);
    expect((await ask('GET', 'rules/git.two')).status).toBe(404);
    expect(await bindingIds()).toEqual(['b-ui']);
  });

  it.each<[string, Partial<PolicySet>, string]>([
    ['a rule of the product', { rules: [anAdmissionRule({ id: builtIn.id })] }, 'comes with the product'],
    ['one id twice', { rules: [rule('a'), rule('a')] }, 'twice'],
    ['an exception without end', { exceptions: [exception('e-x', until + 3e12)] }, 'a year ahead'],
    ['a disabled rule it lacks', { disabled: ['git.nothing'] }, 'not among the rules'],
    [
      'a rule that does not compile',
      { rules: [anAdmissionRule({ id: 'git.x', condition: { field: 'pod.nothing', operator: 'present' } })] },
      'pod.nothing',
    ],
  ])('is refused whole: %s', async (_what, wrong, detail) => {
    const set = { ...EMPTY, bindings: [binding('b-fresh')], ...wrong };
    const { status, json } = await ask('POST', 'sync', set);
    expect([status, json]).toMatchObject([
      422,
      { code: 'E_POLICY_INVALID', detail: expect.stringContaining(detail) },
    ]);
    expect(await bindingIds()).toEqual(['b-ui']);
  });

  it('writes nothing when the store refuses a part of it, and is closed to who may only read', async () => {
    const { put } = test.store.admissionExceptions;
    const set = { rules: [rule('torn')], bindings: [binding('b-torn')], exceptions: [exception('e-torn')] };
    Object.defineProperty(test.store.admissionExceptions, 'put', {
      configurable: true,
      value: (_scope: unknown, records: readonly unknown[]) =>
        Promise.resolve(
          records.length === 0
            ? { ok: true, value: undefined }
            : { ok: false, error: { code: 'E_STORE_FULL', detail: 'no room' } },
        ),
    });
    const failed = await push(set);
    Object.defineProperty(test.store.admissionExceptions, 'put', { configurable: true, value: put });
    expect(failed.status).toBeGreaterThanOrEqual(500);
    const left = await compare({});
    expect(Object.keys(actions(left)).filter((key) => key.includes('torn'))).toEqual([]);
    expect(await test.store.admissionRules.get({ kind: 'system', purpose: 'test' }, 'git.torn')).toEqual({
      ok: true,
      value: undefined,
    });
    const reader = await stage.keyOf('security-reader');
    expect((await ask('POST', 'sync', { ...EMPTY }, reader)).status).toBe(403);
  });

  it('of another tenant sees and changes nothing of this one', async () => {
    const other = await stage.keyOf('policy-author', 'other');
    const seen = await ask('POST', 'sync', { ...EMPTY, pruneGone: true }, other);
    expect([seen.status, seen.json]).toMatchObject([200, { changes: [] }]);
  });
});
