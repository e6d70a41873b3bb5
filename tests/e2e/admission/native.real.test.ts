// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { AdmissionBinding, AdmissionNative, ResponseOf } from '@bartizan/contracts';
import { builtImage, MemoryRegistry } from '@bartizan/testkit/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../cluster-install/api.ts';
import { hasKubebox, Kubebox } from '../cluster-install/kubebox.ts';
import { CHECKOUT, eventually } from '../first-run/product.ts';
import { must } from '../first-run/run.ts';
import { Api } from '../native-policy/api.ts';
import { pod } from './objects.ts';

const cluster = new Kubebox('native-keep', 21);
/** This machine, as pods of the cluster see it. */
const MACHINE = '10.99.0.1';
const folder = mkdtempSync(join(tmpdir(), 'bartizan-native-'));
const passwordFile = join(folder, 'password');
const RESTORED_MS = 1_000;
const POLICY = 'validatingadmissionpolicy';
const BINDING = 'validatingadmissionpolicybinding';
const DEFAULTS = 'mutatingadmissionpolicies,mutatingadmissionpolicybindings';
/** Whom the audit log of this cluster names, before the manager that the object would name. */
const BY_AUDIT = 'kubebox-admin, by the audit log of the API server';
const PRIVILEGED = 'bartizan-main.pss.baseline.privileged--custom.shop';
const DEFAULTS_PATH = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies';
const UNKNOWN = `${MACHINE}:1/shop/web@sha256:${'0'.repeat(64)}`;
let before: string[] = [];
let registry: MemoryRegistry;
let person: Person;
let api: Api;
let bad = '';

const dryRun = (name: string, image?: string, privileged = false) =>
  cluster.says(
    ['create', '-n', 'shop', '--dry-run=server', '-f', '-'],
    pod(name, { privileged, ...(image === undefined ? {} : { image }) }),
  );
async function call<T>(method: string, path: string, body?: object, status = 200): Promise<T> {
  const answer = await person.ask(method, path, body);
  expect(answer.status, `${method} ${path}: ${answer.text.slice(0, 2000)}`).toBe(status);
  return JSON.parse(answer.text) as T;
}
async function bind(...bindings: readonly AdmissionBinding[]): Promise<void> {
  const { revision } = await call<{ revision: string }>('GET', '/admission/bindings');
  await call('PUT', '/admission/bindings', { bindings, ifRevision: revision });
}
const binding = (mode: AdmissionBinding['mode']): AdmissionBinding => ({
  id: 'custom.shop',
  rules: ['pss.baseline.*', 'admission.image-signed', 'admission.image-scan-age'],
  namespaces: ['shop'],
  mode,
});
const native = (): Promise<AdmissionNative> => call('GET', '/admission/native');
const policyOf = async (rule: string) => (await native()).policies.find((one) => one.rule === rule);
/** Policies, bindings and verdicts of ours that are in the cluster. */
const kept = (): string[] =>
  cluster
    .says([
      ...[
        'get',
        `${POLICY},${BINDING},${DEFAULTS},imageverdictsets`,
        '-l',
        'app.kubernetes.io/managed-by=bartizan',
      ],
      ...['-o', 'name', '--ignore-not-found'],
    ])
    .text.split('\n')
    .filter((line) => line !== '');
const restores = async (): Promise<readonly { target: string; detail: string }[]> => {
  const { items } = await call<{ items: { target: string; detail: string }[] }>(
    'GET',
    '/audit?filter=action:admission.restore&limit=50',
  );
  return items;
};
const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';
const POLICY_PATH = `${REGISTRATION}/validatingadmissionpolicies/${PRIVILEGED}`;
const BINDING_PATH = `${REGISTRATION}/validatingadmissionpolicybindings/${PRIVILEGED}`;
const VERDICTS_PATH = '/apis/policy.bartizan.dev/v1alpha1/imageverdictsets/bartizan-main-1';
const MERGE = 'application/merge-patch+json';

