// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PolicySource, ResponseOf } from '@bartizan/contracts';
import { readYaml } from '@bartizan/scan/yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../../architecture/repository.ts';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { type Running, startRunning } from '../../controller/running.ts';
import { Api } from '../native-policy/api.ts';
import { pod } from './objects.ts';

const within = <T>(check: () => T | Promise<T>, timeout = 15_000): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 50 });

const API = 'policy.bartizan.dev/v1alpha1';
const policy = (kind: string, name: string, spec: object) => ({
  apiVersion: API,
  kind,
  metadata: { name },
  spec,
});
const privileged = (name: string, more: object = {}) =>
  policy('AdmissionRule', name, {
    title: 'No container is privileged',
    severity: 'critical',
    mode: 'enforce',
    match: { resources: ['workloads'], operations: ['CREATE', 'UPDATE'], namespaces: ['shop'] },
    condition: { cel: 'pod.containers.exists(c, c.?securityContext.?privileged.orValue(false))' },
    ...more,
  });
/** From the answer to `apply` until the first request is refused. */
const IN_FORCE_MS = 2_000;
const FRESH_TRIES = 7;
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

/** The kinds as a bundle brings them. */
const kinds = (): readonly object[] =>
  [...readYaml(readFileSync(join(ROOT, 'deploy/kubernetes/bartizan.yaml')))].flatMap((document) =>
    document.ok && (document.value as { kind?: string } | null)?.kind === 'CustomResourceDefinition'
      ? [document.value as object]
      : [],
  );

