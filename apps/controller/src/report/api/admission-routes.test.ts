// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import { anAdmissionRule, aStoredRule, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';
import { rowOf } from './admission-routes.ts';

let test: TestStore;
let stage: ApiStage;
let author = '';
let viewer = '';

const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object, token = author) =>
  stage.ask({ method, path: `admission/${path}`, token, ...(body === undefined ? {} : { body }) });
const putFrom = (tag: unknown, body: object) =>
  stage.ask({
    ...{ method: 'PUT', path: 'admission/rules/custom.edited', token: author, body },
    headers: { 'if-match': String(tag) },
  });
const pod = (privileged: boolean) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [{ name: 'web', image: 'web:1', securityContext: { privileged } }] },
});
const builtIn = anAdmissionRule({ id: 'admission.privileged' });
const mine = anAdmissionRule({ id: 'custom.privileged', mode: 'enforce' });

/** A pattern that a former version took: its repetitions are more than 1,000 in their product. */
const old = anAdmissionRule({
  ...{ id: 'custom.old', mode: 'enforce', severity: 'medium' },
  condition: { cel: String.raw`object.metadata.name.matches("^(([a-z0-9]{1,63}\\.){1,20})$")` },
});

beforeAll(async () => {
  test = await openStoreInPlace();
  const stored = await test.store.admissionRules.put(tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT), [
    aStoredRule({ id: old.id, rule: old }),
  ]);
  if (!stored.ok) throw new Error(stored.error.code);
  stage = await buildApiStage(test.store, test.clock, { admissionRules: [builtIn] });
  author = await stage.keyOf('policy-author');
  viewer = await stage.keyOf('security-reader');
}, 60_000);
afterAll(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

describe('admission rules', () => {
  it('list those of the product, filtered, in words, and without a count where no cluster is watched', async () => {
    const listed = await ask('GET', 'rules?filter=severity:critical');
    expect(listed.json).toMatchObject({
      items: [{ rule: { id: 'admission.privileged' }, origin: 'built-in', modes: ['audit'] }],
      total: 1,
    });
    expect(listed.text).not.toContain('"violations"');
    expect((await ask('GET', 'rules?filter=severity:low')).json).toMatchObject({ items: [] });
    const shown = await ask('GET', 'rules/admission.privileged');
    expect(shown.json).toMatchObject({
      bindings: [],
      words: [{ en: expect.stringContaining('privileged') }],
      native: 'native',
      nativePolicy: expect.stringContaining('kind: ValidatingAdmissionPolicyBinding'),
    });
    expect(shown.text).not.toContain('nativeReason');
    expect((await ask('GET', 'rules/admission.nothing')).status).toBe(404);
  });

  it('are written by a policy author, judged at once, and removed', async () => {
    const saved = await ask('POST', 'rules', { rule: mine, enabled: true });
    expect([saved.status, saved.json]).toMatchObject([201, { origin: 'user', modes: ['enforce'] }]);
    expect((await ask('POST', 'tests', { object: pod(true) })).json).toMatchObject({
      verdict: 'deny',
      violations: [
        { rule: 'admission.privileged', mode: 'audit' },
        { rule: 'custom.privileged', mode: 'enforce', path: 'spec.containers[0].securityContext.privileged' },
      ],
    });
    expect((await ask('POST', 'tests', { object: pod(false) })).json).toMatchObject({
      verdict: 'allow',
      violations: [],
    });
    expect((await ask('POST', 'rules', { rule: mine, enabled: true })).status).toBe(409);
    const off = await ask('PUT', 'rules/custom.privileged', { rule: mine, enabled: false });
    expect(off.json).toMatchObject({ modes: ['off'], enabled: false, native: 'off' });
    expect((await ask('DELETE', 'rules/custom.privileged')).json).toEqual({ removed: true });
    expect((await ask('DELETE', 'rules/custom.privileged')).status).toBe(404);
    expect((await ask('POST', 'tests', { object: pod(true) })).json).toMatchObject({ verdict: 'alert' });
  });

  it('are not overwritten by who read another version of them', async () => {
    const rule = anAdmissionRule({ id: 'custom.edited', mode: 'audit' });
    const made = await ask('POST', 'rules', { rule, enabled: true });
    const read = await ask('GET', 'rules/custom.edited');
    expect(made.json).toMatchObject({ enabled: true });
    const first = await putFrom(read.headers['etag'], { rule: { ...rule, mode: 'warn' }, enabled: true });
    expect([first.status, first.json]).toMatchObject([200, { rule: { mode: 'warn' } }]);
    const late = await putFrom(read.headers['etag'], { rule: { ...rule, mode: 'enforce' }, enabled: true });
    expect([late.status, late.json]).toMatchObject([412, { code: 'E_PRECONDITION' }]);
    expect((await ask('GET', 'rules/custom.edited')).json).toMatchObject({ rule: { mode: 'warn' } });
    // What somebody switched off in between is not switched on again either.
    const { revision } = first.json as { revision: string };
    expect(first.headers['etag']).toMatch(new RegExp(`^"${revision}\\.`));
    const off = { rule: { ...rule, mode: 'warn' }, enabled: false };
    const switched = await putFrom(`"${revision}"`, off);
    expect(switched.status).toBe(200);
    expect((await putFrom(first.headers['etag'], { ...off, enabled: true })).status).toBe(412);
    expect((await putFrom(`"${revision}-off"`, { ...off, enabled: true })).status).toBe(200);
    expect((await putFrom('*', { ...off, enabled: true })).status).toBe(200);
    expect((await ask('DELETE', 'rules/custom.edited')).status).toBe(200);
  });

  it('hold CEL too, and say at once what is wrong with an expression', async () => {
    const put = (cel: string) =>
      ask('POST', 'rules', {
        rule: anAdmissionRule({ id: 'custom.cel', mode: 'enforce', condition: { cel } }),
        enabled: true,
      });
    const broken = await put('pod.containers.exists(c, c.securityContext.privileged');
    expect([broken.status, broken.text]).toEqual([422, expect.stringContaining('the CEL expression cannot')]);
    expect((await put('size(object)')).text).toContain('it is int where bool is needed');
    expect(
      (await put('pod.containers.exists(c, c.?securityContext.?privileged.orValue(false))')).status,
    ).toBe(201);
    expect((await ask('POST', 'tests', { object: pod(true) })).json).toMatchObject({ verdict: 'deny' });
    expect((await ask('POST', 'tests', { object: pod(false) })).json).toMatchObject({ verdict: 'allow' });
    await ask('DELETE', 'rules/custom.cel');
  });

  it('are refused when they do not compile, hide one of the product, or fail their own examples', async () => {
    const put = (rule: object) => ask('POST', 'rules', { rule, enabled: true });
    const codeOf = async (asked: ReturnType<typeof put>) => {
      const { status, json } = await asked;
      return [status, (json as { code: string }).code];
    };
    const unknownField = anAdmissionRule({ condition: { field: 'pod.nothing', operator: 'present' } });
    expect(await codeOf(put(unknownField))).toEqual([422, 'E_POLICY_INVALID']);
    expect(await codeOf(put(builtIn))).toEqual([422, 'E_POLICY_INVALID']);
    const wrong = anAdmissionRule({
      tests: { mustViolate: [{ name: 'not privileged', object: pod(false) }], mustPass: [] },
    });
    const answer = await put(wrong);
    expect(answer.text).toContain('example \\"not privileged\\" does not violate');
    const ofImages = anAdmissionRule({
      id: 'custom.scanned',
      condition: {
        some: 'containers',
        where: { field: 'image.scanned', operator: 'equals', value: false },
      },
      tests: {
        mustViolate: [
          {
            name: 'not scanned',
            object: pod(false),
            images: { 'docker.io/library/web:1': { scanned: false } },
          },
        ],
        mustPass: [
          { name: 'scanned', object: pod(false), images: { 'docker.io/library/web:1': { scanned: true } } },
        ],
      },
    });
    expect([(await put(ofImages)).status, (await ask('DELETE', 'rules/custom.scanned')).status]).toEqual([
      201, 200,
    ]);
    const scale = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'web', namespace: 'shop' },
    };
    const ofScale = anAdmissionRule({
      id: 'custom.scale',
      match: { resources: ['apps/deployments/scale'], operations: ['UPDATE'] },
      condition: { field: 'object.path/spec/replicas', operator: 'greater-than', value: 3 },
      tests: {
        mustViolate: [
          {
            name: 'many',
            operation: 'UPDATE',
            subResource: 'scale',
            object: { ...scale, spec: { replicas: 9 } },
          },
        ],
        mustPass: [
          {
            name: 'few',
            operation: 'UPDATE',
            subResource: 'scale',
            object: { ...scale, spec: { replicas: 1 } },
          },
        ],
      },
    });
    const scaled = await put(ofScale);
    expect([scaled.text, scaled.status]).toEqual([scaled.text, 201]);
    for (const stage of ['ci', 'audit'] as const) {
      const ofStage = (id: string, isPrivileged: boolean) =>
        anAdmissionRule({
          id,
          stages: [stage],
          tests: { mustViolate: [{ name: 'one', object: pod(isPrivileged) }], mustPass: [] },
        });
      expect((await put(ofStage(`custom.right-${stage}`, true))).status).toBe(201);
      expect((await put(ofStage(`custom.wrong-${stage}`, false))).text).toContain('does not violate');
    }
    const otherId = ask('PUT', 'rules/custom.other', { rule: mine, enabled: true });
    expect(await codeOf(otherId)).toEqual([400, 'E_BODY_INVALID']);
    expect(await codeOf(ask('DELETE', 'rules/admission.privileged'))).toEqual([422, 'E_POLICY_INVALID']);
    expect((await ask('POST', 'rules', { rule: mine, enabled: true }, viewer)).status).toBe(403);
  });
});

