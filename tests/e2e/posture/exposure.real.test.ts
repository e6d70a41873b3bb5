// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../../architecture/repository.ts';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { type Running, startRunning } from '../../controller/running.ts';
import { end, SECOND_KUBELET_PORT, SECOND_NODE, startEtcd, startKubelet } from './second-parts.ts';

/** Freshness that is promised to the user; tests wait five times as long. */
const PROMISE_MS = 5_000;
const within = <T>(check: () => Promise<T>, timeout = PROMISE_MS * 5): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 100 });

interface Probe {
  readonly id: string;
  readonly about: string;
  readonly outcome: string;
  readonly said?: string;
}
interface Found {
  readonly state: string;
  readonly subject: { readonly name: string };
  readonly remediation?: unknown;
}

/** A page that lets everybody in, or that asks for a password: busybox's web server, with real basic authentication. */
const page = (name: string, config: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'grafana' } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'main',
        image: 'localhost/busybox:1',
        command: [
          'sh',
          '-c',
          `mkdir -p /tmp/www/api && echo '{}' > /tmp/www/api/org && printf '${config}' > /tmp/httpd.conf && exec httpd -f -p 3000 -h /tmp/www -c /tmp/httpd.conf`,
        ],
      },
    ],
  },
});

describe.skipIf(!hasKubebox)('exposure proved by requests on a real cluster', { timeout: 400_000 }, () => {
  const up = useCluster();
  let controller: Running;

  const kubectl = (args: readonly string[], object?: object): Promise<string> =>
    up().kubectl(args, object === undefined ? undefined : JSON.stringify(object));
  const probes = async (about: string): Promise<Record<string, string>> => {
    const { status, json, text } = await controller.call({ path: 'access/probes?limit=500' });
    expect(status, text).toBe(200);
    return Object.fromEntries(
      (json['items'] as readonly Probe[])
        .filter((one) => one.about === about)
        .map(({ id, outcome }) => [id.split('/').at(-1), outcome]),
    );
  };
  const run = async (): Promise<void> => {
    const { status, text } = await controller.call({ method: 'POST', path: 'access/probes' });
    expect(status, text).toBe(200);
  };
  /** Sends the probes until they say so, and waits until the finding does. */
  const told = async (about: string, outcomes: Readonly<Record<string, string>>, state: string) => {
    await within(async () => {
      await run();
      expect(await probes(about)).toMatchObject(outcomes);
    });
    await within(async () => {
      const { json } = await controller.call({
        path: 'findings?filter=check:exposed.answers-strangers&limit=500',
      });
      const found = (json['items'] as readonly Found[]).find(({ subject }) => subject.name === about);
      expect(found).toMatchObject({ state });
    });
  };

  beforeAll(async () => {
    controller = await startRunning({ kubeconfig: up().kubeconfig });
    await kubectl(['create', 'namespace', 'shop']);
  });
  afterAll(async () => {
    await controller?.close();
    // They hold mounts of the node that is about to go.
    for (const name of ['kubelet-second', 'containerd-second', 'etcd-second']) await end(up(), name);
  });

  it('finds a kubelet that lists pods to strangers on both ports, until it asks for credentials', async () => {
    await startKubelet(up(), { anonymous: true, readOnlyPort: 10255 });
    await kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'Node', metadata: { name: SECOND_NODE } });
    const status = {
      addresses: [{ type: 'InternalIP', address: up().node }],
      daemonEndpoints: { kubeletEndpoint: { Port: SECOND_KUBELET_PORT } },
    };
    await kubectl(['patch', 'node', SECOND_NODE, '--subresource=status', '-p', JSON.stringify({ status })]);
    await within(async () =>
      expect(await probes(`Node/${SECOND_NODE}`)).toMatchObject({
        kubelet: 'not-run',
        'kubelet-read-only': 'not-run',
      }),
    );
    await told(`Node/${SECOND_NODE}`, { kubelet: 'open', 'kubelet-read-only': 'open' }, 'open');
    // The kubelet of the cluster, which asks for credentials, is no finding of the same run.
    expect(await probes(`Node/${up().name}-1`)).toMatchObject({ kubelet: 'refused' });
    await startKubelet(up(), { anonymous: false, readOnlyPort: 0 });
    await told(`Node/${SECOND_NODE}`, { kubelet: 'refused', 'kubelet-read-only': 'closed' }, 'fixed');
  });

  it('finds an etcd in plain text, until it wants client certificates', async () => {
    const node = `Node/${up().name}-1`;
    await run();
    expect(await probes(node)).toMatchObject({ etcd: 'closed', 'etcd-plain': 'closed' });
    await startEtcd(up(), true);
    await told(node, { etcd: 'refused', 'etcd-plain': 'open' }, 'open');
    await startEtcd(up(), false);
    await told(node, { etcd: 'refused', 'etcd-plain': 'refused' }, 'fixed');
  });

  it('finds an administration page that lets everybody in, until it asks for a password', async () => {
    const about = 'Service/shop/board';
    await kubectl(['apply', '-n', 'shop', '-f', '-'], {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'board' },
      spec: { selector: { app: 'grafana' }, ports: [{ port: 80, targetPort: 3000 }] },
    });
    await kubectl(['apply', '-n', 'shop', '-f', '-'], page('grafana', ''));
    await kubectl(['wait', '-n', 'shop', '--for=condition=Ready', 'pod/grafana', '--timeout=50s']);
    await told(about, { grafana: 'open' }, 'open');
    await kubectl(['delete', 'pod', 'grafana', '-n', 'shop', '--grace-period=0', '--force']);
    await kubectl(['apply', '-n', 'shop', '-f', '-'], page('grafana-2', '/api:admin:secret\\n'));
    await kubectl(['wait', '-n', 'shop', '--for=condition=Ready', 'pod/grafana-2', '--timeout=50s']);
    await told(about, { grafana: 'refused' }, 'fixed');
  });

  it('asks a metadata service for what needs no session, and sees when one is required', async () => {
    await up().enter(['ip', 'address', 'add', '169.254.169.254/32', 'dev', 'lo']);
    try {
      const said = await up().enter([
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        join(ROOT, 'tests/e2e/posture/metadata-stage.ts'),
      ]);
      expect(JSON.parse(said)).toEqual({
        before: 'open',
        after: 'refused',
        seen: ['GET /latest/meta-data/ no session', 'GET /latest/meta-data/ no session'],
      });
    } finally {
      await up().enter(['ip', 'address', 'delete', '169.254.169.254/32', 'dev', 'lo']);
    }
  });
});
