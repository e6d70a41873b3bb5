// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdmissionBinding, AdmissionDecision, AdmissionReports, ResponseOf } from '@bartizan/contracts';
import { builtImage, MemoryRegistry } from '@bartizan/testkit/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../cluster-install/api.ts';
import { hasKubebox, Kubebox } from '../cluster-install/kubebox.ts';
import { CHECKOUT, eventually } from '../first-run/product.ts';
import { must } from '../first-run/run.ts';
import { deployment, leavingService, pod, SCALE_RULE, SCANNED_RULE } from './objects.ts';
import { OPEN_REPORTS, reportKinds } from './report-kinds.ts';

const cluster = new Kubebox('admission', 19);
/** This machine, as pods of the cluster see it. */
const MACHINE = '10.99.0.1';
const folder = mkdtempSync(join(tmpdir(), 'bartizan-admission-'));
const passwordFile = join(folder, 'password');
const RESTORED_MS = 1_000;
const SCANNED_MS = 20_000;
const NAMESPACES = ['shop', 'closed', 'safe', 'images', 'level'];
const VALIDATE = 'validatingwebhookconfiguration/bartizan-main-validate';
let before: string[] = [];
let registry: MemoryRegistry | undefined;
let person: Person;

const dryRun = (namespace: string, object: object) =>
  cluster.says(['create', '-n', namespace, '--dry-run=server', '-f', '-'], object);
async function call<T>(method: string, path: string, body?: object, status = 200): Promise<T> {
  const answer = await person.ask(method, path, body);
  expect(answer.status, `${method} ${path}: ${answer.text.slice(0, 2000)}`).toBe(status);
  return JSON.parse(answer.text) as T;
}
const refused = (words: readonly string[], reason: string, object?: object): Promise<unknown> =>
  eventually(`a refusal by ${reason}`, async () => {
    const said = cluster.says([...words, '--dry-run=server'], object);
    if (said.code === 0 || !said.text.includes(reason)) throw new Error(said.text);
    return said;
  });
const refusedIn = (namespace: string, object: object, reason: string): Promise<unknown> =>
  refused(['create', '-n', namespace, '-f', '-'], reason, object);

/** Puts bindings in front; the API servers and we take them into use at once. */
async function bind(...bindings: readonly AdmissionBinding[]): Promise<void> {
  const { revision } = await call<{ revision: string }>('GET', '/admission/bindings');
  await call('PUT', '/admission/bindings', { bindings, ifRevision: revision });
}
const SHOP: AdmissionBinding = {
  id: 'custom.shop',
  rules: ['admission.privileged', 'admission.exec', 'admission.ephemeral-container', 'custom.scale'],
  namespaces: ['shop', 'closed'],
  mode: 'enforce',
};
const LEVEL: AdmissionBinding = {
  id: 'custom.level',
  rules: ['admission.namespace-pod-security-lowered', 'admission.service-external-ips'],
  namespaces: ['level'],
  mode: 'enforce',
};
const FREE = '{"metadata":{"finalizers":null}}';
const imagesBinding = (rule: string): AdmissionBinding => ({
  id: 'custom.images',
  rules: [rule],
  namespaces: ['images'],
  mode: 'enforce',
});

async function decisionOn(name: string): Promise<AdmissionDecision> {
  return eventually(`the decision on ${name}`, async () => {
    const { items } = await call<{ items: AdmissionDecision[] }>(
      'GET',
      `/admission/decisions?filter=${encodeURIComponent(`name:${name}`)}&limit=10`,
    );
    return items[0];
  });
}

const inForce = (): Promise<unknown> =>
  eventually(
    'webhooks in force',
    async () => {
      const { kubernetes } = await call<ResponseOf<'admission.status'>>('GET', '/admission/status');
      const states = kubernetes.admission?.webhooks.map(({ state }) => state) ?? [];
      if (states.length !== 3 || !states.every((state) => state === 'in-force'))
        throw new Error(JSON.stringify(kubernetes.admission));
      return states;
    },
    120_000,
  );