describe('a rule and the bindings that give it parameters', () => {
  const own = anAdmissionRule({
    id: 'custom.own',
    mode: 'enforce',
    parameters: [
      { name: 'registries', type: 'list', description: { en: 'Registries', ja: 'レジストリ' }, default: [] },
    ],
  });
  const bind = async (bindings: object[]) => {
    const { revision } = (await ask('GET', 'bindings')).json as { revision: string };
    return ask('PUT', 'bindings', { bindings, ifRevision: revision });
  };

  it('change only so that the rule stays in force', async () => {
    expect((await ask('POST', 'rules', { rule: own, enabled: true })).status).toBe(201);
    const parameters = { registries: ['registry.example'] };
    expect(
      (await bind([{ id: 'binding.prod', rules: ['custom.own'], mode: 'enforce', parameters }])).status,
    ).toBe(200);
    const renamed = { ...own, parameters: own.parameters?.map((one) => ({ ...one, name: 'allowed' })) };
    const saved = await ask('PUT', 'rules/custom.own', { rule: renamed, enabled: true });
    expect([saved.status, saved.json]).toMatchObject([
      422,
      { code: 'E_POLICY_INVALID', detail: expect.stringContaining('custom.own: it has no parameter') },
    ]);
    expect((await ask('POST', 'tests', { object: pod(true) })).json).toMatchObject({ verdict: 'deny' });
    // One that is not asked breaks nothing; it is refused where it is switched on.
    expect((await ask('PUT', 'rules/custom.own', { rule: renamed, enabled: false })).status).toBe(200);
    expect((await ask('PUT', 'rules/custom.own', { rule: renamed, enabled: true })).status).toBe(422);
    // A new rule that a binding names already is held to it too.
    expect((await ask('DELETE', 'rules/custom.own')).status).toBe(200);
    expect((await ask('POST', 'rules', { rule: renamed, enabled: true })).status).toBe(422);
    expect((await bind([])).status).toBe(200);
  });
});

