// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type BenchmarkComponent,
  type ExampleEvidence,
  FILE_PLACES,
  type FilePlace,
} from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import { auditPolicyEvidence, authorizationEvidence, encryptionEvidence } from './api-server-files.ts';
import { certificateEvidence } from './certificates.ts';
import { componentConfigs } from './component-config.ts';
import {
  argumentOf,
  type FoundComponent,
  findComponents,
  type ProgramTable,
  pathOf,
  type RunningProgram,
} from './components.ts';
import { FileRights } from './file-rights.ts';
import { k3sParts } from './k3s.ts';
import { k3sRole } from './k3s-options.ts';
import { manifestEvidence, unitEvidence } from './manifest.ts';
import { manifestPath, pathsOf, pkiFiles, pkiFolder, unitPaths } from './places.ts';
import { filesIn } from './read-config.ts';
import { withoutPasswords } from './secrets.ts';
import { distributionEvidence, VersionCache } from './versions.ts';

/** What a look at a node gave, and what has to change before another look is worth it. */
export interface NodeEvidence {
  readonly evidence: readonly ExampleEvidence[];
  readonly watchedPaths: readonly string[];
  readonly watchedPids: readonly number[];
}

export interface EvidenceOptions {
  readonly tree: FileTree;
  readonly programs: ProgramTable;
  /** Kept over several looks. */
  readonly versions?: VersionCache;
}

const WATCHED_MAX = 512;
const PODS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'] as const;
const UNITS = [
  ['kubelet', 'kubelet.service'],
  ['dockerd', 'docker.service'],
] as const;

/** A file as evidence that no diff is made from. */
function withoutLines(one: ExampleEvidence): ExampleEvidence {
  if (typeof one.value !== 'object' || Array.isArray(one.value)) return one;
  const { '#lines': _, '#first-line': __, ...value } = one.value;
  return { ...one, value };
}

/** The look of one node, from its file tree and what runs on it. No program is started. */
class Look {
  readonly #tree: FileTree;
  readonly #table: ProgramTable;
  readonly #found: ReadonlyMap<BenchmarkComponent, FoundComponent>;
  /** The process of k3s that holds parts of Kubernetes. */
  readonly #k3s: RunningProgram | undefined;
  readonly #evidence: ExampleEvidence[] = [];
  readonly #watched = new Set<string>();
  readonly #roots = new Map<number, FileTree>();

  constructor({ tree, programs }: EvidenceOptions) {
    this.#tree = tree;
    this.#table = programs;
    const running = programs.programs();
    const { found, evidence } = findComponents(running);
    this.#k3s = running.find((program) => k3sRole(program) !== undefined);
    const inside = this.#partsInside();
    // A part that runs as a program of its own is seen as it is.
    const seen = new Set<string>(found.keys());
    const told = (inside?.evidence ?? []).filter(({ subject }) => !seen.has(subject));
    const subjects = new Set(told.map(({ subject }) => subject));
    this.#found = new Map([...(inside?.found ?? []).map((one) => [one.component, one] as const), ...found]);
    this.#evidence.push(...evidence.filter(({ subject }) => !subjects.has(subject)), ...told);
    this.#watch(...(inside?.watched ?? []));
  }

  #partsInside() {
    const program = this.#k3s;
    if (program === undefined) return undefined;
    return k3sParts(program, this.#treeOf(program), this.#table.environment(program.pid, 'K3S_'));
  }

