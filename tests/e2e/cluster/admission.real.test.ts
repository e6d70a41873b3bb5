// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type SqliteStore } from '@bartizan/adapters/store';
import { systemScope } from '@bartizan/contracts';
import { anAdmissionRule, aStoredRule } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { type Running, startRunning } from '../../controller/running.ts';

const SCOPE = systemScope('test');
const PROMISE_MS = 1_000;
const within = <T>(check: () => T | Promise<T>, timeout = 10_000): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 20 });

const RULES = [
  aStoredRule({ rule: anAdmissionRule({ mode: 'enforce' }) }),
  aStoredRule({
    id: 'custom.exec',
    rule: anAdmissionRule({
      id: 'custom.exec',
      mode: 'enforce',
      match: { resources: ['/pods/exec'], operations: ['CONNECT'] },
      condition: { field: 'object.name', operator: 'equals', value: 'good' },
      message: { en: 'nobody enters Pods of this cluster', ja: 'このクラスターの Pod には入れません' },
    }),
  }),
  aStoredRule({
    id: 'custom.latest',
    rule: anAdmissionRule({
      id: 'custom.latest',
      mode: 'warn',
      condition: { field: 'object.name', operator: 'equals', value: 'warned' },
      match: { resources: ['/pods'], operations: ['CREATE'] },
      message: { en: 'this name is asked about', ja: 'この名前は確認対象です' },
    }),
  }),
];

const pod = (name: string, isPrivileged: boolean): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: 'localhost/busybox:1',
          command: ['sleep', '1000'],
          securityContext: { privileged: isPrivileged },
        },
      ],
    },
  });

interface AdmissionRow {
  readonly state: string;
  readonly port: number;
  readonly requestsTotal: number;
  readonly webhooks: readonly {
    readonly name: string;
    readonly state: string;
    readonly restoredTotal: number;
  }[];
}

