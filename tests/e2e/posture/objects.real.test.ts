// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, serviceAccountToken, tokenKubeconfig, useCluster } from '../../cluster/kubebox.ts';
import { SecondApiServer } from '../../cluster/second-api-server.ts';
import { type Running, startRunning } from '../../controller/running.ts';

/** Freshness that is promised to the user; tests wait five times as long. */
const PROMISE_MS = 5_000;
const within = <T>(check: () => Promise<T>, timeout = PROMISE_MS * 5): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 50 });

/** Values that must be nowhere but in the cluster. */
const CANARIES = {
  secret: 'canary-secret-6bd1f0a7c2',
  environment: 'canary-environment-91c3e8d5f4',
  map: 'canary-map-0e7a2b9d83',
  orphan: 'canary-orphan-4f6c1e92b7',
} as const;

const container = (more: object = {}) => ({
  name: 'main',
  image: 'localhost/busybox:1',
  command: ['sleep', '1000'],
  ...more,
});
const pod = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: { terminationGracePeriodSeconds: 0, ...spec },
});

const OBJECTS: readonly object[] = [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db' },
    stringData: { password: CANARIES.secret },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { DB_PASSWORD: CANARIES.map, colour: 'red' },
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'plain' }, data: { colour: 'red' } },
  pod('literal', {
    containers: [container({ env: [{ name: 'DB_PASSWORD', value: CANARIES.environment }] })],
  }),
  pod('grafana', {
    containers: [
      container({ env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] }),
    ],
  }),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'board' },
    spec: { type: 'NodePort', selector: { app: 'grafana' }, ports: [{ port: 3000 }] },
  },
];

interface Row {
  readonly check?: string;
  readonly state: string;
  readonly subject: { readonly name: string; readonly namespace: string };
}

interface ProbeRow {
  readonly id: string;
  readonly outcome: string;
}

/** Every file below a folder, whole. */
function* filesOf(folder: string): Generator<Buffer> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) yield readFileSync(join(entry.parentPath, entry.name));
}