describe('a stored rule that does not compile any more', () => {
  const row = async () => (await ask('GET', 'rules/custom.old')).json as { enabled: boolean };

  it('is shown as off with the reason, and without a count', async () => {
    expect(await row()).toMatchObject({
      ...{ enabled: true, modes: ['off'], native: 'off' },
      refused: expect.stringContaining('custom.old'),
    });
    const ids = async (filter: string) =>
      ((await ask('GET', `rules?filter=${filter}`)).json as { items: { rule: { id: string } }[] }).items.map(
        ({ rule }) => rule.id,
      );
    expect(await ids('mode:enforce')).not.toContain('custom.old');
    expect(await ids('mode:off')).toContain('custom.old');
  });

  it('has no count of what it does not look at', () => {
    const parts = { counts: new Map(), nowMs: 1 };
    const policy = { revision: 'r', rules: [], bindings: [], bindingsRevision: 'b', exceptions: [] };
    const known = { rule: old, revision: 'r', origin: 'user', enabled: true } as const;
    expect(rowOf(known, policy, parts)).toMatchObject({ modes: ['enforce'], violations: 0 });
    for (const one of [
      { ...known, refused: 'custom.old' },
      { ...known, enabled: false },
    ])
      expect(rowOf(one, policy, parts)).not.toHaveProperty('violations');
  });

  it('is in force again when it is saved repaired, as its row says', async () => {
    const { enabled } = await row();
    const { id, mode } = old;
    const rule = anAdmissionRule({ id, mode });
    expect((await ask('PUT', 'rules/custom.old', { rule, enabled })).json).toMatchObject({
      ...{ enabled: true, modes: ['enforce'] },
    });
    expect(await row()).not.toHaveProperty('refused');
    expect((await ask('POST', 'tests', { object: pod(true) })).json).toMatchObject({
      verdict: 'deny',
      violations: [{}, { rule: 'custom.old' }],
    });
    expect((await ask('DELETE', 'rules/custom.old')).status).toBe(200);
  });
});

