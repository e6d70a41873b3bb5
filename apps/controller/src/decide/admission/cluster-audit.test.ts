// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CheckResult, err, type Finding, failure } from '@bartizan/contracts';
import { EMPTY_CONTEXT, type ImageFacts, podPathTable, type Unknown } from '@bartizan/engine/admission';
import {
  aCheck,
  anAdmissionRule,
  aStoredBinding,
  aStoredException,
  openStoreInPlace,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change, Log } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import { FindingLedger } from '../finding-ledger.ts';
import { ClusterAudit, type ObjectChange } from './cluster-audit.ts';
import { ClusterDesk } from './cluster-desk.ts';
import { runsOneOf } from './concerned-objects.ts';
import { MadeObjects } from './made-objects.ts';
import { requestOfObject } from './object-request.ts';
import { PolicyBook } from './policy-book.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const SCOPE = { kind: 'tenant', ...OWNER } as const;
const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const rule = anAdmissionRule({
  fix: {
    action: { en: 'Do not run it privileged.', ja: '特権モードで実行しないでください。' },
    patch: [{ op: 'replace', path: '{item}/securityContext/privileged', value: false }],
  },
});

let test: TestStore;
let book: PolicyBook;
let audit: ClusterAudit;
const changes: Change[] = [];

const deployment = (privileged: boolean, more: Partial<ObjectChange> = {}): ObjectChange => ({
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
  namespace: 'shop',
  name: 'web',
  object: {
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      template: { spec: { containers: [{ name: 'web', image: 'web:1', securityContext: { privileged } }] } },
    },
  },
  ...more,
});
const aPod = (name: string): ObjectChange =>
  deployment(true, {
    ...{ group: '', resource: 'pods', kind: 'Pod', name },
    object: {
      spec: { containers: [{ name: 'web', image: 'web:1', securityContext: { privileged: true } }] },
    },
  });
const findings = async (): Promise<readonly Finding[]> => {
  const page = await test.store.findings.list(SCOPE, { filter: [], limit: 100 });
  return page.ok ? page.value.items : [];
};
const checks = async (): Promise<readonly CheckResult[]> => {
  const page = await test.store.checks.list(SCOPE, { filter: [], limit: 100 });
  return page.ok ? page.value.items : [];
};
const eventually = (assert: () => Promise<void>): Promise<void> =>
  vi.waitFor(assert, { timeout: 20_000, interval: 50 });

const anAudit = ({ store, clock }: TestStore): ClusterAudit =>
  new ClusterAudit({
    store,
    clock,
    log: silent,
    publish: (change) => void changes.push(change),
    owner: OWNER,
    book,
    findings: new FindingLedger(store, clock, new Turnstile()),
    context: EMPTY_CONTEXT,
    knowledge: { content: { checks: [{ id: 'container.privileged' }] } },
  });

beforeEach(async () => {
  test = await openStoreInPlace();
  const { store, clock } = test;
  book = new PolicyBook({ store, clock, log: silent, builtIn: [rule] });
  await book.load(OWNER);
  audit = anAudit(test);
}, 60_000);
afterEach(async () => {
  await audit.close();
  await test.remove();
});