describe.skipIf(!hasKubebox)('posture of the objects of a real cluster', { timeout: 400_000 }, () => {
  const up = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-posture-'));
  let controller: Running;

  const apply = async (object: object, namespace = 'shop'): Promise<void> => {
    await up().kubectl(['apply', '-n', namespace, '-f', '-'], JSON.stringify(object));
  };
  const list = async <T>(path: string, of = controller): Promise<readonly T[]> => {
    const answer = await of.call({ path });
    expect(answer.status, answer.text).toBe(200);
    return answer.json['items'] as readonly T[];
  };
  const finding = async (check: string, name: string, of = controller): Promise<Row | undefined> =>
    (await list<Row>(`findings?filter=check:${check}&limit=500`, of)).find(
      ({ subject }) => subject.name === name,
    );

  beforeAll(async () => {
    controller = await startRunning({ kubeconfig: up().kubeconfig });
    await up().kubectl(['create', 'namespace', 'shop']);
    for (const object of OBJECTS) await apply(object);
  });
  afterAll(async () => {
    await controller?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lists secrets in use with who may read each, and tells when everyone may', async () => {
    await within(async () =>
      expect(await list('access/secrets?filter=namespace:shop')).toMatchObject([
        { name: 'db', users: [{ by: 'Pod/grafana', way: 'environment' }], everybody: [] },
      ]),
    );
    await apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['db'] }],
    });
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
    };
    const startedAt = Date.now();
    await apply(binding);
    await within(async () =>
      expect(await finding('secret.readable-by-everyone', 'Namespace/shop')).toMatchObject({ state: 'open' }),
    );
    process.stdout.write(
      `a readable secret is a finding after ${Date.now() - startedAt} ms (promised: 5000 ms)\n`,
    );
    // The real authorizer agrees, before and after the fix.
    const canRead = () =>
      up()
        .kubectl([
          'auth',
          'can-i',
          'get',
          'secret/db',
          '-n',
          'shop',
          '--as=ann',
          '--as-group=system:authenticated',
        ])
        .then((said) => said.trim())
        .catch(() => 'no');
    expect(await canRead()).toBe('yes');
    await up().kubectl(['delete', 'rolebinding', 'reader', '-n', 'shop']);
    await within(async () =>
      expect(await finding('secret.readable-by-everyone', 'Namespace/shop')).toMatchObject({
        state: 'fixed',
      }),
    );
    expect(await canRead()).toBe('no');
  });

  it('tells the age and use of secrets from metadata alone, until nothing is left over', async () => {
    const startedAt = Date.now();
    await apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'orphan', namespace: 'shop' },
      stringData: { password: CANARIES.orphan },
    });
    await up().kubectl(['create', 'serviceaccount', 'ci', '-n', 'shop']);
    await apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'ci', annotations: { 'kubernetes.io/service-account.name': 'ci' } },
      type: 'kubernetes.io/service-account-token',
    });
    await within(async () => {
      expect(await finding('secret.unused', 'Namespace/shop')).toMatchObject({ state: 'open' });
      expect(await finding('secret.token-without-end', 'Namespace/shop')).toMatchObject({ state: 'open' });
    });
    const [orphan] = await list<{ readonly changedAtMs: number; readonly users: readonly string[] }>(
      'access/secrets?filter=name:orphan',
    );
    expect(orphan?.users).toEqual([]);
    expect(Math.abs((orphan?.changedAtMs ?? 0) - startedAt)).toBeLessThan(PROMISE_MS * 5);
    expect(await finding('secret.not-rotated', 'Namespace/shop')).toBeUndefined();
    // A workload without pods names it.
    await apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'asleep' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'asleep' } },
        template: {
          metadata: { labels: { app: 'asleep' } },
          spec: { containers: [container({ envFrom: [{ secretRef: { name: 'orphan' } }] })] },
        },
      },
    });
    await up().kubectl(['delete', 'secret', 'ci', '-n', 'shop']);
    await within(async () => {
      expect(await finding('secret.unused', 'Namespace/shop')).toMatchObject({ state: 'fixed' });
      expect(await finding('secret.token-without-end', 'Namespace/shop')).toMatchObject({ state: 'fixed' });
    });
  });

  it('finds an administration page on the nodes, and that no policy guards it, until one does', async () => {
    await within(async () =>
      expect(await list('access/exposure?filter=namespace:shop')).toMatchObject([
        {
          kind: 'Service',
          name: 'board',
          way: 'node-port',
          guard: 'none',
          component: 'grafana',
          pods: ['grafana'],
        },
      ]),
    );
    await within(async () => {
      expect(await finding('exposed.administration', 'Service/shop/board')).toMatchObject({ state: 'open' });
      expect(await finding('exposed.without-policy', 'Service/shop/board')).toMatchObject({ state: 'open' });
    });
    await apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'board' },
      spec: { podSelector: { matchLabels: { app: 'grafana' } }, ingress: [{ ports: [{ port: 3000 }] }] },
    });
    await apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'board' },
      spec: { type: 'ClusterIP', selector: { app: 'grafana' }, ports: [{ port: 3000 }] },
    });
    await within(async () => {
      expect(await finding('exposed.administration', 'Service/shop/board')).toMatchObject({ state: 'fixed' });
      expect(await finding('exposed.without-policy', 'Service/shop/board')).toMatchObject({ state: 'fixed' });
    });
  });

  it('proves by requests what answers strangers, before and after the fix, and only when asked', async () => {
    const second = new SecondApiServer(up, 6445, () => ['--anonymous-auth=true']);
    await second.start();
    const token = await serviceAccountToken(up(), {
      namespace: 'default',
      name: 'reader',
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
    });
    const other = await startRunning({ kubeconfig: tokenKubeconfig(up(), folder, token, second.url) });
    try {
      const probes = () => list<ProbeRow>('access/probes?limit=100', other);
      await within(async () => expect((await probes()).length).toBeGreaterThan(5));
      expect((await probes()).every(({ outcome }) => outcome === 'not-run')).toBe(true);
      const run = async (): Promise<void> => {
        const answer = await other.call({ method: 'POST', path: 'access/probes' });
        expect(answer.status, answer.text).toBe(200);
      };
      const outcome = async (end: string) => (await probes()).find(({ id }) => id.endsWith(end))?.outcome;
      await run();
      expect(await outcome('/api-server')).toBe('refused');
      expect(await outcome('/kubelet')).toBe('refused');
      expect(await outcome('/docker')).toBe('closed');
      await apply({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'strangers' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:anonymous' }],
      });
      const told = async (state: string, answered: string): Promise<void> => {
        await within(async () => {
          await run();
          expect(await outcome('/api-server')).toBe(answered);
        });
        await within(async () =>
          expect(await finding('exposed.answers-strangers', 'Cluster', other)).toMatchObject({ state }),
        );
      };
      await told('open', 'open');
      await up().kubectl(['delete', 'clusterrolebinding', 'strangers']);
      await told('fixed', 'refused');
    } finally {
      await other.close();
      await second.kill();
    }
  });

  it('tells the versions of the real cluster with the end of their support', async () => {
    await within(async () => {
      const found = await list<{ product: string; where: string; version: string; support: string }>(
        'access/components',
      );
      const server = found.find(({ product }) => product === 'kubernetes');
      expect(server?.version).toMatch(/^v1\.\d+\.\d+/);
      expect(server?.support).not.toBe('unknown');
      expect(found.find(({ product }) => product === 'kubelet')).toMatchObject({ behind: 0 });
      expect(found.find(({ product }) => product === 'containerd')?.version).toMatch(/^v?\d+\.\d+/);
    });
  });

  it('finds passwords in the environment and in configuration maps, and keeps no value of them', async () => {
    await within(async () => {
      expect(await finding('admission.secret-in-config-map', 'ConfigMap/settings')).toMatchObject({
        state: 'open',
      });
      const literal = await finding('admission.literal-secret', 'literal');
      const named = await finding('admission.secret-in-environment', 'literal');
      expect([literal?.state, named?.state]).toContain('open');
    });
    expect(await finding('admission.secret-in-config-map', 'ConfigMap/plain')).toBeUndefined();
    const logs = controller.logged.join('\n');
    const exported = await controller.call({ path: 'findings?limit=500', headers: { accept: 'text/csv' } });
    const files = [...filesOf(controller.dataDir)];
    expect(files.length).toBeGreaterThan(0);
    const encoded = Object.values(CANARIES).map((canary) => Buffer.from(canary).toString('base64'));
    for (const canary of [...Object.values(CANARIES), ...encoded]) {
      expect(logs.includes(canary), `${canary} in the log`).toBe(false);
      expect(exported.text.includes(canary), `${canary} in the export`).toBe(false);
      expect(
        files.some((file) => file.includes(canary)),
        `${canary} in the store`,
      ).toBe(false);
    }
  });
});