  collect(versions: VersionCache): NodeEvidence {
    try {
      this.#configurations();
      this.#manifests();
      this.#versions(versions);
      this.#apiServer();
      this.#environment();
      this.#files();
    } finally {
      for (const root of this.#roots.values()) root.close();
    }
    return {
      evidence: this.#evidence,
      watchedPaths: [...this.#watched].slice(0, WATCHED_MAX),
      watchedPids: [
        ...new Set([
          ...(this.#k3s === undefined ? [] : [this.#k3s.pid]),
          ...[...this.#found.values()].map(({ program }) => program.pid),
        ]),
      ],
    };
  }

  /** The tree that the paths of a program are of: of a container, its own root. */
  #treeOf({ pid, isOfHost }: RunningProgram): FileTree {
    if (isOfHost) return this.#tree;
    const root = this.#roots.get(pid) ?? this.#table.rootOf(pid);
    if (root === undefined) return this.#tree;
    this.#roots.set(pid, root);
    return root;
  }

  #watch(...paths: readonly string[]): void {
    for (const path of paths) this.#watched.add(path);
  }

  #manifestFolders(): string[] {
    const kubelet = this.#found.get('kubelet');
    const byFlag = kubelet === undefined ? undefined : argumentOf(kubelet.args, '--pod-manifest-path');
    const byFile = this.#evidence.flatMap(({ collector, subject, value }) =>
      collector === 'config' && subject === 'kubelet' && typeof value === 'object' && !Array.isArray(value)
        ? (value['staticPodPath'] ?? [])
        : [],
    );
    return [...(byFlag === undefined ? [] : [byFlag]), ...byFile.map(String)];
  }

  #configurations(): void {
    const { evidence, watched } = componentConfigs(this.#found, ({ program }) => this.#treeOf(program));
    const ofK3s = [...this.#found.values()].filter(({ program }) => program === this.#k3s);
    const isWritten = ({ subject }: ExampleEvidence): boolean =>
      ofK3s.some(({ component }) => component === subject);
    // k3s writes these files anew at each start: a diff of them would not last.
    this.#evidence.push(...evidence.map((one) => (isWritten(one) ? withoutLines(one) : one)));
    this.#watch(...watched);
  }

  #manifests(): void {
    const folders = this.#manifestFolders();
    for (const component of PODS) {
      const path = manifestPath(this.#tree, component, folders);
      if (path === undefined) continue;
      this.#evidence.push(...manifestEvidence(this.#tree, component, path));
      this.#watch(path);
    }
    for (const [component, unit] of UNITS)
      for (const path of unitPaths(this.#tree, unit)) {
        this.#evidence.push(...unitEvidence(this.#tree, component, path));
        this.#watch(path);
      }
  }

  #versions(cache: VersionCache): void {
    for (const running of this.#found.values()) {
      const { component, program } = running;
      // What is linked into k3s is its own version, which is not that of its etcd.
      if (component === 'etcd' && program === this.#k3s) continue;
      if (this.#evidence.some((one) => one.collector === 'version' && one.subject === component)) continue;
      const version = cache.versionOf(this.#treeOf(program), running);
      if (version !== undefined)
        this.#evidence.push({
          collector: 'version',
          subject: component,
          origin: 'file',
          state: 'known',
          value: version,
        });
    }
    this.#evidence.push(...distributionEvidence(this.#tree, this.#found, this.#k3s !== undefined));
  }

  /** Files that the API server is told by flags. */
  #apiServer(): void {
    const server = this.#found.get('kube-apiserver');
    if (server === undefined) return;
    const tree = this.#treeOf(server.program);
    const named = (flag: string): string | undefined => {
      const path = argumentOf(server.args, flag);
      if (path === undefined) return undefined;
      this.#watch(pathOf(server, path));
      return pathOf(server, path);
    };
    this.#evidence.push(
      encryptionEvidence(tree, named('--encryption-provider-config')),
      auditPolicyEvidence(tree, named('--audit-policy-file')),
      ...authorizationEvidence(tree, named('--authorization-config')),
    );
  }

