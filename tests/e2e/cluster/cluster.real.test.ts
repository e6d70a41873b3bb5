// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeClient, kubeconfigAccess } from '@bartizan/adapters/kube';
import { KUBE_CASES } from '@bartizan/testkit/kube';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, serviceAccountToken, tokenKubeconfig, useCluster } from '../../cluster/kubebox.ts';
import { SecondApiServer } from '../../cluster/second-api-server.ts';
import { type Running, startRunning } from '../../controller/running.ts';

interface WorkloadRow {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly running: number;
  readonly image?: string;
}
interface KindRow {
  readonly kind: string;
  readonly condition: string;
  readonly code?: string;
  readonly objects: number;
}
interface ClusterRow {
  readonly state: string;
  readonly version?: string;
  readonly kinds: readonly KindRow[];
}

const PROMISE_MS = 2_000;
/** For what the cluster itself does: pull up Pods, start API servers. */
const LONG_MS = 120_000;
/** Five times what is promised, as time-out. */
const within = <T>(check: () => Promise<T>, timeout = 5 * PROMISE_MS): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 50 });

async function workloads(controller: Running, namespace: string): Promise<WorkloadRow[]> {
  const answer = await controller.call({ path: `workloads?filter=namespace:${namespace}&limit=100` });
  const { items } = answer.json as { items?: { readonly workload: WorkloadRow }[] };
  if (items === undefined) throw new Error(answer.text);
  return items.map(({ workload }) => workload);
}
async function clusterOf(controller: Running): Promise<ClusterRow> {
  const answer = await controller.call({ path: 'system' });
  return answer.json['kubernetes'] as ClusterRow;
}
const deployment = (name: string, replicas = 1) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: 'localhost/busybox:1', command: ['sleep', '1000'] }],
      },
    },
  },
});