describe('bindings', () => {
  it('change modes for whoever read the newest, and for nobody else', async () => {
    const before = (await ask('GET', 'bindings')).json as { revision: string };
    const binding = { id: 'binding.shop', rules: ['admission.*'], namespaces: ['shop'], mode: 'enforce' };
    const change = { bindings: [binding], ifRevision: before.revision };
    const changed = await ask('PUT', 'bindings', change);
    expect(changed.json).toMatchObject({ bindings: [{ id: 'binding.shop', position: 0 }] });
    expect((await ask('PUT', 'bindings', change)).status).toBe(409);
    expect((await ask('POST', 'tests', { object: pod(true) })).json).toMatchObject({ verdict: 'deny' });
    const elsewhere = { ...pod(true), metadata: { name: 'web', namespace: 'other' } };
    expect((await ask('POST', 'tests', { object: elsewhere })).json).toMatchObject({ verdict: 'alert' });
    expect((await ask('GET', 'rules/admission.privileged')).json).toMatchObject({
      modes: ['enforce', 'audit'],
      bindings: [binding],
    });
  });
});

describe('exceptions', () => {
  const exception = (changes: object = {}) => ({
    id: 'exception.debug',
    rules: ['admission.privileged'],
    namespaces: ['shop'],
    owner: 'aiko',
    reason: 'until the driver is fixed',
    expiresAtMs: test.clock.nowMs() + 3_600_000,
    ...changes,
  });

  it('hold until their end, and are listed with who made them', async () => {
    expect((await ask('POST', 'exceptions', exception())).status).toBe(201);
    expect((await ask('POST', 'exceptions', exception())).status).toBe(409);
    const tried = await ask('POST', 'tests', { object: pod(true) });
    expect(tried.json).toMatchObject({ violations: [{ state: 'excepted', exception: 'exception.debug' }] });
    const form = async () =>
      ((await ask('GET', 'rules/admission.privileged')).json as { native: string }).native;
    expect(await form()).toBe('webhook-only');
    expect((await ask('GET', 'exceptions')).json).toMatchObject({
      items: [{ exception: { owner: 'aiko' } }],
    });
    expect((await ask('DELETE', 'exceptions/exception.debug')).json).toEqual({ removed: true });
    expect(await form()).toBe('native');
    expect((await ask('POST', 'tests', { object: pod(true) })).json).toMatchObject({ verdict: 'deny' });
  });

  it('are refused without an end that is near', async () => {
    for (const expiresAtMs of [1, test.clock.nowMs() + 400 * 24 * 3_600_000])
      expect((await ask('POST', 'exceptions', exception({ expiresAtMs }))).json).toMatchObject({
        code: 'E_POLICY_INVALID',
      });
  });
});

describe('without a cluster', () => {
  it('says so instead of showing nothing', async () => {
    expect((await ask('GET', 'status')).json).toMatchObject({ kubernetes: { state: 'off' } });
    for (const answer of [await ask('GET', 'coverage'), await ask('POST', 'simulations', {})])
      expect([answer.status, answer.json]).toMatchObject([409, { code: 'E_POLICY_NO_CLUSTER' }]);
    expect((await ask('GET', 'reports')).json).toEqual({
      ...{ state: 'no-cluster', reports: 0, results: 0, leftOut: 0 },
    });
    for (const on of [true, false])
      expect((await ask('PUT', 'reports', { on })).json).toMatchObject({ code: 'E_POLICY_NO_CLUSTER' });
    expect((await ask('PUT', 'reports', { on: 'yes' })).status).toBe(400);
    expect((await ask('GET', 'decisions')).json).toMatchObject({ items: [] });
    const odd = { apiVersion: 'v1', kind: 'constructor', metadata: { name: 'x' } };
    expect((await ask('POST', 'tests', { object: odd })).json).toMatchObject({ verdict: 'allow' });
    const rollout = {
      ...pod(true),
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      spec: { template: { spec: pod(true).spec } },
    };
    expect((await ask('POST', 'tests', { object: rollout })).json).toMatchObject({ verdict: 'deny' });
    expect((await ask('POST', 'tests', { object: { kind: 5 } })).json).toMatchObject({
      code: 'E_POLICY_INVALID',
    });
  });
});