describe.skipIf(!hasKubebox)('a real API server asks us', { timeout: 400_000 }, () => {
  const up = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-admission-'));
  const dataKey = randomBytes(32).toString('base64');
  const dataDir = join(folder, 'data');
  let controller: Running | undefined;

  const openStore = async (): Promise<SqliteStore> => {
    const opened = await openSqliteStore({
      dataDir,
      clock: { nowMs: () => Date.now() },
      sealKey: Buffer.from(dataKey, 'base64'),
    });
    if (!opened.ok) throw new Error(opened.error.detail);
    return opened.value;
  };
  const admission = async (): Promise<AdmissionRow> => {
    if (controller === undefined) throw new Error('no controller runs');
    const answer = await controller.call({ path: 'system' });
    return (answer.json['kubernetes'] as { admission: AdmissionRow }).admission;
  };
  const start = async (port = 0): Promise<number> => {
    const { kubeconfig, machine } = up();
    controller = await startRunning({
      dataDir,
      dataKey,
      kubeconfig,
      admission: { host: machine, port, name: machine },
    });
    await within(async () => {
      const { webhooks } = await admission();
      expect(webhooks.map(({ state }) => state)).toEqual(['in-force', 'in-force', 'in-force']);
    });
    return (await admission()).port;
  };
  const stop = async (): Promise<void> => {
    await controller?.close();
    controller = undefined;
  };
  const create = (namespace: string, object: string, args: readonly string[] = []): Promise<string> =>
    up().kubectl(['create', '-n', namespace, ...args, '-f', '-'], object);
  /** The API servers take a changed webhook into use within moments. */
  const untilRefused = (namespace: string): Promise<unknown> =>
    within(() =>
      expect(create(namespace, pod('probe', true), ['--dry-run=server'])).rejects.toThrow(
        'custom.privileged',
      ),
    );

  beforeAll(async () => {
    const store = await openStore();
    await store.admissionRules.put(SCOPE, RULES);
    await store.close();
    for (const name of ['open', 'closed']) await up().kubectl(['create', 'namespace', name]);
    await up().kubectl(['label', 'namespace', 'closed', 'policy.bartizan.dev/fail-closed=true']);
    await start();
    await untilRefused('open');
  });
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuses what a rule forbids, says which one and where, and lets its twin pass', async () => {
    await expect(create('open', pod('bad', true))).rejects.toThrow(
      /custom\.privileged: main is privileged at spec\.containers\[0\]\.securityContext\.privileged/,
    );
    expect(await create('open', pod('good', false))).toContain('pod/good created');
  });

  it('refuses a Deployment for its template, warns where a rule warns', async () => {
    const { metadata, spec } = JSON.parse(pod('x', true)) as { metadata: object; spec: object };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: { app: 'x' } },
        template: { metadata: { labels: { app: 'x' } }, spec },
      },
    };
    await expect(create('open', JSON.stringify(deployment))).rejects.toThrow(
      'spec.template.spec.containers[0]',
    );
    expect(await up().kubectlSays(['create', '-n', 'open', '-f', '-'], pod('warned', false))).toContain(
      'Warning: this name is asked about',
    );
  });

  it('is asked before somebody enters a Pod', async () => {
    await up().kubectl(['wait', '-n', 'open', 'pod/good', '--for=condition=Ready', '--timeout=60s']);
    await expect(up().kubectl(['exec', '-n', 'open', 'good', '--', 'true'])).rejects.toThrow(
      'nobody enters Pods of this cluster',
    );
  });

  it('leaves what the cluster needs to repair itself alone', async () => {
    expect(await create('kube-system', pod('repair', true), ['--dry-run=server'])).toContain('created');
  });

  it('is registered again within a second when somebody deletes or changes it, and says so in the audit log', async () => {
    const name = 'bartizan-test-validate';
    const kind = 'validatingwebhookconfiguration';
    const isThere = (): Promise<string> =>
      up().kubectl(['get', kind, name, '-o', 'jsonpath={.webhooks[*].failurePolicy}']);
    await up().kubectl(['delete', kind, name]);
    const deletedAt = Date.now();
    await within(async () => expect(await isThere()).toBe('Ignore Fail Ignore'), 5 * PROMISE_MS);
    process.stdout.write(
      `a deleted webhook is back after ${Date.now() - deletedAt} ms (promised: ${PROMISE_MS} ms)\n`,
    );
    const patch = '[{"op":"replace","path":"/webhooks/0/rules","value":[]}]';
    await up().kubectl(['patch', kind, name, '--type=json', '-p', patch]);
    const count = (): Promise<string> =>
      up().kubectl(['get', kind, name, '-o', 'jsonpath={.webhooks[0].rules[*].apiGroups}']);
    await within(async () => expect(await count()).not.toBe(''), 5 * PROMISE_MS);
    await within(async () =>
      expect((await admission()).webhooks.find((one) => one.name === name)).toMatchObject({
        state: 'restored',
        restoredTotal: 2,
      }),
    );
    const records = await controller?.call({ path: 'audit?filter=action:admission.restore&limit=10' });
    expect(records?.json['items']).toMatchObject([{ target: name }, { target: name }]);
    await untilRefused('open');
  });

  it('follows the failure policy that each namespace chose while it is away, and is back by itself', async () => {
    const { port } = await admission();
    await stop();
    expect(await create('open', pod('while-away', true))).toContain('created');
    await expect(create('closed', pod('while-away', false))).rejects.toThrow('failed calling webhook');
    await start(port);
    await untilRefused('open');
    await within(async () => expect(await create('closed', pod('good', false))).toContain('created'));
    await expect(create('closed', pod('bad', true))).rejects.toThrow('custom.privileged');
  });

  it('keeps each answer with who asked, the rules in force, and how long it took', async () => {
    const { requestsTotal } = await admission();
    expect(requestsTotal).toBeGreaterThan(0);
    await stop();
    const store = await openStore();
    try {
      const page = await store.admissionDecisions.list(SCOPE, {
        filter: [{ field: 'name', operator: 'in', values: ['bad'], negated: false }],
        limit: 10,
      });
      const found = page.ok ? page.value.items : [];
      expect(found.find(({ namespace }) => namespace === 'open')).toMatchObject({
        operation: 'CREATE',
        kind: 'Pod',
        user: 'kubebox-admin',
        dryRun: false,
        requestUid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        policyRevision: expect.stringMatching(/^[0-9a-f]{64}$/),
        decision: { verdict: 'deny', enforcementPoint: 'api-server', elapsedUs: expect.any(Number) },
        // The rules of the product are in force beside it.
        violations: expect.arrayContaining([
          expect.objectContaining({
            rule: 'custom.privileged',
            path: 'spec.containers[0].securityContext.privileged',
          }),
        ]),
      });
    } finally {
      await store.close();
    }
  });
});