beforeAll(async () => {
  if (!hasKubebox) return;
  await cluster.up();
  const images = join(folder, 'images');
  must('sh', ['tools/pinned.sh', 'node', 'tools/images.ts', '--out', images], { cwd: CHECKOUT });
  for (const part of ['controller', 'agent']) cluster.load(join(images, `bartizan-${part}.tar`));
  for (const kind of reportKinds(OPEN_REPORTS)) cluster.says(['apply', '-f', '-'], kind);
  before = cluster.objects();
  const words = ['--images', images, '--yes', '--password-file', passwordFile];
  const end = await cluster.command('install', ...words);
  expect(end.code, end.stderr).toBe(0);
  const address = ['get', 'service', 'bartizan-controller', '-o', 'jsonpath={.spec.clusterIP}'];
  person = new Person(cluster.kubectl('-n', 'bartizan', ...address));
  expect(await person.signIn(readFileSync(passwordFile, 'utf8').trim())).toBe(200);
  for (const name of NAMESPACES) cluster.kubectl('create', 'namespace', name);
  cluster.kubectl('label', 'namespace', 'closed', 'policy.bartizan.dev/fail-closed=true');
  cluster.kubectl('label', 'namespace', 'safe', 'policy.bartizan.dev/mutate=true');
  await inForce();
}, 1_800_000);
afterAll(async () => {
  await registry?.stop();
  cluster.down();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

describe.skipIf(!hasKubebox)('admission in a cluster, after one command', { timeout: 200_000 }, () => {
  it('warns of what a built-in rule finds, and refuses nothing before somebody says so', async () => {
    await eventually('a warning', async () => {
      const said = dryRun('shop', pod('warned', { privileged: true }));
      return said.code === 0 && said.text.includes('Warning: Container main is privileged')
        ? said
        : undefined;
    });
  });

  it('refuses what a binding enforces, lets its twin pass, and tells why', async () => {
    await call('POST', '/admission/rules', { rule: SCALE_RULE, enabled: true }, 201);
    await bind(SHOP);
    await refusedIn('shop', pod('bad', { privileged: true }), 'admission.privileged');
    expect(cluster.says(['create', '-n', 'shop', '-f', '-'], pod('good')).text).toContain('pod/good created');
    const said = dryRun('shop', deployment('bad-deployment', true));
    expect(said.text).toContain(
      'admission.privileged: Container main is privileged at spec.template.spec.containers[0].securityContext.privileged',
    );
    expect(await decisionOn('bad')).toMatchObject({
      operation: 'CREATE',
      kind: 'Pod',
      namespace: 'shop',
      user: 'kubebox-admin',
      dryRun: true,
      decision: { verdict: 'deny', enforcementPoint: 'api-server' },
      violations: expect.arrayContaining([
        expect.objectContaining({
          rule: 'admission.privileged',
          path: 'spec.containers[0].securityContext.privileged',
          mode: 'enforce',
          state: 'violated',
        }),
      ]),
    });
  });

  it('is asked before somebody enters a pod or adds a container to it', async () => {
    cluster.kubectl('-n', 'shop', 'wait', 'pod/good', '--for=condition=Ready', '--timeout=60s');
    const entered = cluster.says(['-n', 'shop', 'exec', 'good', '--', 'true']);
    expect([entered.code, entered.text]).toEqual([1, expect.stringContaining('admission.exec')]);
    const added = cluster.says(['-n', 'shop', 'debug', 'good', '--image=localhost/busybox:1', '--', 'true']);
    expect([added.code, added.text]).toEqual([1, expect.stringContaining('admission.ephemeral-container')]);
    expect(cluster.says(['-n', 'safe', 'get', 'pods']).code).toBe(0);
  });

  it('judges a scale, which is no change of the Deployment itself', () => {
    cluster.says(['create', '-n', 'shop', '-f', '-'], deployment('web'));
    const scaled = cluster.says(['-n', 'shop', 'scale', 'deployment/web', '--replicas=4']);
    expect([scaled.code, scaled.text]).toEqual([1, expect.stringContaining('custom.scale')]);
    expect(cluster.says(['-n', 'shop', 'scale', 'deployment/web', '--replicas=2']).text).toContain('scaled');
  });

  it('judges a Namespace whatever label it is given, and a Service that works on while it is being deleted', async () => {
    cluster.kubectl('label', 'namespace', 'level', 'pod-security.kubernetes.io/enforce=baseline');
    cluster.says(['create', '-n', 'level', '-f', '-'], leavingService('leaving'));
    cluster.kubectl('-n', 'level', 'delete', 'service/leaving', '--wait=false');
    await bind(SHOP, LEVEL);
    const lowered = [
      'label',
      'namespace',
      'level',
      'pod-security.kubernetes.io/enforce=privileged',
      '--overwrite',
    ];
    await refused(lowered, 'admission.namespace-pod-security-lowered');
    const closed = [...lowered, 'policy.bartizan.dev/fail-closed=true'];
    await refused(closed, 'admission.namespace-pod-security-lowered');
    const patch = ['-n', 'level', 'patch', 'service/leaving', '--type=merge', '-p'];
    await refused([...patch, '{"spec":{"externalIPs":["10.9.9.9"]}}'], 'admission.service-external-ips');
    expect(cluster.says([...patch, FREE]).text).toContain('patched');
    expect(cluster.says(['-n', 'level', 'get', 'service/leaving']).text).toContain('not found');
  });

  it('fills in safe defaults where a namespace asks for it; twice gives the same', () => {
    const created = (namespace: string, object: object) => {
      const words = ['create', '-n', namespace, '--dry-run=server', '-o', 'json', '-f', '-'];
      const { text } = cluster.says(words, object);
      return JSON.parse(text.slice(text.indexOf('{\n'))) as ReturnType<typeof pod>;
    };
    const first = created('safe', pod('default', { privileged: true }));
    expect(first.spec.containers[0]?.securityContext).toMatchObject({ privileged: false });
    const again = created('safe', { ...first, metadata: { name: 'default' } });
    expect(again.spec).toEqual(first.spec);
    const untouched = created('images', pod('default', { privileged: true }));
    expect(untouched.spec.containers[0]?.securityContext).toEqual({ privileged: true });
  });

  it('accepts a violation until a date, and not longer', async () => {
    const expiresAtMs = Date.now() + 15_000;
    const exception = {
      id: 'custom.for-now',
      rules: ['admission.privileged'],
      namespaces: ['shop'],
      names: ['excepted'],
      owner: 'the test',
      reason: 'it shows that it ends',
      expiresAtMs,
    };
    await call('POST', '/admission/exceptions', exception, 201);
    const asked = () => dryRun('shop', pod('excepted', { privileged: true }));
    expect(asked().code, asked().text).toBe(0);
    expect(dryRun('shop', pod('another', { privileged: true })).code).toBe(1);
    await eventually('the end', async () => (asked().code === 0 ? undefined : true), 60_000);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAtMs);
  });

  it('scans an image that it is asked about within 20 s, and refuses one by digest that is not signed', async () => {
    registry = await MemoryRegistry.start(undefined, MACHINE);
    const image = builtImage([
      { 'app/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}' },
    ]);
    registry.push('shop/web', 'v1', image);
    await call(
      'POST',
      '/registries',
      {
        name: 'test',
        kind: 'docker',
        host: registry.host,
        plainHttp: true,
        includes: [{ repository: 'nothing/*', tag: '*' }],
        excludes: [],
        platforms: [],
        schedule: { kind: 'manual' },
        concurrency: 1,
      },
      201,
    );
    await call('POST', '/admission/rules', { rule: SCANNED_RULE, enabled: true }, 201);
    await bind(SHOP, imagesBinding('custom.scanned'));
    const named = pod('web', { image: `${registry.host}/shop/web@${image.digest}` });
    const firstAtMs = performance.now();
    expect(dryRun('images', named).text).toContain('custom.scanned');
    await eventually('a scanned image', async () => (dryRun('images', named).code === 0 ? true : undefined));
    const tookMs = performance.now() - firstAtMs;
    process.stdout.write(`an unknown image is decided after ${Math.round(tookMs)} ms\n`);
    expect(tookMs).toBeLessThan(SCANNED_MS);
    await bind(SHOP, imagesBinding('admission.image-signed'));
    expect(dryRun('images', named).text).toContain('admission.image-signed: No trusted signature of');
    const unknown = pod('web', { image: `${MACHINE}:1/shop/web@${image.digest.replace(/.$/, '0')}` });
    expect(dryRun('images', unknown).code).toBe(0);
  });

  it('puts a webhook back within a second that an attacker deletes or blunts', async () => {
    const policies = () =>
      cluster.says(['get', VALIDATE, '-o', 'jsonpath={.webhooks[*].failurePolicy}']).text;
    cluster.kubectl('delete', VALIDATE);
    const deletedAtMs = performance.now();
    await eventually(
      'the webhook',
      async () => (policies() === 'Ignore Fail Ignore' ? true : undefined),
      5_000,
      20,
    );
    const tookMs = Math.round(performance.now() - deletedAtMs);
    process.stdout.write(`a deleted webhook is back after ${tookMs} ms (promised: ${RESTORED_MS} ms)\n`);
    expect(tookMs).toBeLessThan(5 * RESTORED_MS);
    cluster.kubectl(
      'patch',
      VALIDATE,
      '--type=json',
      '-p',
      '[{"op":"replace","path":"/webhooks/0/rules","value":[]}]',
    );
    const rules = () =>
      cluster.says(['get', VALIDATE, '-o', 'jsonpath={.webhooks[0].rules[*].apiGroups}']).text;
    await eventually('its rules', async () => (rules() === '' ? undefined : true), 5 * RESTORED_MS, 20);
    const records = await call<{ items: { target: string }[] }>(
      'GET',
      '/audit?filter=action:admission.restore&limit=10',
    );
    expect(records.items.map(({ target }) => target)).toEqual([
      'bartizan-main-validate',
      'bartizan-main-validate',
    ]);
    const told = await eventually('the events', async () => {
      const { items } = await call<ResponseOf<'event.list'>>(
        'GET',
        '/events?filter=rule:cluster.webhook-restored&limit=10',
      );
      return items.length >= 2 ? items : undefined;
    });
    const changes = told.map(({ message }) => /\((deleted|changed) by: /.exec(message.en)?.[1]);
    expect(changes.toSorted()).toEqual(['changed', 'deleted']);
    expect(told[0]).toMatchObject({ source: 'cluster-watch', attack: ['T1562.001'] });
    await refusedIn('shop', pod('bad', { privileged: true }), 'admission.privileged');
  });

  it('follows the choice of each namespace while the controller is gone, and is back by itself', async () => {
    const id = cluster
      .kubectl(
        ...['-n', 'bartizan', 'get', 'pods', '-l', 'app.kubernetes.io/name=bartizan-controller'],
        ...['-o', 'jsonpath={.items[0].status.containerStatuses[0].containerID}'],
      )
      .replace('containerd://', '');
    cluster.says(['create', '-n', 'closed', '-f', '-'], leavingService('leaving'));
    cluster.kubectl('-n', 'closed', 'delete', 'service/leaving', '--wait=false');
    cluster.enter('ctr', '-n', 'k8s.io', 'tasks', 'kill', '-s', 'SIGKILL', id);
    expect(dryRun('closed', pod('while-away')).text).toContain('failed calling webhook');
    const passed = dryRun('shop', pod('while-away', { privileged: true }));
    expect(passed.code, passed.text).toBe(0);
    // Nothing waits for us to end.
    const freed = cluster.says(['-n', 'closed', 'patch', 'service/leaving', '--type=merge', '-p', FREE]);
    expect(freed.code, freed.text).toBe(0);
    await refusedIn('shop', pod('bad', { privileged: true }), 'admission.privileged');
    await eventually('a good pod', async () => (dryRun('closed', pod('good')).code === 0 ? true : undefined));
    expect(dryRun('closed', pod('bad', { privileged: true })).text).toContain('admission.privileged');
  });

  it('keeps reports where somebody asks for them', async () => {
    const kept = await eventually('reports', async () => {
      const said = await call<AdmissionReports>('PUT', '/admission/reports', { on: true });
      return said.state === 'on' && said.reports > 0 ? said : undefined;
    });
    const namespaces = [
      'get',
      'reports.openreports.io',
      '-A',
      '-o',
      'jsonpath={.items[*].metadata.namespace}',
    ];
    expect(cluster.says(namespaces).text.split(' ')).toEqual(expect.arrayContaining(['kube-system', 'shop']));
    expect(kept).toMatchObject({ api: 'openreports.io/v1alpha1' });
  });

  it('leaves nothing when it is removed', async () => {
    for (const name of NAMESPACES) cluster.kubectl('delete', 'namespace', name, '--timeout=60s');
    const end = await cluster.command('uninstall', '--purge', '--yes');
    expect(end.code, end.stderr).toBe(0);
    expect(cluster.objects()).toEqual(before);
  });
});
