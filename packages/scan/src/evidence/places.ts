// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BenchmarkComponent, FilePlace } from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import { argumentOf, type FoundComponent, pathOf } from './components.ts';
import { filesIn } from './read-config.ts';

type Found = ReadonlyMap<BenchmarkComponent, FoundComponent>;

/** Where manifests of static pods lie: kubeadm and vanilla, then RKE2. */
const MANIFEST_FOLDERS = ['/etc/kubernetes/manifests', '/var/lib/rancher/rke2/agent/pod-manifests'];

/** Where files lie when no argument of a program says so, by distribution. */
const CANDIDATES: Partial<Readonly<Record<FilePlace, readonly string[]>>> = {
  'admin-kubeconfig': [
    '/etc/kubernetes/admin.conf',
    '/etc/rancher/k3s/k3s.yaml',
    '/etc/rancher/rke2/rke2.yaml',
  ],
  'super-admin-kubeconfig': ['/etc/kubernetes/super-admin.conf'],
  'scheduler-kubeconfig': [
    '/etc/kubernetes/scheduler.conf',
    '/var/lib/rancher/rke2/server/cred/scheduler.kubeconfig',
    '/var/lib/rancher/k3s/server/cred/scheduler.kubeconfig',
  ],
  'controller-manager-kubeconfig': [
    '/etc/kubernetes/controller-manager.conf',
    '/var/lib/rancher/rke2/server/cred/controller.kubeconfig',
    '/var/lib/rancher/k3s/server/cred/controller.kubeconfig',
  ],
  'etcd-data': [
    '/var/lib/etcd',
    '/var/lib/rancher/rke2/server/db/etcd',
    '/var/lib/rancher/k3s/server/db/etcd',
  ],
  'kubelet-kubeconfig': [
    '/etc/kubernetes/kubelet.conf',
    '/var/lib/kubelet/kubeconfig',
    '/var/lib/rancher/rke2/agent/kubelet.kubeconfig',
    '/var/lib/rancher/k3s/agent/kubelet.kubeconfig',
  ],
  'kubelet-config': [
    '/var/lib/kubelet/config.yaml',
    '/etc/kubernetes/kubelet/kubelet-config.json',
    '/etc/kubernetes/kubelet/config.json',
    '/home/kubernetes/kubelet-config.yaml',
    '/etc/default/kubeletconfig.json',
  ],
  'kubelet-client-ca': [
    '/etc/kubernetes/pki/ca.crt',
    '/var/lib/rancher/rke2/agent/client-ca.crt',
    '/var/lib/rancher/k3s/agent/client-ca.crt',
  ],
  'proxy-kubeconfig': [
    '/var/lib/kube-proxy/kubeconfig',
    '/var/lib/rancher/rke2/agent/kubeproxy.kubeconfig',
    '/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig',
  ],
  'docker-folder': ['/etc/docker'],
  'docker-config': ['/etc/docker/daemon.json'],
  'docker-defaults': ['/etc/default/docker'],
  'docker-socket': ['/var/run/docker.sock'],
  'docker-root': ['/var/lib/docker'],
  'containerd-config': ['/etc/containerd/config.toml'],
  'containerd-socket': ['/run/containerd/containerd.sock', '/run/k3s/containerd/containerd.sock'],
  'containerd-root': ['/var/lib/containerd'],
  'crio-config': ['/etc/crio/crio.conf'],
  'crio-socket': ['/run/crio/crio.sock'],
};

/** Flags by which a program says where its file is. */
const FLAGS: Partial<Readonly<Record<FilePlace, readonly [BenchmarkComponent, ...string[]]>>> = {
  'scheduler-kubeconfig': ['kube-scheduler', '--kubeconfig'],
  'controller-manager-kubeconfig': ['kube-controller-manager', '--kubeconfig'],
  'etcd-data': ['etcd', '--data-dir', '-data-dir'],
  'kubelet-kubeconfig': ['kubelet', '--kubeconfig'],
  'kubelet-config': ['kubelet', '--config'],
  'kubelet-client-ca': ['kubelet', '--client-ca-file'],
  'proxy-kubeconfig': ['kube-proxy', '--kubeconfig'],
  'docker-config': ['dockerd', '--config-file'],
  'docker-root': ['dockerd', '--data-root', '-g'],
  'docker-server-certificate': ['dockerd', '--tlscert'],
  'docker-server-key': ['dockerd', '--tlskey'],
  'containerd-config': ['containerd', '--config', '-c'],
  'containerd-socket': ['containerd', '--address', '-a'],
  'containerd-root': ['containerd', '--root'],
  'crio-config': ['crio', '--config', '-c'],
};

