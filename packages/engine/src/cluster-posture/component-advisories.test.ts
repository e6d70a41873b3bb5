// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { Reachability } from '../reachability/index.ts';
import {
  type ComponentAdvisory,
  clusterClaims,
  componentsOf,
  packagesOf,
  readPostureObjects,
  tellComponent,
  withAdvisories,
} from './index.ts';

const NOW_MS = Date.UTC(2026, 10, 28);
const objects = readPostureObjects([
  {
    kind: 'Node',
    metadata: { name: 'n1' },
    status: { nodeInfo: { kubeletVersion: 'v1.28.3', containerRuntimeVersion: 'containerd://2.0.1' } },
  },
  ...[
    'registry.k8s.io/coredns/coredns:v1.11.1',
    'registry.k8s.io/etcd:3.5.15-0',
    'shop.example/etcd:latest',
  ].map((image, at) => ({
    kind: 'Pod',
    metadata: { name: `p${at}`, namespace: 'kube-system' },
    spec: { containers: [{ image }] },
  })),
]);
const components = (server: string | undefined = 'v1.28.3') =>
  componentsOf(objects, server, { lifecycle: undefined, nowMs: NOW_MS });
const of = (product: string, server?: string) => components(server).find((one) => one.product === product);
const names = (product: string, server?: string): string[] => {
  const found = of(product, server);
  return found === undefined ? [] : packagesOf(found).map(({ name, version }) => `${name} ${version}`);
};
const flaw = (
  id: string,
  severity: ComponentAdvisory['severity'],
  aliases: string[] = [],
): ComponentAdvisory => ({
  ...{ id, severity, aliases, fixedIn: '1.28.4' },
});

describe('advisories about parts of a cluster', () => {
  it('are looked up under the names that feeds have for each part', () => {
    expect(names('kubelet')).toEqual(['k8s.io/kubelet 1.28.3']);
    expect(names('kubernetes')).toContain('k8s.io/apiserver 1.28.3');
    expect(names('containerd')).toEqual(['github.com/containerd/containerd/v2 2.0.1']);
    expect(names('coredns')).toEqual(['github.com/coredns/coredns 1.11.1']);
    expect(names('etcd')).toContain('go.etcd.io/etcd/server/v3 3.5.15');
    expect(components().filter(({ product }) => product === 'etcd')).toHaveLength(1);
  });

  it('say nothing of a version that a distribution maintains', () => {
    for (const version of ['v1.28.3-eks-123', 'v1.28.3+k3s1', 'v1.28.3-gke.100', 'odd'])
      expect(names('kubernetes', version)).toEqual([]);
  });

  it('count each flaw once under all its names, the worst first', () => {
    const [server] = withAdvisories(components().slice(0, 1), ({ ecosystem }) =>
      ecosystem === 'Go'
        ? [flaw('GHSA-1', 'high', ['CVE-2023-1'])]
        : [flaw('CVE-2023-2', 'low'), flaw('CVE-2023-1', 'high')],
    );
    expect(server?.advisories?.map(({ id }) => id)).toEqual(['CVE-2023-1', 'CVE-2023-2']);
    if (server === undefined) throw new Error('no component');
    expect(tellComponent(server)).toMatchObject({
      advisoryCount: 2,
      advisories: [{ id: 'CVE-2023-1', severity: 'high', fixedIn: '1.28.4' }, {}],
    });
  });

  it('are not none where a part of the answer is missing', () => {
    const [server] = withAdvisories(components().slice(0, 1), ({ ecosystem }) =>
      ecosystem === 'Go' ? [] : undefined,
    );
    expect(server?.advisories).toBeUndefined();
    expect(server === undefined ? '' : tellComponent(server)).not.toHaveProperty('advisoryCount');
  });

  it('fail a check with the fix, and make it unknown where a version is not judged', () => {
    const said = (answer: readonly ComponentAdvisory[] | undefined) =>
      [
        ...clusterClaims({
          ...{ objects, namespaces: [], endpoints: [], exposure: [], secrets: [], probes: [] },
          ...{ reachability: new Reachability([]), unreadable: [], unreadPolicies: [], unreadUses: [] },
          components: withAdvisories(components(), () => answer),
          nowMs: NOW_MS,
        }),
      ].find((one) => one.check.id === 'version.known-vulnerability' && one.about === 'Node/n1');
    expect(said([flaw('CVE-2023-5528', 'high')])).toMatchObject({
      outcome: 'fail',
      evidence: [
        'kubelet v1.28.3: CVE-2023-5528 (high, 1.28.4)',
        'containerd 2.0.1: CVE-2023-5528 (high, 1.28.4)',
      ],
    });
    expect(said([])).toMatchObject({ outcome: 'pass' });
    expect(said(undefined)).toMatchObject({ outcome: 'unknown' });
  });
});