interface Status {
  readonly observedGeneration?: number;
  readonly violations?: number;
  readonly notExpressible?: readonly string[];
  readonly conditions?: readonly {
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

describe.skipIf(!hasKubebox)('policies from the cluster and from Git', { timeout: 300_000 }, () => {
  const up = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-sources-'));
  const checkout = join(folder, 'current');
  let controller: Running;

  const apply = (object: object) => up().kubectl(['apply', '-f', '-'], JSON.stringify(object));
  const statusOf = async (kind: string, name: string): Promise<Status> => {
    const object: { status?: Status } = JSON.parse(await up().kubectl(['get', kind, name, '-o', 'json']));
    return object.status ?? {};
  };
  const readyOf = async (kind: string, name: string) => (await statusOf(kind, name)).conditions?.[0];
  const create = (name: string, isPrivileged: boolean) =>
    up().kubectl(
      ['create', '-n', 'shop', '--dry-run=server', '-f', '-'],
      JSON.stringify(pod(name, { privileged: isPrivileged })),
    );
  const refused = (name = 'bad', words = 'No container is privileged') =>
    within(() => expect(create(name, true)).rejects.toThrow(words));
  const allowed = (name = 'bad') => within(() => create(name, true));
  const sourceOf = async (source: PolicySource['source']): Promise<PolicySource> => {
    const { json } = await controller.call({ path: 'admission/sources' });
    const { sources } = json as ResponseOf<'admission.sources'>;
    const found = sources.find((one) => one.source === source);
    if (found === undefined) throw new Error(JSON.stringify(json));
    return found;
  };
  /** One commit, as a synchroniser brings it: a new folder, and a link that is swapped. */
  const commit = (sha: string, files: Readonly<Record<string, string>>): void => {
    const tree = join(folder, sha);
    mkdirSync(tree);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, name), text);
    symlinkSync(tree, join(folder, 'next'));
    renameSync(join(folder, 'next'), checkout);
  };

  beforeAll(async () => {
    const { kubectl, kubeconfig, machine } = up();
    for (const object of kinds())
      await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(object));
    await kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
    await kubectl(['create', 'namespace', 'shop']);
    controller = await startRunning({
      kubeconfig,
      policyDir: checkout,
      admission: { host: machine, port: 0, name: machine },
    });
    await within(async () => {
      const { json } = await controller.call({ path: 'admission/status' });
      const { kubernetes } = json as ResponseOf<'admission.status'>;
      expect(kubernetes.admission?.webhooks.map(({ state }) => state)).toEqual(Array(3).fill('in-force'));
    }, 60_000);
  }, 300_000);
  afterAll(async () => {
    await controller?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('a rule that is applied is in force, says so, and is gone when it is deleted', async () => {
    const startedAt = performance.now();
    await apply(privileged('shop.privileged'));
    await refused();
    process.stdout.write(
      `a rule is enforced ${Math.round(performance.now() - startedAt)} ms after kubectl apply\n`,
    );
    await within(async () =>
      expect(await statusOf('admissionrule', 'shop.privileged')).toMatchObject({
        observedGeneration: 1,
        violations: 0,
        notExpressible: [expect.stringContaining('CEL')],
        conditions: [{ status: 'True', reason: 'InForce' }],
      }),
    );
    await expect(create('good', false)).resolves.toContain('created');
    expect(await sourceOf('crd')).toMatchObject({ state: 'current', rules: 1, problems: [] });
    const { json } = await controller.call({ path: 'admission/rules/shop.privileged' });
    expect(json).toMatchObject({ origin: 'crd', enabled: true });
    await up().kubectl(['delete', 'admissionrule', 'shop.privileged']);
    await allowed();
    expect(await sourceOf('crd')).toMatchObject({
      rules: 0,
      changes: [{ action: 'remove', kind: 'AdmissionRule', id: 'shop.privileged' }],
    });
  });

  it('a rule and its binding refuse within two seconds after the API server took them', async () => {
    const api = new Api(up().kubeconfig);
    const objects = `/apis/${API}`;
    const pods = '/api/v1/namespaces/shop/pods?dryRun=All';
    const tookMs: number[] = [];
    try {
      for (let turn = 0; turn < FRESH_TRIES; turn += 1) {
        const name = `shop.fresh-${turn}`;
        const rule = privileged(name, { title: `fresh ${turn}`, mode: 'audit' });
        const binding = policy('AdmissionBinding', name, {
          rules: [name],
          mode: 'enforce',
          namespaces: ['shop'],
        });
        const startedAt = performance.now();
        for (const [plural, object] of [
          ['admissionrules', rule],
          ['admissionbindings', binding],
        ] as const)
          expect((await api.ask('POST', `${objects}/${plural}`, object)).status).toBe(201);
        let isRefused = false;
        while (!isRefused && performance.now() - startedAt < 5 * IN_FORCE_MS) {
          const answer = await api.ask('POST', pods, pod('fresh', { privileged: true }));
          isRefused = answer.status === 403 && answer.message.includes(name);
        }
        tookMs.push(Math.round(performance.now() - startedAt));
        expect(isRefused, `${name} after ${tookMs.at(-1)} ms`).toBe(true);
        for (const plural of ['admissionbindings', 'admissionrules'])
          expect((await api.ask('DELETE', `${objects}/${plural}/${name}`)).status).toBe(200);
      }
    } finally {
      api.close();
    }
    tookMs.sort((one, two) => one - two);
    process.stdout.write(
      `policies of the cluster refuse after ${tookMs.join(', ')} ms (promised: ${IN_FORCE_MS} ms)\n`,
    );
    await allowed();
  });

  it('one that is wrong is told and stops no other; of one that was right, the version before stays', async () => {
    await apply(privileged('shop.broken', { condition: { cel: 'pod.containers.exists(c, ' } }));
    await apply(privileged('shop.privileged'));
    await refused();
    await within(async () =>
      expect(await readyOf('admissionrule', 'shop.broken')).toMatchObject({
        status: 'False',
        reason: 'Invalid',
        message: expect.stringContaining('the CEL expression cannot be used'),
      }),
    );
    await apply(privileged('shop.privileged', { condition: { field: 'pod.nothing', operator: 'present' } }));
    await within(async () => {
      const status = await statusOf('admissionrule', 'shop.privileged');
      expect(status).toMatchObject({
        observedGeneration: 2,
        conditions: [{ status: 'False', reason: 'Invalid' }],
      });
      expect(status.conditions?.[0]?.message).toContain('the version before it stays in force');
    });
    await refused('still');
    expect(await sourceOf('crd')).toMatchObject({ state: 'degraded', rules: 1, problemsTotal: 2 });
    await apply(privileged('shop.privileged'));
    await up().kubectl(['delete', 'admissionrule', 'shop.broken']);
    await within(async () => expect(await sourceOf('crd')).toMatchObject({ state: 'current' }));
  });

  it('the API server itself refuses what the schema forbids', async () => {
    await expect(
      apply(policy('AdmissionBinding', 'shop.none', { rules: [], mode: 'audit' })),
    ).rejects.toThrow('a binding names rules');
    await expect(
      apply(policy('AdmissionBinding', 'shop.mode', { rules: ['shop.*'], mode: 'sometimes' })),
    ).rejects.toThrow('Unsupported value');
  });

  it('an exception holds until it ends, and says that it is over', async () => {
    const expires = inSeconds(12);
    await apply(
      policy('AdmissionException', 'shop.for-now', {
        rules: ['shop.*'],
        namespaces: ['shop'],
        names: ['excepted'],
        owner: 'the test',
        reason: 'it shows that it ends',
        expires,
      }),
    );
    await allowed('excepted');
    expect(await readyOf('admissionexception', 'shop.for-now')).toMatchObject({ status: 'True' });
    await refused('another');
    await refused('excepted');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires));
    await within(async () =>
      expect(await readyOf('admissionexception', 'shop.for-now')).toMatchObject({
        status: 'False',
        reason: 'Expired',
      }),
    );
  });