/** Attacks one object, and asks for it without a pause until it is as it was: a second is promised. */
async function attacked(what: string, path: string, patch?: object): Promise<void> {
  const before = (await api.ask('GET', path)).body;
  const uid = (before['metadata'] as { uid: string }).uid;
  const answer =
    patch === undefined
      ? await api.ask('DELETE', path)
      : await api.ask('PATCH', `${path}?fieldManager=somebody`, patch, MERGE);
  const goneAtMs = performance.now();
  expect(answer.status, answer.message).toBe(200);
  if (patch !== undefined) expect(answer.body['spec']).not.toEqual(before['spec']);
  const isBack = async (): Promise<true | undefined> => {
    const { status, body } = await api.ask('GET', path);
    const isNew = (body['metadata'] as { uid?: string } | undefined)?.uid !== uid;
    const isWhole = status === 200 && isDeepStrictEqual(body['spec'], before['spec']);
    return isWhole && isNew === (patch === undefined) ? true : undefined;
  };
  await eventually(what, isBack, 5 * RESTORED_MS, 10);
  const tookMs = Math.round(performance.now() - goneAtMs);
  process.stdout.write(`${what} is back after ${tookMs} ms (promised: ${RESTORED_MS} ms)\n`);
  expect(tookMs).toBeLessThan(5 * RESTORED_MS);
}

/** Each kind of change of each object is an event; what is repeated is told together, later. */
async function toldAsEvents(): Promise<void> {
  const events = await eventually('the events', async () => {
    const { items } = await call<ResponseOf<'event.list'>>(
      'GET',
      '/events?filter=rule:cluster.policy-restored&limit=50',
    );
    return items.length >= 6 ? items : undefined;
  });
  const told = events.map(
    ({ workload, message }) => `${workload.name} ${message.en.replace(/; away.*/, '')}`,
  );
  const blunted = `validatingadmissionpolicies/${PRIVILEGED} `;
  const ofPolicy = told.filter((one) => one.startsWith(blunted));
  expect(ofPolicy).toContainEqual(expect.stringContaining(`(deleted by: ${BY_AUDIT}`));
  expect(ofPolicy).toContainEqual(expect.stringContaining(`(changed by: ${BY_AUDIT}`));
  for (const event of events) {
    expect(event).toMatchObject({ owasp: { 2022: ['K04'], 2025: ['K04'] }, attack: ['T1562.001'] });
    const ms = Number(/away for (?:at most )?([\d,]+) ms/.exec(event.message.en)?.[1]?.replaceAll(',', ''));
    process.stdout.write(
      `${event.workload.name}: away for ${ms} ms by its event (promised: ${RESTORED_MS} ms)\n`,
    );
    expect(ms).toBeLessThan(5 * RESTORED_MS);
  }
}

async function scanImage(): Promise<void> {
  registry = await MemoryRegistry.start(undefined, MACHINE);
  const image = builtImage([
    { 'app/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}' },
  ]);
  registry.push('shop/web', 'v1', image);
  bad = `${registry.host}/shop/web@${image.digest}`;
  const choice = { includes: [{ repository: 'shop/*', tag: '*' }], excludes: [], platforms: [] };
  const made = await call<{ id: string }>(
    'POST',
    '/registries',
    {
      ...{ name: 'test', kind: 'docker', host: registry.host, plainHttp: true, ...choice },
      ...{ schedule: { kind: 'manual' }, concurrency: 1 },
    },
    201,
  );
  expect(made.id).not.toBe('');
  // Somebody asks for it: it is scanned.
  await eventually('a judged image', async () => {
    dryRun('web', bad);
    const { items } = await call<{ items: { image: { digest: string; scan?: { state: string } } }[] }>(
      'GET',
      '/images?limit=10',
    );
    return items.find((one) => one.image.digest === image.digest && one.image.scan?.state === 'done');
  });
}