describe('the audit of what exists', () => {
  it('makes checks and findings of a workload, with the fix as a command, and closes them when it is mended', async () => {
    audit.take(deployment(true));
    await eventually(async () => {
      expect(await findings()).toMatchObject([
        {
          kind: 'policy',
          state: 'open',
          check: rule.id,
          subject: { kind: 'Deployment', namespace: 'shop', name: 'web' },
          evidence: ['spec.template.spec.containers[0].securityContext.privileged = true'],
          fix: {
            command: expect.stringContaining(
              `kubectl patch deployment web --namespace shop --type json --patch '[{"op":"replace"`,
            ),
          },
        },
      ]);
    });
    expect(await checks()).toMatchObject([{ check: rule.id, outcome: 'fail' }]);
    expect(audit.counts().get(rule.id)).toEqual({ violations: 1, unknown: 0 });
    audit.take(deployment(false));
    await eventually(async () => expect((await findings())[0]?.state).toBe('fixed'));
    expect(await checks()).toMatchObject([{ outcome: 'pass' }]);
    expect(audit.counts().get(rule.id)).toBeUndefined();
  }, 60_000);

  it('judges what made a pod, not the pod, and forgets what is gone', async () => {
    const made = new MadeObjects({ conditionOf: () => 'synced', judge: (change) => audit.take(change) });
    const controller = { kind: 'StatefulSet', group: 'apps', name: 'web', uid: 'uid-web' };
    const set = { kind: 'StatefulSet', resource: 'statefulsets', uid: 'uid-web' };
    made.take(deployment(true, set));
    made.take({ ...aPod('web-0'), controller });
    await eventually(async () => expect(await findings()).toHaveLength(1));
    expect([...audit.namespaces()]).toEqual([['shop', 1]]);
    const { object: _gone, ...gone } = deployment(true, set);
    made.take(gone);
    await eventually(async () => expect(await checks()).toEqual([]));
    await eventually(async () => expect((await findings())[0]?.state).toBe('fixed'));
  }, 60_000);

  it('judges what only says that another object made it, and no more what another one does make', async () => {
    const binding = anAdmissionRule({
      id: 'binding.named',
      match: { ...rule.match, resources: ['rbac.authorization.k8s.io/rolebindings'] },
      condition: { field: 'object.name', operator: 'equals', value: 'grant' },
    });
    book = new PolicyBook({ store: test.store, clock: test.clock, log: silent, builtIn: [rule, binding] });
    await book.load(OWNER);
    const second = anAudit(test);
    const made = new MadeObjects({ conditionOf: () => 'synced', judge: (change) => second.take(change) });
    const controller = { kind: 'Deployment', group: 'apps', name: 'web', uid: 'uid-web' };
    made.take(deployment(true, { uid: 'uid-web' }));
    const roles = { group: 'rbac.authorization.k8s.io', resource: 'rolebindings', kind: 'RoleBinding' };
    made.take({ ...deployment(false, { ...roles, name: 'grant' }), controller });
    made.take({ ...aPod('forged'), controller });
    made.take({ ...aPod('adopted'), uid: 'uid-adopted' });
    const open = async () =>
      (await findings()).filter(({ state }) => state === 'open').map(({ subject }) => subject.name);
    await eventually(async () =>
      expect((await open()).sort()).toEqual(['RoleBinding/grant', 'adopted', 'forged', 'web']),
    );
    const set = { kind: 'StatefulSet', resource: 'statefulsets', name: 'db', uid: 'uid-db' };
    made.take(deployment(true, set));
    const owner = { kind: 'StatefulSet', group: 'apps', name: 'db', uid: 'uid-db' };
    made.take({ ...aPod('adopted'), uid: 'uid-adopted', controller: owner });
    await eventually(async () =>
      expect((await open()).sort()).toEqual(['RoleBinding/grant', 'db', 'forged', 'web']),
    );
    await eventually(async () =>
      expect((await checks()).map(({ subject }) => subject.name)).not.toContain('adopted'),
    );
    await second.close();
  }, 60_000);

  it('tries again to forget what is gone when the store does not answer', async () => {
    audit.take(deployment(true));
    await eventually(async () => expect(await checks()).toHaveLength(1));
    const removed = vi
      .spyOn(test.store.checks, 'remove')
      .mockResolvedValueOnce(err(failure('E_STORE_IO', 'the disk does not answer')));
    const { object: _gone, ...gone } = deployment(true);
    audit.take(gone);
    await eventually(async () => expect(await checks()).toEqual([]));
    expect(removed.mock.calls.length).toBe(2);
    expect((await findings())[0]?.state).toBe('fixed');
  }, 60_000);

  it('takes back what went while nobody watched, once all is known, and not of kinds that cannot be read', async () => {
    const { object } = deployment(true);
    const place = { group: 'example.com', resource: 'widgets', kind: 'Widget', object };
    const widgets = anAdmissionRule({
      id: 'widget.privileged',
      match: { ...rule.match, resources: ['example.com/widgets'] },
      condition: { field: 'object.name', operator: 'equals', value: 'none' },
    });
    const told: CheckResult = aCheck({ check: 'container.privileged' });
    book = new PolicyBook({ store: test.store, clock: test.clock, log: silent, builtIn: [rule, widgets] });
    await book.load(OWNER);
    const first = anAudit(test);
    for (const name of ['gone', 'kept']) first.take(deployment(true, { name }));
    first.take(deployment(true, { ...place, name: 'w' }));
    await eventually(async () => expect(await checks()).toHaveLength(3));
    await first.close();
    const subject = (await checks()).find(({ subject: { name } }) => name === 'gone')?.subject;
    await test.store.checks.put(SCOPE, [{ ...told, ...(subject === undefined ? {} : { subject }) }]);
    const second = anAudit(test);
    second.take(deployment(true, { name: 'kept' }));
    second.settle((kind) => kind !== 'Widget');
    const named = async () =>
      (await checks()).map(({ check, subject: { name } }) => `${check} ${name}`).sort();
    const kept = [`container.privileged gone`, `${rule.id} kept`];
    await eventually(async () =>
      expect(await named()).toEqual([...kept, 'widget.privileged Widget/w'].sort()),
    );
    const open = (await findings()).filter(({ state }) => state === 'open');
    expect(open.map(({ subject: { name } }) => name)).toEqual(['kept']);
    second.settle(() => true);
    await eventually(async () => expect(await named()).toEqual(kept.toSorted()));
    await second.close();
  }, 60_000);

  it('follows policies: an exception accepts, with its owner and end; a binding switches off', async () => {
    audit.take(deployment(true));
    await eventually(async () => expect(await findings()).toHaveLength(1));
    await test.store.admissionExceptions.put(SCOPE, [aStoredException()]);
    await book.load(OWNER);
    await eventually(async () =>
      expect(await findings()).toMatchObject([{ state: 'accepted', acceptance: { owner: 'aiko' } }]),
    );
    await test.store.admissionExceptions.remove(SCOPE, ['exception.debug']);
    await book.load(OWNER);
    await eventually(async () => expect((await findings())[0]?.state).toBe('open'));
    const off = aStoredBinding({ binding: { id: 'binding.shop', rules: ['*'], mode: 'off' } });
    await test.store.admissionBindings.put(SCOPE, [off]);
    await book.load(OWNER);
    await eventually(async () => expect((await findings())[0]?.state).toBe('fixed'));
    await eventually(async () => expect(await checks()).toEqual([]));
  }, 60_000);

  it('judges again what an exception covered when it ends, though nothing else changed', async () => {
    const endsMs = test.clock.value + 200;
    const stored = aStoredException();
    await test.store.admissionExceptions.put(SCOPE, [
      { ...stored, exception: { ...stored.exception, expiresAtMs: endsMs } },
    ]);
    await book.load(OWNER);
    audit.take(deployment(true));
    await eventually(async () => expect((await findings())[0]?.state).toBe('accepted'));
    test.clock.value = endsMs;
    await eventually(async () => expect((await findings())[0]?.state).toBe('open'));
  }, 60_000);

  it('judges again what runs an image of which something else is known now, and nothing besides', async () => {
    const signed = anAdmissionRule({
      id: 'image.signed',
      condition: { some: 'containers', where: { field: 'image.signed', operator: 'equals', value: false } },
    });
    const images = new PolicyBook({ store: test.store, clock: test.clock, log: silent, builtIn: [signed] });
    await images.load(OWNER);
    let facts: ImageFacts | Unknown = { unknown: 'nobody has scanned this image yet' };
    const asked: string[] = [];
    const following = new ClusterAudit({
      ...{ store: test.store, clock: test.clock, log: silent, owner: OWNER, book: images },
      publish: () => undefined,
      findings: new FindingLedger(test.store, test.clock, new Turnstile()),
      context: {
        image: (reference) => {
          asked.push(reference);
          return facts;
        },
      },
    });
    following.take(deployment(false));
    await eventually(async () => expect(await checks()).toMatchObject([{ outcome: 'unknown' }]));
    const know = (names: readonly string[], digests: readonly string[] = []): void => {
      const changed = { names: new Set(names), digests: new Set(digests) };
      following.judgeAgain((request) => runsOneOf(request, changed, podPathTable()));
    };
    facts = { scanned: true, signed: false };
    asked.length = 0;
    know(['docker.io/library/other:1'], [`sha256:${'1'.repeat(64)}`]);
    expect(asked).toEqual([]);
    know(['docker.io/library/web:1']);
    expect(following.counts().get(signed.id)).toEqual({ violations: 1, unknown: 0 });
    await eventually(async () =>
      expect(await findings()).toMatchObject([{ check: signed.id, state: 'open' }]),
    );
    await following.close();
  }, 60_000);

  it('names objects that are no workload by kind and name, and outlives one that is badly typed', async () => {
    audit.take(deployment(true, { name: 'odd', object: { metadata: 5, spec: { template: 'no' } } }));
    audit.take(deployment(true, { group: 'example.com', kind: 'Widget', resource: 'widgets', name: 'w' }));
    audit.take(deployment(true));
    await eventually(async () =>
      expect((await findings()).map(({ subject }) => subject.name)).toContain('web'),
    );
    expect(audit.kinds()).toContainEqual({ group: 'example.com', resource: 'widgets', kind: 'Widget' });
  }, 60_000);
});

