// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient } from '@bartizan/adapters/kube';
import { AdmissionCoverage, parser } from '@bartizan/contracts';
import { EMPTY_CONTEXT } from '@bartizan/engine/admission';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { anAdmissionRule, aStoredRule, openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Coverage } from '../../admission-ports.ts';
import { ClusterAudit } from '../../decide/admission/cluster-audit.ts';
import { ClusterDesk } from '../../decide/admission/cluster-desk.ts';
import { PolicyBook } from '../../decide/admission/policy-book.ts';
import { FindingLedger } from '../../decide/finding-ledger.ts';
import type { Log } from '../../ports.ts';
import { ClusterState } from '../../sense/kubernetes/cluster-state.ts';
import { Turnstile } from '../../turnstile.ts';
import { FollowedKinds } from './follow-custom-kinds.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const DEFINITIONS = 'customresourcedefinitions';
const TIMING = { backoffMs: 20, backoffMaxMs: 50, refusedMs: 200, doubtMs: 1 };
const isCoverage = parser(AdmissionCoverage);

const template = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['containers'],
      properties: {
        containers: { type: 'array', items: { type: 'object', properties: { image: { type: 'string' } } } },
      },
    },
  },
};
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const definition = (plural: string, properties: object, version = 'v1') => ({
  metadata: { name: `${plural}.shapes.example` },
  spec: {
    ...{ group: 'shapes.example', scope: 'Namespaced', names: { plural, kind: `${plural}-kind` } },
    versions: [
      {
        ...{ name: version, served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
      },
    ],
  },
});
const object = (name: string, place: string, privileged: boolean) => ({
  apiVersion: 'shapes.example/v1',
  metadata: { name, namespace: 'shop' },
  spec: {
    [place]: { spec: { containers: [{ name: 'c', image: 'a:1', securityContext: { privileged } }] } },
  },
});

let fake: FakeApiServer;
let client: KubeClient;
let test: TestStore;
let book: PolicyBook;
let audit: ClusterAudit;
let state: ClusterState;
let kinds: FollowedKinds;
let desk: ClusterDesk;

beforeEach(async () => {
  fake = await startFakeApiServer(['namespaces', DEFINITIONS, 'rolls', 'opens', 'plains']);
  client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.restrictedToken),
  });
  test = await openTestStore();
  const { store, clock } = test;
  const parts = { store, clock, log: quiet, owner: OWNER };
  book = new PolicyBook({ ...parts, builtIn: [anAdmissionRule()] });
  await book.load(OWNER);
  const findings = new FindingLedger(store, clock, new Turnstile());
  const publish = () => undefined;
  audit = new ClusterAudit({ ...parts, publish, book, findings, context: EMPTY_CONTEXT });
  state = new ClusterState({ client, log: quiet, timing: TIMING });
  kinds = new FollowedKinds({
    ...{ client, state, book, owner: OWNER, log: quiet, timing: TIMING, onStatus: publish },
    take: (change) => audit.take(change),
  });
  desk = new ClusterDesk({
    ...{ clock, owner: OWNER, book, context: EMPTY_CONTEXT, audit, verdicts: () => new Map() },
    kubernetes: () => ({ state: 'synced', kinds: [] }),
    custom: { facts: () => kinds.facts(), notAsked: () => [] },
  });
});
afterEach(async () => {
  await kinds.close();
  await state.stop();
  await audit.close();
  await client.close();
  await fake.close();
  await test.remove();
});

async function coverage(): Promise<Coverage> {
  const told = await desk.coverage(OWNER);
  if (!told.ok) throw new Error(told.error.detail);
  expect(isCoverage(told.value)).toMatchObject({ ok: true });
  return told.value;
}
const rowOf = async (plural: string) =>
  (await coverage()).custom.kinds.find(({ resource }) => resource === `shapes.example/${plural}`);
