// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessPath, AccessUse } from '@bartizan/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { doorTo } from '../../cluster/door.ts';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { SecondApiServer } from '../../cluster/second-api-server.ts';
import { type Running, startRunning } from '../../controller/running.ts';
import { cli } from './audit-setup.ts';

/** From a change of roles to the answer. */
const PROMISE_MS = 2_000;
const within = <T>(check: () => Promise<T>, timeout = 5 * PROMISE_MS): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 100 });
/** For what the cluster itself does. */
const LONG_MS = 90_000;

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';
/** What the workload does all the time: it reads its settings and lists its pods. */
const script = (server: string): string => `
  while true; do
    for path in configmaps/settings pods; do
      curl -s -o /dev/null -w "$path %{http_code}\\n" --cacert ${TOKEN}/ca.crt \\
        -H "Authorization: Bearer $(cat ${TOKEN}/token)" ${server}/api/v1/namespaces/shop/$path
    done
    sleep 0.5
  done`;

describe.skipIf(!hasKubebox)('an escalation in a real cluster', { timeout: 200_000 }, () => {
  const up = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-access-'));
  let controller: Running;
  let door: Server | undefined;
  let flags: string[] = [];
  let env: Record<string, string> = {};
  const server = new SecondApiServer(up, 6444, () => flags);

  const pathOf = async (user: string): Promise<AccessPath> =>
    (await controller.call({ path: `access/paths?user=${user}` })).json as unknown as AccessPath;
  const unused = async (user: string): Promise<AccessUse> =>
    (await controller.call({ path: `access/unused?user=${user}&minimumHours=0` }))
      .json as unknown as AccessUse;
  const said = async (): Promise<string[]> =>
    (await up().kubectl(['logs', 'worker', '-n', 'shop', '--tail=6'])).trim().split('\n');
  const WORKER = 'ServiceAccount/shop/worker';

  beforeAll(async () => {
    controller = await startRunning({ kubeconfig: up().kubeconfig });
    door = await doorTo(controller.controller.port, up().machine);
    const { port } = door.address() as AddressInfo;
    const key = await controller.call({
      method: 'POST',
      path: 'api-keys',
      body: { name: 'cli', role: 'admin', expiresInDays: 1 },
    });
    env = {
      BARTIZAN_SERVER: `127.0.0.1:${controller.controller.port}`,
      BARTIZAN_TOKEN: String(key.json['secret']),
      BARTIZAN_CA_SHA256: controller.controller.caSha256,
    };
    const url = `https://${up().machine}:${port}`;
    flags = (await cli(['cluster', 'audit-webhook', '--server', url, '--dir', folder], env))
      .trim()
      .split('\n');
    await server.start();
    const { kubectl } = up();
    await kubectl(['create', 'namespace', 'shop']);
    await kubectl(['create', 'configmap', 'settings', '-n', 'shop', '--from-literal=a=b']);
    await kubectl(['create', 'serviceaccount', 'worker', '-n', 'shop']);
    await kubectl([
      ...['create', 'clusterrole', 'worker', '--verb=get,list,create'],
      '--resource=pods,configmaps,secrets,clusterrolebindings.rbac.authorization.k8s.io',
    ]);
    await kubectl([
      'create',
      'clusterrolebinding',
      'worker',
      '--clusterrole=worker',
      '--serviceaccount=shop:worker',
    ]);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'worker', namespace: 'shop' },
      spec: {
        serviceAccountName: 'worker',
        terminationGracePeriodSeconds: 0,
        containers: [
          { name: 'main', image: 'localhost/busybox:1', command: ['sh', '-c', script(server.url)] },
        ],
      },
    };
    await kubectl(['apply', '-f', '-'], JSON.stringify(pod));
  }, 400_000);
  afterAll(async () => {
    await server.kill().catch(() => undefined);
    await new Promise((resolve) => (door === undefined ? resolve(undefined) : door.close(resolve)));
    await controller?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('is found as a path, step by step, with the binding that allows it', async () => {
    await within(async () => expect((await pathOf(WORKER)).reaches).toBe('yes'));
    const path = await pathOf(WORKER);
    expect(path.steps[0]).toMatchObject({ from: WORKER });
    expect(path.steps.at(-1)).toMatchObject({ to: 'cluster-admin' });
    expect(path.steps.flatMap(({ grants }) => grants.map(({ binding }) => binding.name))).toContain('worker');
  });

  it('is closed by the smaller role that keeps what the workload uses, and the workload still works', async () => {
    await within(
      async () => expect(new Set(await said())).toEqual(new Set(['configmaps/settings 200', 'pods 200'])),
      LONG_MS,
    );
    await within(async () => expect((await unused(WORKER)).used).toBe(2));
    const before = await unused(WORKER);
    expect(before).toMatchObject({
      ...{ unseenIs: 'unused', unreadable: [] },
      proposal: {
        ...{ reachesAdmin: true, reachesAdminAfter: false },
        roles: [{ kind: 'Role', namespace: 'shop', name: 'worker-used' }],
        replaces: [{ kind: 'ClusterRoleBinding', name: 'worker' }],
      },
    });
    expect(before.proposal?.stillAllowed).toBe(before.proposal?.checked);
    expect(before.grants.flatMap((one) => one.used).toSorted()).toEqual(['get configmaps', 'list pods']);
    expect((await controller.call({ path: `access/unused?user=${WORKER}` })).json).toMatchObject({
      unseenIs: 'not-known',
    });

    const yaml = await cli(['access', 'unused', WORKER, '--minimum-hours', '0', '-o', 'manifests'], env);
    expect(yaml).toBe(before.proposal?.yaml);
    const table = await cli(['access', 'unused', WORKER], { ...env, BARTIZAN_LANG: 'ja' });
    expect(table).toMatch(/未観測[\s\S]*get configmaps/u);
    const all = await cli(['access', 'unused', '--filter', `subject:${WORKER}`, '-o', 'json'], env);
    expect(all).toContain('ClusterRoleBinding/worker');
    const risks = await cli(['access', 'risks', '--filter', `subject:${WORKER}`, '-o', 'csv'], env);
    expect(risks).toContain('access.read-secrets');
    const status = await cli(['audit-log', 'status', '-o', 'json'], env);
    expect(JSON.parse(status)).toMatchObject({ broken: 0, shed: 0, aheadMs: 0 });
    await up().kubectl(['apply', '-f', '-'], yaml);
    await up().kubectl(['delete', 'clusterrolebinding', 'worker']);
    const changedAt = Date.now();
    await within(async () => expect((await pathOf(WORKER)).reaches).toBe('no'));
    process.stdout.write(
      `the closed path is told after ${Date.now() - changedAt} ms (promised: ${PROMISE_MS} ms)\n`,
    );

    const asks = (verb: string, resource: string): Promise<string> =>
      up()
        .kubectl([
          ...['auth', 'can-i', verb, resource, '-n', 'shop'],
          '--as=system:serviceaccount:shop:worker',
        ])
        .then(
          (answer) => answer.trim(),
          () => 'no',
        );
    expect(await asks('get', 'configmaps')).toBe('yes');
    expect(await asks('list', 'pods')).toBe('yes');
    expect(await asks('get', 'secrets')).toBe('no');
    expect(await asks('create', 'clusterrolebindings')).toBe('no');
    const lines = Number(
      await up()
        .kubectl(['logs', 'worker', '-n', 'shop'])
        .then((text) => text.split('\n').length),
    );
    await within(async () => {
      const now = (await up().kubectl(['logs', 'worker', '-n', 'shop'])).trim().split('\n');
      expect(now.length).toBeGreaterThan(lines + 6);
      expect(new Set(now.slice(lines))).toEqual(new Set(['configmaps/settings 200', 'pods 200']));
    }, LONG_MS);
  });
});