describe.skipIf(!hasKubebox)('a real cluster is watched', { timeout: 400_000 }, () => {
  const up = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-cluster-'));
  let controller: Running;
  const apply = async (namespace: string, object: object): Promise<void> => {
    await up().kubectl(['apply', '-n', namespace, '-f', '-'], JSON.stringify(object));
  };
  beforeAll(async () => {
    controller = await startRunning({ kubeconfig: up().kubeconfig });
  });
  afterAll(async () => {
    await controller?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('knows every kind it watches', async () => {
    await within(async () => expect(await clusterOf(controller)).toMatchObject({ state: 'synced' }));
    const { kinds, version } = await clusterOf(controller);
    expect(version).toMatch(/^v1\.\d+/);
    // Our own kind comes with an install, policies of the whole cluster with a network plugin; this cluster has neither.
    const others = kinds.filter(({ condition }) => condition !== 'synced');
    expect(others.map(({ kind, condition }) => `${kind} ${condition}`)).toEqual([
      'ClusterNetworkPolicy not-served',
      'AdminNetworkPolicy not-served',
      'BaselineAdminNetworkPolicy not-served',
      'ImageVerdictSet not-served',
    ]);
    expect(kinds.find(({ kind }) => kind === 'Node')?.objects).toBe(1);
  });

  it('shows a Deployment as one workload within two seconds, however many Pods it has', async () => {
    await up().kubectl(['create', 'namespace', 'shop']);
    const startedAt = Date.now();
    await apply('shop', deployment('web', 2));
    await within(async () =>
      expect(await workloads(controller, 'shop')).toMatchObject([
        { kind: 'Deployment', namespace: 'shop', name: 'web', image: 'localhost/busybox:1' },
      ]),
    );
    process.stdout.write(
      `a Deployment is shown after ${Date.now() - startedAt} ms (promised: ${PROMISE_MS} ms)\n`,
    );
    await within(
      async () => expect(await workloads(controller, 'shop')).toMatchObject([{ running: 2 }]),
      LONG_MS,
    );
    await up().kubectl(['delete', 'deployment', 'web', '-n', 'shop', '--now']);
    await within(
      async () => expect(await workloads(controller, 'shop')).toMatchObject([{ running: 0 }]),
      LONG_MS,
    );
  });

  it('names the workload of Jobs, CronJobs and Pods of their own', async () => {
    await up().kubectl(['create', 'namespace', 'work']);
    const pod = deployment('x').spec.template.spec;
    const job = { template: { spec: { ...pod, restartPolicy: 'Never' } } };
    await apply('work', { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: job });
    await apply('work', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: { schedule: '0 3 * * *', jobTemplate: { spec: job } },
    });
    await up().kubectl(['create', 'job', 'now', '--from=cronjob/nightly', '-n', 'work']);
    await apply('work', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'alone' }, spec: pod });
    await within(async () => {
      const found = await workloads(controller, 'work');
      expect(found.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
        'CronJob nightly',
        'Job once',
        'Pod alone',
      ]);
      expect(found.every(({ running }) => running === 1)).toBe(true);
    }, LONG_MS);
  });

  it('says of what it may not read that it is unknown', async () => {
    const reading = { apiGroups: ['', 'apps'], verbs: ['get', 'list', 'watch'] };
    const token = await serviceAccountToken(up(), {
      namespace: 'default',
      name: 'half',
      rules: [{ ...reading, resources: ['pods', 'deployments', 'replicasets', 'namespaces', 'nodes'] }],
    });
    const half = await startRunning({ kubeconfig: tokenKubeconfig(up(), folder, token) });
    try {
      await within(async () => expect(await clusterOf(half)).toMatchObject({ state: 'partial' }));
      const { kinds } = await clusterOf(half);
      const of = (kind: string) => kinds.find((row) => row.kind === kind);
      expect(of('Pod')).toMatchObject({ condition: 'synced' });
      expect(of('ClusterRole')).toMatchObject({ condition: 'not-permitted', code: 'E_KUBE_NOT_PERMITTED' });
      const system = await half.call({ path: 'system' });
      expect(system.json['conditions']).toContainEqual(
        expect.objectContaining({ code: 'E_KUBE_NOT_PERMITTED', severity: 'warning' }),
      );
    } finally {
      await half.close();
    }
  });

  it('survives an API server that ends, one that stands still, and an expired version', async () => {
    const second = new SecondApiServer(up);
    await second.start();
    await up().kubectl(['create', 'namespace', 'later']);
    const token = await serviceAccountToken(up(), {
      namespace: 'default',
      name: 'all',
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
    });
    const brief = await startRunning({ kubeconfig: tokenKubeconfig(up(), folder, token, second.url) });
    try {
      await within(async () => expect(await clusterOf(brief)).toMatchObject({ state: 'synced' }));
      await second.kill();
      await within(async () => expect(await clusterOf(brief)).toMatchObject({ state: 'behind' }));
      await apply('later', deployment('during', 0));
      await up().kubectl(['delete', 'pod', 'alone', '-n', 'work', '--now']);
      await second.start();
      await within(async () => {
        expect(await clusterOf(brief)).toMatchObject({ state: 'synced' });
        expect(await workloads(brief, 'later')).toMatchObject([{ name: 'during' }]);
        expect(await workloads(brief, 'work')).toContainEqual(
          expect.objectContaining({ name: 'alone', running: 0 }),
        );
      }, LONG_MS);
      await second.freeze();
      await within(async () => expect(await clusterOf(brief)).toMatchObject({ state: 'behind' }), LONG_MS);
      await second.thaw();
      await within(async () => expect(await clusterOf(brief)).toMatchObject({ state: 'synced' }), LONG_MS);
    } finally {
      await brief.close();
      await second.kill();
    }
  });

  describe('the client is held by the cases of the fake', () => {
    const open: { close: () => Promise<unknown> }[] = [];
    const second = new SecondApiServer(up);
    const accessOf = async (path: string) => {
      const access = await kubeconfigAccess(path);
      if (!access.ok) throw new Error(access.error.detail);
      return access.value;
    };
    let restricted: KubeClient;
    beforeAll(async () => {
      const token = await serviceAccountToken(up(), { namespace: 'default', name: 'nothing', rules: [] });
      restricted = new KubeClient(await accessOf(tokenKubeconfig(up(), folder, token)));
      open.push(restricted);
    });
    afterAll(async () => {
      for (const client of open) await client.close();
      await second.kill();
    });
    /** The cache of an API server that starts begins now. */
    const late = async (): Promise<KubeClient> => {
      await second.start();
      const client = new KubeClient({ ...(await accessOf(up().kubeconfig)), server: new URL(second.url) });
      open.push(client);
      return client;
    };
    it.each(KUBE_CASES.map((one, at) => ({ ...one, namespace: `case-${at}` })))(
      '$name',
      async ({ run, namespace }) => {
        await up().kubectl(['create', 'namespace', namespace]);
        await run({ client: up().client, restricted, namespace, late });
      },
    );
  });
});
