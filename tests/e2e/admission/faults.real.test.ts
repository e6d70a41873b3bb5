// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdmissionDecision, AdmissionRule, ResponseOf } from '@bartizan/contracts';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, serviceAccountToken, tokenKubeconfig, useCluster } from '../../cluster/kubebox.ts';
import { SecondApiServer } from '../../cluster/second-api-server.ts';
import { type Running, startRunning } from '../../controller/running.ts';
import { Api } from '../native-policy/api.ts';
import { pod } from './objects.ts';

const WEBHOOK =
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/bartizan-test-validate';
const PODS = '/api/v1/namespaces/shop/pods?dryRun=All';
const MIB = 1024 * 1024;
/** After an API server was away or too busy, until what was taken away meanwhile is back. */
const BACK_MS = 5_000;
/** Few at a time, and no fair queues: who comes beside them is told to come again. */
const BUSY_FLAGS = [
  '--enable-priority-and-fairness=false',
  '--max-requests-inflight=2',
  '--max-mutating-requests-inflight=2',
];
const STORM_MS = 8_000;
const CALLERS = 40;

const PRIVILEGED: AdmissionRule = anAdmissionRule({ mode: 'enforce' });
const LABELLED: AdmissionRule = anAdmissionRule({
  id: 'custom.labelled',
  mode: 'enforce',
  whenUnknown: 'deny',
  match: { resources: ['/pods'], operations: ['CREATE'], namespaceLabels: { team: 'payment' } },
  message: { en: 'no privileged pod where payments run', ja: '決済の名前空間では特権 Pod を使えません' },
});
/** A pod whose arguments take so much room. */
function large(name: string, isPrivileged: boolean, bytes: number) {
  const made = pod(name, { privileged: isPrivileged });
  const [container] = made.spec.containers;
  const args = Array.from({ length: Math.ceil(bytes / 1024) }, (_, at) => `${at}`.padEnd(1020, 'x'));
  return { ...made, spec: { ...made.spec, containers: [{ ...container, args }] } };
}
/** All that the controller does, but for the kinds left out. */
const rightsWithout = (...core: readonly string[]) => [
  {
    apiGroups: [''],
    resources: ['namespaces', 'nodes', 'pods', 'services', 'serviceaccounts', 'configmaps'].filter(
      (name) => !core.includes(name),
    ),
    verbs: ['get', 'list', 'watch'],
  },
  ...['apps', 'batch', 'rbac.authorization.k8s.io', 'networking.k8s.io', 'apiextensions.k8s.io'].map(
    (group) => ({
      ...{ apiGroups: [group], resources: ['*'], verbs: ['get', 'list', 'watch'] },
    }),
  ),
  { apiGroups: ['admissionregistration.k8s.io'], resources: ['*'], verbs: ['*'] },
];
const within = <T>(check: () => T | Promise<T>, timeout = 30_000): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 20 });

