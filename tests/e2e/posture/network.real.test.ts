// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, serviceAccountToken, tokenKubeconfig, useCluster } from '../../cluster/kubebox.ts';
import { type Running, startRunning } from '../../controller/running.ts';

/** Freshness that is promised to the user; tests wait five times as long. */
const PROMISE_MS = 5_000;
const within = <T>(check: () => Promise<T>, timeout = PROMISE_MS * 5): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 50 });

const GROUP = 'policy.networking.k8s.io';
/** A definition as a network plugin brings it; what stands in a policy is not checked here. */
const definition = (kind: string, version: string) => {
  const plural = kind.toLowerCase().replace(/y$/, 'ies');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${GROUP}`,
      // The API server wants to know who approved a kind of its own group.
      annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/network-policy-api' },
    },
    spec: {
      group: GROUP,
      scope: 'Cluster',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          ...{ name: version, served: true, storage: true },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
};
const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'main', image: 'localhost/busybox:1', command: ['sleep', '1000'] }],
  },
});
const everybody = [{ namespaces: {} }];
const policy = (kind: string, version: string, spec: object) => ({
  apiVersion: `${GROUP}/${version}`,
  kind,
  metadata: { name: kind === 'BaselineAdminNetworkPolicy' ? 'default' : 'guard' },
  spec: { subject: { namespaces: {} }, ...spec },
});

describe.skipIf(!hasKubebox)('network policies of a whole, real cluster', { timeout: 300_000 }, () => {
  const up = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-network-'));
  let controller: Running;
  let partial: Running;

  const apply = (object: object): Promise<string> =>
    up().kubectl(['apply', '-f', '-'], JSON.stringify(object));
  const reach = async (of = controller): Promise<Record<string, unknown>> => {
    const { status, json, text } = await of.call({
      path: 'access/reach?fromNamespace=shop&fromPod=web&toNamespace=shop&toPod=db&port=5432',
    });
    expect(status, text).toBe(200);
    return json;
  };
  const condition = async (kind: string, of = controller): Promise<string | undefined> => {
    const { json } = await of.call({ path: 'system' });
    const { kinds } = json['kubernetes'] as {
      readonly kinds: readonly { readonly kind: string; readonly condition: string }[];
    };
    return kinds.find((one) => one.kind === kind)?.condition;
  };

  beforeAll(async () => {
    await up().kubectl(['create', 'namespace', 'shop']);
    for (const name of ['web', 'db']) await apply(pod(name));
    controller = await startRunning({ kubeconfig: up().kubeconfig });
    const read = { verbs: ['get', 'list', 'watch'], resources: ['*'] };
    const token = await serviceAccountToken(up(), {
      namespace: 'default',
      name: 'half',
      rules: [
        {
          ...read,
          apiGroups: ['', 'networking.k8s.io', 'rbac.authorization.k8s.io', 'apiextensions.k8s.io'],
        },
      ],
    });
    partial = await startRunning({ kubeconfig: tokenKubeconfig(up(), folder, token) });
  });
  afterAll(async () => {
    await controller?.close();
    await partial?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('answers without them where there are none, also for a controller that may not ask', async () => {
    await within(async () => expect(await reach()).toMatchObject({ reach: 'allowed', unreadable: [] }));
    expect(await condition('AdminNetworkPolicy')).toBe('not-served');
    await within(async () => expect(await reach(partial)).toMatchObject({ reach: 'allowed' }));
    expect(await condition('AdminNetworkPolicy', partial)).toBe('not-permitted');
  });

  it('follows them from when their kind is there, tier by tier, and says what it may not read', async () => {
    await apply(definition('AdminNetworkPolicy', 'v1alpha1'));
    await apply(definition('BaselineAdminNetworkPolicy', 'v1alpha1'));
    const startedAt = Date.now();
    await within(async () => expect(await condition('AdminNetworkPolicy')).toBe('synced'));
    process.stdout.write(`a new kind of policies is followed after ${Date.now() - startedAt} ms\n`);
    const deny = { priority: 5, ingress: [{ name: 'no', action: 'Deny', from: everybody }] };
    await apply(policy('AdminNetworkPolicy', 'v1alpha1', deny));
    await within(async () =>
      expect(await reach()).toMatchObject({
        reach: 'denied',
        directions: [{}, { tier: 'admin', rule: 'no', policies: [{ kind: 'AdminNetworkPolicy' }] }],
      }),
    );
    expect(await reach(partial)).toMatchObject({
      reach: 'unknown',
      unreadable: ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy'],
    });
    const pass = { priority: 5, ingress: [{ name: 'on', action: 'Pass', from: everybody }] };
    await apply(policy('AdminNetworkPolicy', 'v1alpha1', pass));
    await apply(
      policy('BaselineAdminNetworkPolicy', 'v1alpha1', {
        ingress: [{ name: 'last', action: 'Deny', from: everybody }],
      }),
    );
    await within(async () =>
      expect(await reach()).toMatchObject({
        reach: 'denied',
        directions: [{}, { tier: 'baseline', rule: 'last', passed: ['AdminNetworkPolicy/guard on'] }],
      }),
    );
    // A NetworkPolicy that allows stands before the baseline.
    await apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'db', namespace: 'shop' },
      spec: { podSelector: { matchLabels: { app: 'db' } }, ingress: [{ ports: [{ port: 5432 }] }] },
    });
    await within(async () =>
      expect(await reach()).toMatchObject({ reach: 'allowed', directions: [{}, { tier: 'namespace' }] }),
    );
    await up().kubectl(['delete', 'networkpolicy', 'db', '-n', 'shop']);
  });

  it('follows the kind of today beside those before it, and forgets them with their kind', async () => {
    await apply(definition('ClusterNetworkPolicy', 'v1alpha2'));
    await within(async () => expect(await condition('ClusterNetworkPolicy')).toBe('synced'));
    const first = {
      tier: 'Admin',
      priority: 1,
      ingress: [{ name: 'yes', action: 'Accept', from: everybody }],
    };
    await apply(policy('ClusterNetworkPolicy', 'v1alpha2', first));
    await within(async () =>
      expect(await reach()).toMatchObject({ reach: 'allowed', directions: [{}, { rule: 'yes' }] }),
    );
    for (const kind of ['adminnetworkpolicies', 'baselineadminnetworkpolicies', 'clusternetworkpolicies'])
      await up().kubectl(['delete', 'crd', `${kind}.${GROUP}`]);
    await within(async () =>
      expect(await reach()).toMatchObject({
        reach: 'allowed',
        unreadable: [],
        directions: [{}, { because: 'default' }],
      }),
    );
    await within(async () => expect(await reach(partial)).toMatchObject({ reach: 'allowed' }));
  });
});
