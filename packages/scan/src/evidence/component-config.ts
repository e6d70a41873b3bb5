// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BenchmarkComponent, ExampleEvidence } from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import { argumentOf, type FoundComponent, pathOf } from './components.ts';
import { configEvidence } from './config-file.ts';
import { filesIn } from './read-config.ts';
import { filesBelow } from './walk-folder.ts';

type Found = ReadonlyMap<BenchmarkComponent, FoundComponent>;

/** The configuration of a component: each file in the order in which it takes effect. */
export interface ComponentConfig {
  readonly evidence: readonly ExampleEvidence[];
  /** Files and folders whose change changes it. */
  readonly watched: readonly string[];
}
const NONE: ComponentConfig = { evidence: [], watched: [] };
const IMPORTS_MAX = 32;

/** The kubelet: its file, then the drop-ins below its folder in the order in which it walks through them. */
function kubeletConfig(tree: FileTree, kubelet: FoundComponent): ComponentConfig {
  const path = argumentOf(kubelet.args, '--config');
  const folder = argumentOf(kubelet.args, '--config-dir');
  const file = path === undefined ? undefined : pathOf(kubelet, path);
  const dropInFolder = folder === undefined ? undefined : pathOf(kubelet, folder);
  const below =
    dropInFolder === undefined
      ? { files: [], folders: [], unread: [] }
      : filesBelow(tree, dropInFolder, /\.conf$/);
  const main =
    file === undefined
      ? []
      : [configEvidence(tree, { subject: 'kubelet', path: file, form: 'yaml', isNamed: true })];
  const dropIns = below.files.map((one) =>
    configEvidence(tree, { subject: 'kubelet', path: one, form: 'yaml', origin: 'drop-in' }),
  );
  const unread = below.unread.map(
    ({ path, reason }): ExampleEvidence => ({
      ...{ collector: 'config', subject: 'kubelet', path, origin: 'drop-in', state: 'unreadable', reason },
    }),
  );
  return {
    evidence: [...main, ...dropIns, ...unread],
    watched: [file, dropInFolder, ...below.folders, ...below.files].filter((one) => one !== undefined),
  };
}

/** containerd: what a file imports is laid over it. */
function containerdConfig(tree: FileTree, running: FoundComponent): ComponentConfig {
  const named = argumentOf(running.args, '--config', '-c');
  const path = named === undefined ? '/etc/containerd/config.toml' : pathOf(running, named);
  const main = configEvidence(tree, {
    subject: 'containerd',
    path,
    form: 'toml',
    isNamed: named !== undefined,
  });
  const { value } = main;
  const listed = typeof value === 'object' && !Array.isArray(value) ? value['imports'] : undefined;
  const imports = (Array.isArray(listed) ? listed.map(String) : []).flatMap((one) => {
    const at = one.startsWith('/') ? one : `${path.replace(/\/[^/]*$/, '')}/${one}`;
    const folder = at.replace(/\/[^/]*$/, '');
    const name = at.slice(folder.length + 1);
    if (!name.includes('*')) return [at];
    const ending = name.slice(name.lastIndexOf('*') + 1);
    return (filesIn(tree, folder, /./) ?? []).filter((file) => file.endsWith(ending));
  });
  return {
    evidence: [
      main,
      ...imports.slice(0, IMPORTS_MAX).map((one) =>
        configEvidence(tree, {
          subject: 'containerd',
          path: one,
          form: 'toml',
          origin: 'drop-in',
          isNamed: true,
        }),
      ),
    ],
    watched: [path, ...imports],
  };
}

function crioConfig(tree: FileTree, running: FoundComponent): ComponentConfig {
  const named = argumentOf(running.args, '--config', '-c');
  const path = named === undefined ? '/etc/crio/crio.conf' : pathOf(running, named);
  const told = argumentOf(running.args, '--config-dir', '-d');
  const folder = told === undefined ? '/etc/crio/crio.conf.d' : pathOf(running, told);
  const dropIns = filesIn(tree, folder, /./) ?? [];
  return {
    evidence: [
      configEvidence(tree, { subject: 'crio', path, form: 'toml', isNamed: named !== undefined }),
      ...dropIns.map((one) =>
        configEvidence(tree, { subject: 'crio', path: one, form: 'toml', origin: 'drop-in' }),
      ),
    ],
    watched: [path, folder, ...dropIns],
  };
}

function dockerConfig(tree: FileTree, running: FoundComponent): ComponentConfig {
  const named = argumentOf(running.args, '--config-file');
  const path = named === undefined ? '/etc/docker/daemon.json' : pathOf(running, named);
  return {
    evidence: [
      configEvidence(tree, { subject: 'dockerd', path, form: 'json', isNamed: named !== undefined }),
    ],
    watched: [path],
  };
}

/** A component that reads one file when a flag names it. */
function namedConfig(tree: FileTree, running: FoundComponent, flags: readonly string[]): ComponentConfig {
  const named = argumentOf(running.args, ...flags);
  if (named === undefined) return NONE;
  const path = pathOf(running, named);
  return {
    evidence: [configEvidence(tree, { subject: running.component, path, form: 'yaml', isNamed: true })],
    watched: [path],
  };
}

/** The configuration files of what runs. `treeOf` gives the tree that a program's paths are of. */
export function componentConfigs(
  found: Found,
  treeOf: (running: FoundComponent) => FileTree,
): ComponentConfig {
  const parts = [...found.values()].map((running): ComponentConfig => {
    const tree = treeOf(running);
    switch (running.component) {
      case 'kubelet':
        return kubeletConfig(tree, running);
      case 'containerd':
        return containerdConfig(tree, running);
      case 'crio':
        return crioConfig(tree, running);
      case 'dockerd':
        return dockerConfig(tree, running);
      case 'kube-proxy':
        return namedConfig(tree, running, ['--config']);
      case 'etcd':
        return namedConfig(tree, running, ['--config-file', '-config-file']);
      default:
        return NONE;
    }
  });
  return {
    evidence: parts.flatMap(({ evidence }) => evidence),
    watched: parts.flatMap(({ watched }) => watched),
  };
}