  it('what comes from a source is changed there alone', async () => {
    const { json } = await controller.call({ path: 'admission/rules/shop.privileged' });
    const body = { rule: json['rule'], enabled: false };
    const put = await controller.call({ method: 'PUT', path: 'admission/rules/shop.privileged', body });
    expect([put.status, put.json['code']]).toEqual([409, 'E_POLICY_OWNED']);
    const removed = await controller.call({ method: 'DELETE', path: 'admission/rules/shop.privileged' });
    expect(removed.json).toMatchObject({ code: 'E_POLICY_OWNED' });
    await refused();
  });

  it('a commit is followed; torn files change nothing, and an id has one owner', async () => {
    const latest = privileged('git.privileged', {
      title: 'Git forbids it',
      match: { resources: ['/pods'], operations: ['CREATE'], namespaces: ['git'] },
    });
    await up().kubectl(['create', 'namespace', 'git']);
    const inGit = () =>
      up().kubectl(
        ['create', '-n', 'git', '--dry-run=server', '-f', '-'],
        JSON.stringify(pod('bad', { privileged: true })),
      );
    commit('one', {
      'rule.yaml': JSON.stringify(latest),
      'twin.yaml': JSON.stringify(privileged('shop.privileged')),
    });
    await within(() => expect(inGit()).rejects.toThrow('Git forbids it'), 30_000);
    expect(await sourceOf('directory')).toMatchObject({
      state: 'degraded',
      rules: 1,
      revision: expect.stringMatching(/^[0-9a-f]{64}$/),
      changes: [{ action: 'create', kind: 'AdmissionRule', id: 'git.privileged' }],
      problems: [{ id: 'shop.privileged', reason: 'Conflict', place: expect.stringContaining('twin.yaml') }],
    });
    commit('two', { 'rule.yaml': `${JSON.stringify(latest).slice(0, 200)}` });
    await within(
      async () =>
        expect(await sourceOf('directory')).toMatchObject({ rules: 1, problems: [{ reason: 'Unreadable' }] }),
      30_000,
    );
    await expect(inGit()).rejects.toThrow('Git forbids it');
    commit('three', { 'other.yaml': JSON.stringify(privileged('git.other')) });
    await within(inGit, 30_000);
    expect(await sourceOf('directory')).toMatchObject({ state: 'current', rules: 1, problems: [] });
  });
});