beforeAll(async () => {
  if (!hasKubebox) return;
  await cluster.up();
  const images = join(folder, 'images');
  must('sh', ['tools/pinned.sh', 'node', 'tools/images.ts', '--out', images], { cwd: CHECKOUT });
  for (const part of ['controller', 'agent']) cluster.load(join(images, `bartizan-${part}.tar`));
  before = cluster.objects();
  const end = await cluster.command(
    'install',
    ...['--images', images, '--yes', '--password-file', passwordFile],
  );
  expect(end.code, end.stderr).toBe(0);
  const address = ['get', 'service', 'bartizan-controller', '-o', 'jsonpath={.spec.clusterIP}'];
  person = new Person(cluster.kubectl('-n', 'bartizan', ...address));
  expect(await person.signIn(readFileSync(passwordFile, 'utf8').trim())).toBe(200);
  api = new Api(cluster.kubeconfig);
  cluster.kubectl('create', 'namespace', 'shop');
  await bind(binding('audit'));
  await eventually(
    'webhooks in force',
    async () => {
      const { kubernetes } = await call<ResponseOf<'admission.status'>>('GET', '/admission/status');
      return kubernetes.admission?.webhooks.every(({ state }) => state === 'in-force') === true &&
        kubernetes.state === 'synced'
        ? true
        : undefined;
    },
    120_000,
  );
}, 1_800_000);
afterAll(async () => {
  api?.close();
  await registry?.stop();
  cluster.down();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

describe.skipIf(!hasKubebox)('rules that the API server holds by itself', { timeout: 200_000 }, () => {
  it('are none before somebody chooses some, and none of those that are enforced nowhere', async () => {
    const none = { state: 'off', rules: [], revision: expect.stringMatching(/^[0-9a-f]{64}$/), policies: [] };
    expect(await native()).toEqual(none);
    await call('PUT', '/admission/native', { rules: ['pss.baseline.*', 'admission.image-s*'] });
    expect(await policyOf('pss.baseline.privileged')).toMatchObject({ state: 'not-enforced', objects: [] });
    expect(kept()).toEqual([]);
  });

  it('come and go with the modes, as written, and say which of them cannot be held', async () => {
    await scanImage();
    await bind(binding('enforce'));
    await eventually('policies', async () => {
      const { policies } = await native();
      const baseline = policies.filter(({ rule }) => rule.startsWith('pss.baseline.'));
      return baseline.length > 5 && baseline.every(({ state }) => state === 'applied') ? true : undefined;
    });
    expect(await policyOf('pss.baseline.privileged')).toMatchObject({ objects: [PRIVILEGED] });
    expect(kept()).toContain('imageverdictset.policy.bartizan.dev/bartizan-main-1');
    await eventually('a verdict on the image', async () => {
      const signed = await policyOf('admission.image-signed');
      return signed?.state === 'applied' && signed.knownDigestsOnly === 1 ? true : undefined;
    });
    expect((await policyOf('pss.baseline.privileged'))?.defaults).toEqual({
      state: 'applied',
      objects: [PRIVILEGED],
    });
    expect((await policyOf('pss.baseline.host-ports'))?.defaults?.state).toBe('not-expressible');
    expect((await policyOf('admission.image-setuid'))?.reason?.en).toContain('which the API server does not');
    await bind(binding('warn'));
    // A warning refuses nothing; what is filled in is filled in there too.
    await eventually(
      'defaults only',
      async () => {
        const left = kept();
        return left.length > 0 && left.every((name) => name.startsWith('mutating')) ? true : undefined;
      },
      20_000,
    );
    await bind(binding('enforce'));
    await eventually('policies again', async () =>
      (await policyOf('pss.baseline.privileged'))?.state === 'applied' ? true : undefined,
    );
    expect(await restores()).toEqual([]);
  });

  it('step back while an exception applies, and return when it ends', async () => {
    const exception = {
      ...{ id: 'custom.for-now', rules: ['pss.baseline.privileged'], namespaces: ['shop'] },
      ...{ owner: 'the test', reason: 'it shows that it ends', expiresAtMs: Date.now() + 15_000 },
    };
    await call('POST', '/admission/exceptions', exception, 201);
    await eventually('a step back', async () =>
      (await policyOf('pss.baseline.privileged'))?.state === 'not-expressible' ? true : undefined,
    );
    // The plan is told before the API server has done it.
    await eventually('that nothing of it is kept', async () =>
      kept().includes(`validatingadmissionpolicy.admissionregistration.k8s.io/${PRIVILEGED}`)
        ? undefined
        : true,
    );
    await eventually(
      'its return',
      async () => ((await policyOf('pss.baseline.privileged'))?.state === 'applied' ? true : undefined),
      60_000,
    );
  });

  it('are put back within a second, and the record names who changed them', async () => {
    await attacked('a deleted policy', POLICY_PATH);
    await attacked('a deleted binding', BINDING_PATH);
    const never = [{ name: 'never', expression: 'false' }];
    await attacked('a blunted policy', POLICY_PATH, { spec: { matchConditions: never } });
    await attacked('a softened binding', BINDING_PATH, { spec: { validationActions: ['Audit'] } });
    await attacked('a deleted object of verdicts', VERDICTS_PATH);
    await attacked('a deleted policy of defaults', `${DEFAULTS_PATH}/${PRIVILEGED}`);
    const told = await eventually('the records', async () => {
      const items = await restores();
      return items.length >= 6 ? items : undefined;
    });
    expect(told.map(({ target, detail }) => `${target}: ${detail}`).sort()).toEqual([
      'bartizan-main-1: deleted; restored',
      `${PRIVILEGED}: changed by somebody; restored`,
      // Who takes something out of a list is not noted by the API server.
      `${PRIVILEGED}: changed; restored`,
      `${PRIVILEGED}: deleted; restored`,
      `${PRIVILEGED}: deleted; restored`,
      `${PRIVILEGED}: deleted; restored`,
    ]);
    expect(await policyOf('pss.baseline.privileged')).toMatchObject({ state: 'applied', restoredTotal: 5 });
    await toldAsEvents();
  });

  it('are taken back when nobody wants them', async () => {
    const { rules } = await native();
    await call('PUT', '/admission/native', { rules: [] });
    expect(kept()).toEqual([]);
    await call('PUT', '/admission/native', { rules });
    expect(kept().length).toBeGreaterThan(10);
  });

  it('hold with all our pods deleted: standards and digests that are known', async () => {
    cluster.kubectl('-n', 'bartizan', 'scale', 'deployment/bartizan-controller', '--replicas=0');
    cluster.kubectl('-n', 'bartizan-agent', 'delete', 'daemonset', '--all');
    await eventually('no pod of ours', async () => {
      const left = ['bartizan', 'bartizan-agent'].map(
        (name) => cluster.says(['get', 'pods', '-n', name, '-o', 'name']).text,
      );
      return left.every((text) => !text.includes('pod/')) ? true : undefined;
    });
    const refused = dryRun('bad', undefined, true);
    expect([refused.code, refused.text]).toEqual([
      1,
      expect.stringContaining(`ValidatingAdmissionPolicy '${PRIVILEGED}'`),
    ]);
    const unsigned = dryRun('unsigned', bad);
    expect([unsigned.code, unsigned.text]).toEqual([1, expect.stringContaining('admission.image-signed')]);
    expect(dryRun('good').code, dryRun('good').text).toBe(0);
    expect(dryRun('unknown', UNKNOWN).code).toBe(0);
    // Who asks for safe defaults gets them, and so nothing to refuse is left.
    cluster.kubectl('label', 'namespace', 'shop', 'policy.bartizan.dev/mutate=true');
    await eventually('a pod that was completed', async () =>
      dryRun('completed', undefined, true).code === 0 ? true : undefined,
    );
    cluster.kubectl('label', 'namespace', 'shop', 'policy.bartizan.dev/mutate-');
    const elsewhere = ['create', '-n', 'default', '--dry-run=server', '-f', '-'];
    expect(cluster.says(elsewhere, pod('elsewhere', { privileged: true })).code).toBe(0);
  });

  it('go with the installation', async () => {
    cluster.kubectl('-n', 'bartizan', 'scale', 'deployment/bartizan-controller', '--replicas=1');
    cluster.kubectl(
      '-n',
      'bartizan',
      'rollout',
      'status',
      'deployment/bartizan-controller',
      '--timeout=120s',
    );
    expect(kept().length).toBeGreaterThan(10);
    cluster.kubectl('delete', 'namespace', 'shop', '--timeout=60s');
    const end = await cluster.command('uninstall', '--purge', '--yes');
    expect(end.code, end.stderr).toBe(0);
    expect(cluster.objects()).toEqual(before);
  });
});
