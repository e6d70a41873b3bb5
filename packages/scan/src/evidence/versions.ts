// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BenchmarkComponent, Distribution, ExampleEvidence } from '@bartizan/contracts/compliance';
import { readBuildInfo } from '../catalogers/golang/build-info.ts';
import type { FileTree } from '../tree/file-tree.ts';
import type { FoundComponent } from './components.ts';

type Found = ReadonlyMap<BenchmarkComponent, FoundComponent>;

/** Modules whose version is the version of a program that is built from them. */
const MODULES: Readonly<Record<BenchmarkComponent, RegExp>> = {
  'kube-apiserver': /^k8s\.io\/kubernetes$/,
  'kube-controller-manager': /^k8s\.io\/kubernetes$/,
  'kube-scheduler': /^k8s\.io\/kubernetes$/,
  kubelet: /^k8s\.io\/kubernetes$/,
  'kube-proxy': /^k8s\.io\/kubernetes$/,
  etcd: /^go\.etcd\.io\/etcd\/server\/v3$/,
  containerd: /^github\.com\/containerd\/containerd(?:\/v\d+)?$/,
  crio: /^github\.com\/cri-o\/cri-o$/,
  dockerd: /^github\.com\/docker\/docker$/,
};

/** Versions by executable, so that a program of 150 MB is not opened at each look. */
export class VersionCache {
  readonly #known = new Map<string, string | undefined>();

  /** The version of a program by what its linker wrote into it; nothing is executed. */
  versionOf(tree: FileTree, { component, program }: FoundComponent): string | undefined {
    const path = program.executable;
    if (path === undefined) return undefined;
    const stat = tree.stat(path);
    if (!stat.ok) return undefined;
    const key = `${component}:${path}:${stat.value.sizeBytes}:${stat.value.modifiedAtMs}`;
    if (!this.#known.has(key)) {
      if (this.#known.size > 64) this.#known.clear();
      this.#known.set(key, readVersion(tree, path, MODULES[component]));
    }
    return this.#known.get(key);
  }
}

function readVersion(tree: FileTree, path: string, module: RegExp): string | undefined {
  const opened = tree.open(path);
  if (!opened.ok) return undefined;
  try {
    const info = readBuildInfo(opened.value);
    const built =
      info === undefined ? [] : [...(info.main === undefined ? [] : [info.main]), ...info.modules];
    const named = built.find((one) => module.test(one.path) && /^v?\d/.test(one.version))?.version;
    return info?.linkedVersion ?? named;
  } catch {
    // The file changed while it was read: its version is not known this time.
    return undefined;
  } finally {
    opened.value.close();
  }
}

const MARKS: readonly (readonly [Distribution, readonly string[]])[] = [
  ['rke2', ['/etc/rancher/rke2', '/var/lib/rancher/rke2']],
  ['k3s', ['/etc/rancher/k3s', '/var/lib/rancher/k3s']],
  ['gke', ['/home/kubernetes/kube-env', '/home/kubernetes/kubelet-config.yaml']],
  ['eks', ['/etc/eks']],
  ['aks', ['/etc/kubernetes/azure.json']],
  [
    'kubeadm',
    [
      '/var/lib/kubelet/kubeadm-flags.env',
      '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
      '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf',
    ],
  ],
];
const LABELS: readonly (readonly [Distribution, RegExp])[] = [
  ['eks', /eks\.amazonaws\.com\//],
  ['gke', /cloud\.google\.com\/gke-/],
  ['aks', /kubernetes\.azure\.com\//],
];

/** The distribution of Kubernetes by marks it leaves; none where no part of Kubernetes is here. */
export function distributionEvidence(tree: FileTree, found: Found, isK3s = false): ExampleEvidence[] {
  const isKubernetes = [...found.keys()].some((component) => component.startsWith('kube'));
  const args = found.get('kubelet')?.args.join(' ') ?? '';
  const byLabel = LABELS.find(([, label]) => label.test(args))?.[0];
  const byFile = MARKS.find(([, paths]) => paths.some((path) => tree.stat(path).ok))?.[0];
  const distribution = isK3s ? 'k3s' : (byLabel ?? byFile ?? (isKubernetes ? 'vanilla' : undefined));
  if (distribution === undefined) return [];
  return [
    { collector: 'host', subject: 'distribution', origin: 'file', state: 'known', value: distribution },
  ];
}