const violating = (): string[] => [...audit.hits()].map(({ request }) => request.name).toSorted();
const eventually = (assert: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(assert, { timeout: 20_000, interval: 50 });
const put = (plural: string, ...objects: ReturnType<typeof object>[]): void => {
  for (const one of objects) fake.store.put(plural, one);
};

describe('objects of custom kinds', () => {
  it('are judged where the definition says that pods are, and no longer when it is gone', async () => {
    fake.store.put(DEFINITIONS, definition('rolls', { template }));
    put('rolls', object('bad', 'template', true), object('good', 'template', false));
    state.start();
    await kinds.settled;
    expect(book.podPaths).toContainEqual({
      ...{ group: 'shapes.example', resource: 'rolls', kind: 'rolls-kind', template: ['spec', 'template'] },
    });
    await eventually(() => expect(violating()).toEqual(['bad']));
    expect(await rowOf('rolls')).toMatchObject({
      ...{ found: 'schema', places: ['spec.template'], native: true, audit: 'followed', objects: 2 },
    });
    put('rolls', object('good', 'template', true));
    await eventually(() => expect(violating()).toEqual(['bad', 'good']));
    fake.served.delete('rolls');
    fake.store.remove(DEFINITIONS, undefined, 'rolls.shapes.example');
    await eventually(() => expect(violating()).toEqual([]));
    expect(await rowOf('rolls')).toBeUndefined();
    expect(book.podPaths.some(({ group }) => group === 'shapes.example')).toBe(false);
  });

  it('are judged anew when the schema keeps pods elsewhere', async () => {
    fake.store.put(DEFINITIONS, definition('rolls', { template }));
    put('rolls', object('old', 'template', true), object('new', 'podTemplate', true));
    state.start();
    await eventually(() => expect(violating()).toEqual(['old']));
    fake.store.put(DEFINITIONS, definition('rolls', { podTemplate: template }));
    await eventually(() => expect(violating()).toEqual(['new']));
    fake.store.put(DEFINITIONS, definition('rolls', { podTemplate: template }, 'v2'));
    await eventually(async () =>
      expect(await rowOf('rolls')).toMatchObject({ versions: ['v2'], objects: 2 }),
    );
    await eventually(() => expect(violating()).toEqual(['new']));
  });

  it('are unknown while nobody may read them, with what would permit it, and judged as soon as somebody may', async () => {
    fake.forbidden.add('opens');
    fake.store.put(DEFINITIONS, definition('opens', { template: open, values: open }));
    put('opens', object('bad', 'template', true));
    const namespace = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespace: '' };
    audit.take({ ...namespace, name: 'shop', object: { metadata: { name: 'shop' } } });
    state.start();
    await eventually(async () =>
      expect(await rowOf('opens')).toMatchObject({ audit: 'not-permitted', code: 'E_KUBE_NOT_PERMITTED' }),
    );
    const row = await rowOf('opens');
    expect(row).toMatchObject({ found: 'name', open: ['spec.values'], native: false });
    expect(row?.objects).toBeUndefined();
    expect(row?.remedy).toContain('--verb=list,watch --resource=opens.shapes.example');
    const [kind] = (await coverage()).kinds.filter(({ resource }) => resource === 'shapes.example/opens');
    expect(kind).toMatchObject({ rules: 1 });
    expect(kind?.objects).toBeUndefined();
    expect(kinds.status()).toEqual({ followed: 0, notPermitted: ['shapes.example/opens'], noRoom: 0 });
    fake.forbidden.delete('opens');
    await eventually(() => expect(violating()).toEqual(['bad']));
    fake.forbidden.add('opens');
    fake.endWatches('end');
    await eventually(async () => expect(await rowOf('opens')).toMatchObject({ audit: 'not-permitted' }));
    // What may not be read any more is not thereby gone.
    expect(violating()).toEqual(['bad']);
  });

  it('are read again and again where they may be listed and not watched, and that is told', async () => {
    fake.unwatchable.set('rolls', 403);
    fake.store.put(DEFINITIONS, definition('rolls', { template }));
    put('rolls', object('bad', 'template', true));
    state.start();
    await eventually(async () =>
      expect(await rowOf('rolls')).toMatchObject({
        ...{ audit: 'listed', code: 'E_KUBE_NOT_PERMITTED', objects: 1 },
        remedy: expect.stringContaining('--verb=list,watch --resource=rolls.shapes.example'),
      }),
    );
    expect(violating()).toEqual(['bad']);
    expect(kinds.status()).toEqual({ followed: 1, notPermitted: [], noRoom: 0 });
    fake.unwatchable.clear();
    // Somebody changed what is there: what was refused is asked for again.
    fake.store.put(DEFINITIONS, definition('opens', { template: open }));
    await eventually(async () => expect(await rowOf('rolls')).toMatchObject({ audit: 'followed' }));
    expect((await rowOf('rolls'))?.code).toBeUndefined();
  });

  it('without pods are followed when a rule names them, and only then', async () => {
    fake.store.put(DEFINITIONS, definition('plains', { size: { type: 'integer' } }));
    put('plains', { ...object('one', 'size', true), spec: {} });
    state.start();
    await kinds.settled;
    expect(await rowOf('plains')).toBeUndefined();
    const { store } = test;
    const named = anAdmissionRule({
      id: 'custom.plains',
      match: { resources: ['shapes.example/plains'], operations: ['CREATE'] },
      condition: { field: 'object.name', operator: 'equals', value: 'one' },
    });
    const stored = await store.admissionRules.put({ kind: 'tenant', ...OWNER }, [
      aStoredRule({ id: named.id, rule: named }),
    ]);
    expect(stored.ok).toBe(true);
    await book.load(OWNER);
    await eventually(() => expect(violating()).toEqual(['one']));
    expect(await rowOf('plains')).toMatchObject({ found: 'none', audit: 'followed', objects: 1 });
  });

  it('are not known where the definitions may not be read, and that is said', async () => {
    fake.forbidden.add(DEFINITIONS);
    state.start();
    await kinds.settled;
    expect((await coverage()).custom).toMatchObject({
      ...{ definitions: 'not-permitted', code: 'E_KUBE_NOT_PERMITTED', read: 0, kinds: [] },
    });
  });
});