describe('a draft', () => {
  it('is shown with what it would refuse of what exists, and with what no rule covers', async () => {
    audit.take(deployment(true));
    audit.take(deployment(false, { name: 'good' }));
    const parts = {
      clock: test.clock,
      owner: OWNER,
      book,
      context: EMPTY_CONTEXT,
      audit,
      kubernetes: () => ({ state: 'synced' as const, kinds: [] }),
      verdicts: () => new Map([['deny', 2]]),
    };
    const desk = new ClusterDesk(parts);
    const binding = { id: 'binding.all', rules: ['*'], mode: 'enforce' as const };
    const radius = await desk.simulate(OWNER, { bindings: [binding] });
    expect(radius).toMatchObject({
      ok: true,
      value: {
        objects: 2,
        judged: 2,
        newlyDenied: 1,
        byNamespace: [{ name: 'shop', count: 1 }],
        byOwner: [{ name: 'shop/web', count: 1 }],
        byRule: [{ name: rule.id, count: 1 }],
        examples: [{ name: 'web', before: 'alert', after: 'deny', rules: [rule.id] }],
      },
    });
    const asked = requestOfObject(
      { apiVersion: 'apps/v1', kind: 'Deployment', ...(deployment(true).object as object) },
      {
        operation: 'CREATE',
        user: { name: 'kim', groups: [] },
      },
    );
    const replayed = new ClusterDesk({ ...parts, recorded: () => (asked.ok ? [asked.value] : []) });
    expect(await replayed.simulate(OWNER, { bindings: [binding] })).toMatchObject({
      value: { objects: 2, judged: 3, newlyDenied: 2, byUser: [{ name: 'kim', count: 1 }] },
    });
    expect(
      await desk.simulate(OWNER, { bindings: [{ ...binding, rules: ['['.repeat(600)] }] }),
    ).toMatchObject({
      ok: false,
      error: { code: 'E_POLICY_INVALID' },
    });
    expect(await desk.coverage(OWNER)).toMatchObject({
      ok: true,
      value: {
        kinds: [{ resource: 'apps/deployments', objects: 2, rules: 1, enforced: 0 }],
        namespaces: [{ namespace: 'shop', objects: 2, rules: 1 }],
      },
    });
    expect(desk.status(OWNER)).toMatchObject({ decisions: { deny: '2' }, kubernetes: { state: 'synced' } });
    const others = { cluster: 'local', tenant: 'other' };
    expect(desk.status(others)).toMatchObject({ decisions: {}, kubernetes: { state: 'off', kinds: [] } });
    expect(desk.counts(others)).toBeUndefined();
    expect(desk.reach(others, rule)).toBe('none');
    // Not a kind of the cluster is known yet: that nothing violates it is no answer.
    expect(desk.reach(OWNER, rule)).toBe('some');
    expect(await desk.coverage(others)).toMatchObject({ ok: false, error: { code: 'E_POLICY_NO_CLUSTER' } });
  }, 60_000);
});