describe.skipIf(!hasKubebox)('admission when the cluster is not at its best', { timeout: 400_000 }, () => {
  const up = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-faults-'));
  let api: Api;
  let controller: Running | undefined;
  let second: SecondApiServer | undefined;

  const status = async () => {
    if (controller === undefined) throw new Error('no controller runs');
    const answer = await controller.call({ path: 'admission/status' });
    return (answer.json as ResponseOf<'admission.status'>).kubernetes;
  };
  async function start(kubeconfig: string, ...rules: readonly AdmissionRule[]): Promise<Running> {
    const { machine } = up();
    const running = await startRunning({ kubeconfig, admission: { host: machine, port: 0, name: machine } });
    controller = running;
    for (const rule of rules) {
      const made = await running.call({
        method: 'POST',
        path: 'admission/rules',
        body: { rule, enabled: true },
      });
      expect(made.status, made.text).toBe(201);
    }
    await within(async () => {
      const { admission, state } = await status();
      expect(admission?.webhooks.map((one) => one.state)).toEqual(Array(3).fill('in-force'));
      expect(['synced', 'partial']).toContain(state);
    }, 90_000);
    return running;
  }
  const create = (object: object) => api.ask('POST', PODS, object);
  const refused = (rule: string) =>
    within(async () => {
      const answer = await create(pod('bad', { privileged: true }));
      expect([answer.status, answer.message]).toEqual([403, expect.stringContaining(rule)]);
    });
  const account = (name: string, rules: readonly object[]) =>
    serviceAccountToken(up(), { namespace: 'default', name, rules });
  /** Until the webhook is there again, asked of the API server that was never away. */
  async function isBack(what: string): Promise<void> {
    const startedAt = performance.now();
    await within(async () => expect((await api.ask('GET', WEBHOOK)).status).toBe(200), 5 * BACK_MS);
    const tookMs = Math.round(performance.now() - startedAt);
    process.stdout.write(`${what}: a deleted webhook is back after ${tookMs} ms (promised: ${BACK_MS} ms)\n`);
  }

  beforeAll(async () => {
    api = new Api(up().kubeconfig);
    await up().kubectl(['create', 'namespace', 'shop']);
  }, 300_000);
  afterEach(async () => {
    await controller?.close();
    controller = undefined;
    await second?.kill();
    second = undefined;
    // What a controller leaves that is gone for good.
    for (const kind of ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'])
      await up().kubectl(['delete', kind, '-l', 'app.kubernetes.io/managed-by=bartizan']);
  }, 60_000);
  afterAll(() => {
    api?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('objects as large as an API server takes are judged like others, and what was decided stays small', async () => {
    const running = await start(up().kubeconfig, PRIVILEGED);
    await refused(PRIVILEGED.id);
    const startedAt = performance.now();
    const bad = await create(large('large-bad', true, 2.8 * MIB));
    const tookMs = Math.round(performance.now() - startedAt);
    process.stdout.write(
      `a pod of 2.8 MiB is answered after ${tookMs} ms (an API server waits for 5,000 ms)\n`,
    );
    expect([bad.status, bad.message]).toEqual([
      403,
      expect.stringContaining('main is privileged at spec.containers[0]'),
    ]);
    expect(tookMs).toBeLessThan(5_000);
    expect((await create(large('large-good', false, 2.8 * MIB))).status).toBe(201);
    expect((await create(large('too-large', true, 3.2 * MIB))).status).toBe(413);
    const sizeOf = (name: string): Promise<number> =>
      within(async () => {
        const answer = await running.call({ path: `admission/decisions?filter=name:${name}` });
        const [found] = answer.json['items'] as AdmissionDecision[];
        expect(found).toBeDefined();
        return JSON.stringify(found).length;
      });
    // Of the same violations; names and places differ.
    expect(await sizeOf('large-bad')).toBeLessThan(1.1 * (await sizeOf('bad')));
    expect(running.logged.join('\n').length).toBeLessThan(MIB);
    expect((await status()).admission?.failedTotal).toBe(0);
  });

  it('what may not be read is unknown: a rule about labels of a namespace says so, and is decided as it asks', async () => {
    await start(up().kubeconfig, LABELLED);
    expect((await status()).state).not.toBe('partial');
    // Its labels are known, and are others.
    expect((await create(pod('bad', { privileged: true }))).status).toBe(201);
    await controller?.close();
    const token = await account('half', rightsWithout('namespaces'));
    const running = await start(tokenKubeconfig(up(), folder, token), LABELLED);
    expect(await status()).toMatchObject({
      state: 'partial',
      kinds: expect.arrayContaining([
        expect.objectContaining({
          kind: 'Namespace',
          condition: 'not-permitted',
          code: 'E_KUBE_NOT_PERMITTED',
        }),
      ]),
    });
    await refused(LABELLED.id);
    expect((await create(pod('good'))).status).toBe(201);
    await within(async () => {
      const answer = await running.call({ path: 'admission/decisions?filter=name:bad' });
      const [decision] = answer.json['items'] as AdmissionDecision[];
      expect(decision?.violations).toContainEqual(
        expect.objectContaining({
          rule: LABELLED.id,
          state: 'unknown',
          missing: 'the labels of the namespace are not known',
        }),
      );
    });
  });

  it('an API server that ends: the others go on asking us, and what was taken away meanwhile is back after it', async () => {
    second = new SecondApiServer(up);
    await second.start();
    const token = await account('whole', rightsWithout());
    await start(tokenKubeconfig(up(), folder, token, second.url), PRIVILEGED);
    await refused(PRIVILEGED.id);
    await second.kill();
    await within(async () => expect((await status()).state).toBe('behind'));
    await refused(PRIVILEGED.id);
    expect((await api.ask('DELETE', WEBHOOK)).status).toBe(200);
    await second.start();
    await isBack('an API server that came again');
    await refused(PRIVILEGED.id);
  });

  it('an API server that is too busy: nothing is torn, and what was taken away is back when it is not', async () => {
    second = new SecondApiServer(up, 6444, () => BUSY_FLAGS);
    await second.start();
    const token = await account('busy', rightsWithout());
    const running = await start(tokenKubeconfig(up(), folder, token, second.url), PRIVILEGED);
    await refused(PRIVILEGED.id);
    const before = (await api.ask('GET', WEBHOOK)).body['webhooks'];
    const endAt = performance.now() + STORM_MS;
    let toldToWait = 0;
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    // Administrators are never told to wait.
    const other = { server: second.url, token };
    const callers = Array.from({ length: CALLERS }, async () => {
      const caller = new Api(up().kubeconfig, other);
      try {
        while (performance.now() < endAt) if ((await caller.ask('GET', path)).status === 429) toldToWait += 1;
      } finally {
        caller.close();
      }
    });
    await vi.waitFor(() => expect(toldToWait).toBeGreaterThan(CALLERS), { timeout: STORM_MS });
    expect((await api.ask('DELETE', WEBHOOK)).status).toBe(200);
    await Promise.all(callers);
    process.stdout.write(`${toldToWait} requests were told to come again\n`);
    await isBack('a storm that is over');
    expect((await api.ask('GET', WEBHOOK)).body['webhooks']).toEqual(before);
    await refused(PRIVILEGED.id);
    expect(running.logged.filter((line) => line.startsWith('a chore failed'))).toEqual([]);
  });
});