const MANIFESTS: readonly (readonly [FilePlace, BenchmarkComponent])[] = [
  ['apiserver-manifest', 'kube-apiserver'],
  ['controller-manager-manifest', 'kube-controller-manager'],
  ['scheduler-manifest', 'kube-scheduler'],
  ['etcd-manifest', 'etcd'],
];

const UNITS: readonly (readonly [FilePlace, string])[] = [
  ['kubelet-service', 'kubelet.service'],
  ['docker-service', 'docker.service'],
  ['docker-socket-unit', 'docker.socket'],
  ['containerd-service', 'containerd.service'],
  ['crio-service', 'crio.service'],
];
const UNIT_FOLDERS = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

const isThere = (tree: FileTree, path: string): boolean => tree.stat(path).ok;

/** The manifest of a component, by its usual names or the folder the kubelet watches. */
export function manifestPath(
  tree: FileTree,
  component: BenchmarkComponent,
  folders: readonly string[],
): string | undefined {
  const paths = [...folders, ...MANIFEST_FOLDERS].flatMap((folder) => [
    `${folder}/${component}.yaml`,
    `${folder}/${component}.yml`,
  ]);
  return paths.find((path) => isThere(tree, path));
}

/** A unit and its drop-ins, the drop-ins last: they win. */
export function unitPaths(tree: FileTree, unit: string): string[] {
  const base = UNIT_FOLDERS.map((folder) => `${folder}/${unit}`).find((path) => isThere(tree, path));
  const dropIns = UNIT_FOLDERS.toReversed().flatMap(
    (folder) => filesIn(tree, `${folder}/${unit}.d`, /\.conf$/) ?? [],
  );
  return [...(base === undefined ? [] : [base]), ...dropIns];
}

/** Where the files of a place are on this machine: what a program says first, the usual places otherwise. */
export function pathsOf(
  tree: FileTree,
  found: Found,
  place: FilePlace,
  manifestFolders: readonly string[],
): string[] {
  const manifest = MANIFESTS.find(([named]) => named === place);
  if (manifest !== undefined) {
    const path = manifestPath(tree, manifest[1], manifestFolders);
    return path === undefined ? [] : [path];
  }
  const unit = UNITS.find(([named]) => named === place);
  if (unit !== undefined) return unitPaths(tree, unit[1]);
  const [component, ...flags] = FLAGS[place] ?? [];
  const running = component === undefined ? undefined : found.get(component);
  const told = running === undefined ? undefined : argumentOf(running.args, ...flags);
  if (running !== undefined && told !== undefined) return [pathOf(running, told)];
  return (CANDIDATES[place] ?? []).filter((path) => isThere(tree, path)).slice(0, 1);
}

/** Folders with the keys of a cluster: the one the API server names, else the usual ones. */
export function pkiFolder(tree: FileTree, found: Found): string | undefined {
  const server = found.get('kube-apiserver');
  const named =
    server === undefined ? undefined : argumentOf(server.args, '--tls-cert-file', '--client-ca-file');
  const folder =
    server === undefined || named === undefined ? undefined : pathOf(server, named).replace(/\/[^/]*$/, '');
  const usual = [
    '/etc/kubernetes/pki',
    '/var/lib/rancher/rke2/server/tls',
    '/var/lib/rancher/k3s/server/tls',
  ];
  return [...(folder === undefined || folder === '' ? [] : [folder]), ...usual].find((path) =>
    isThere(tree, path),
  );
}

/** Files below a PKI folder, two levels deep; undefined when it cannot be listed. */
export function pkiFiles(tree: FileTree, folder: string): readonly string[] | undefined {
  const here = filesIn(tree, folder, /./);
  const below = tree.list(folder);
  if (here === undefined || !below.ok) return undefined;
  const folders = below.value
    .filter(({ kind }) => kind === 'directory')
    .map(({ name }) => `${folder}/${name}`);
  return [...here, ...folders.slice(0, 32).flatMap((path) => filesIn(tree, path, /./) ?? [])];
}