  /** etcd may be set up by variables. */
  #environment(): void {
    const etcd = this.#found.get('etcd');
    if (etcd === undefined) return;
    const variables = this.#table.environment(etcd.program.pid, 'ETCD_');
    const base = { collector: 'environment', subject: 'etcd', origin: 'process' } as const;
    if (variables === undefined) {
      this.#evidence.push({ ...base, state: 'unreadable', reason: 'permission' });
      return;
    }
    const plain = Object.entries(variables)
      .filter(([name]) => !/PASSWORD|TOKEN|SECRET/.test(name))
      .map(([name, value]) => [name, withoutPasswords(value)] as const);
    this.#evidence.push({ ...base, state: 'known', value: Object.fromEntries(plain) });
  }

  #files(): void {
    const rights = new FileRights(this.#tree);
    const folders = this.#manifestFolders();
    for (const place of FILE_PLACES) {
      const paths = this.#pathsOf(place, folders);
      if (paths === undefined) {
        this.#evidence.push({
          collector: 'file',
          subject: place,
          origin: 'file',
          state: 'unreadable',
          reason: 'permission',
        });
        continue;
      }
      this.#evidence.push(...rights.of(place, paths));
      this.#watch(...paths);
    }
    const certificates = this.#pathsOf('pki-certificates', folders) ?? [];
    this.#evidence.push(
      ...certificateEvidence(this.#tree, 'pki-certificates', certificates),
      ...certificateEvidence(
        this.#tree,
        'kubelet-kubeconfig',
        this.#pathsOf('kubelet-kubeconfig', folders) ?? [],
      ),
    );
  }

  #pathsOf(place: FilePlace, folders: readonly string[]): readonly string[] | undefined {
    switch (place) {
      case 'pki-folder':
      case 'pki-certificates':
      case 'pki-keys':
        return this.#pkiPaths(place);
      case 'cni-files':
        return filesIn(this.#tree, '/etc/cni/net.d', /\.(?:conf|conflist|json)$/);
      case 'docker-certificates':
        return this.#certificateFolders();
      case 'kubelet-client-ca':
        return this.#kubeletAuthority() ?? pathsOf(this.#tree, this.#found, place, folders);
      case 'docker-socket':
        return this.#dockerSocket() ?? pathsOf(this.#tree, this.#found, place, folders);
      default:
        return pathsOf(this.#tree, this.#found, place, folders);
    }
  }

  #pkiPaths(place: 'pki-folder' | 'pki-certificates' | 'pki-keys'): readonly string[] | undefined {
    const folder = pkiFolder(this.#tree, this.#found);
    if (folder === undefined) return [];
    const files = pkiFiles(this.#tree, folder);
    if (files === undefined) return undefined;
    if (place === 'pki-folder') return [folder, ...files];
    return files.filter((path) => path.endsWith(place === 'pki-keys' ? '.key' : '.crt'));
  }

  #certificateFolders(): readonly string[] {
    const listed = this.#tree.list('/etc/docker/certs.d');
    const folders = listed.ok ? listed.value.map(({ name }) => `/etc/docker/certs.d/${name}`) : [];
    return folders.slice(0, 64).flatMap((folder) => filesIn(this.#tree, folder, /\.(?:crt|cert)$/) ?? []);
  }

  /** The authority that the file of the kubelet names. */
  #kubeletAuthority(): string[] | undefined {
    const kubelet = this.#found.get('kubelet');
    if (kubelet === undefined || argumentOf(kubelet.args, '--client-ca-file') !== undefined) return undefined;
    const named = this.#evidence.flatMap(({ collector, subject, value }) =>
      collector === 'config' && subject === 'kubelet' && typeof value === 'object' && !Array.isArray(value)
        ? (value['authentication.x509.clientCAFile'] ?? [])
        : [],
    );
    const last = named.at(-1);
    return last === undefined ? undefined : [String(last)];
  }

  #dockerSocket(): string[] | undefined {
    const docker = this.#found.get('dockerd');
    const host = docker === undefined ? undefined : argumentOf(docker.args, '-H', '--host');
    return host?.startsWith('unix://') === true ? [host.slice('unix://'.length)] : undefined;
  }
}

/** Collects the evidence that benchmarks ask of a node. Bounded in size, depth and count; reads only. */
export const collectEvidence = (options: EvidenceOptions): NodeEvidence =>
  new Look(options).collect(options.versions ?? new VersionCache());
