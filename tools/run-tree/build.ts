// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Closure, productionClosure } from './closure.ts';
import { inputsDigest } from './digest.ts';
import { flattenPackages, flattenWorkspaces } from './flatten.ts';
import { packCommands } from './pack.ts';
import {
  NATIVE_BUILDER,
  NATIVE_SOURCES,
  RUN_DATA,
  RUN_WORKSPACES,
  sourceFiles,
  workspaceFiles,
} from './parts.ts';
import { stripManifest, stripSource } from './strip.ts';

/** What to build, and where. */
export interface RunTreeOptions {
  readonly checkout: string;
  /** Folder that holds releases. */
  readonly out: string;
  /** The built console, copied to apps/console/dist. */
  readonly consoleDir?: string;
  /** Fewer than all workspaces, for a tree that runs only some programs. */
  readonly workspaces?: readonly string[];
}
/** The release that now exists. */
export interface RunTree {
  readonly digest: string;
  readonly folder: string;
  readonly created: boolean;
  readonly files: number;
  readonly elapsedMs: number;
}

/** Top-level folders of third-party packages that never run. */
const UNUSED_FOLDERS = new Set([
  'test',
  'tests',
  '__tests__',
  'benchmark',
  'benchmarks',
  'example',
  'examples',
  'docs',
  'node_modules',
]);
const UNUSED_FILE = /(\.(ts|mts|cts|map|markdown|flow|tsbuildinfo)|^(readme|changelog|history)[^/]*)$/i;

/** Writes a file that only root can change. */
class Tree {
  readonly root: string;
  files = 0;
  readonly #folders = new Set<string>();

  constructor(root: string) {
    this.root = root;
  }

  #target(path: string): string {
    const target = join(this.root, path);
    const folder = dirname(target);
    if (!this.#folders.has(folder)) {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      this.#folders.add(folder);
    }
    this.files += 1;
    return target;
  }

  write(path: string, text: string): void {
    writeFileSync(this.#target(path), text, { mode: 0o644 });
  }

  copy(from: string, path: string): void {
    const target = this.#target(path);
    copyFileSync(from, target);
    chmodSync(target, 0o644);
  }

  link(path: string, to: string): void {
    const target = this.#target(path);
    symlinkSync(relative(dirname(target), join(this.root, to)), target);
  }
}

function copyPackage(tree: Tree, checkout: string, folder: string): void {
  const walk = (at: string, isTop: boolean): void => {
    for (const entry of readdirSync(join(checkout, at), { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) {
        if (entry.name.startsWith('.') || (isTop && UNUSED_FOLDERS.has(entry.name))) continue;
        walk(path, false);
      } else if (entry.isFile() && !UNUSED_FILE.test(entry.name)) {
        tree.copy(join(checkout, path), path);
      }
    }
  };
  walk(folder, true);
}

function copySources(tree: Tree, checkout: string, workspaces: readonly string[]): void {
  for (const workspace of workspaces) {
    for (const path of workspaceFiles(checkout, workspace)) {
      const from = join(checkout, path);
      if (path.endsWith('/package.json')) tree.write(path, stripManifest(readFileSync(from, 'utf8')));
      else if (path.endsWith('.ts'))
        tree.write(path.replace(/\.ts$/, '.js'), stripSource(readFileSync(from, 'utf8'), path));
      else tree.copy(from, path);
    }
  }
  // Root builds the sensor of these at any later time: of a checkout, whoever has its path by then would choose what runs.
  const native = workspaces.includes(NATIVE_BUILDER) ? NATIVE_SOURCES : [];
  for (const folder of [...RUN_DATA, ...native]) {
    for (const path of sourceFiles(checkout, folder)) tree.copy(join(checkout, path), path);
  }
}

function copyDependencies(tree: Tree, checkout: string, closure: Closure): void {
  for (const folder of closure.packages) copyPackage(tree, checkout, folder);
  flattenPackages(tree.root, closure.packages);
  for (const { from, to } of closure.links) tree.link(from, to);
}

/**
 * Builds the release of a checkout below `out` and returns where it is. A release is named by the digest of its
 * inputs, appears whole or not at all, and is never changed afterwards; one that exists is used as it is.
 */
export function buildRunTree(options: RunTreeOptions): RunTree {
  const startedMs = performance.now();
  const { checkout, out, consoleDir, workspaces = RUN_WORKSPACES } = options;
  const digest = inputsDigest(checkout, { workspaces, ...(consoleDir === undefined ? {} : { consoleDir }) });
  const folder = join(out, digest);
  const done = (created: boolean, files: number): RunTree => ({
    digest,
    folder,
    created,
    files,
    elapsedMs: Math.round(performance.now() - startedMs),
  });
  if (existsSync(join(folder, 'release.json'))) return done(false, 0);
  process.umask(0o022);
  const making = `${folder}.${process.pid}.new`;
  rmSync(making, { recursive: true, force: true });
  const tree = new Tree(making);
  try {
    copySources(tree, checkout, workspaces);
    flattenWorkspaces(making, workspaces);
    copyDependencies(tree, checkout, productionClosure(checkout, workspaces));
    packCommands(making);
    if (consoleDir !== undefined) {
      for (const path of sourceFiles(consoleDir, '.'))
        tree.copy(join(consoleDir, path), join('apps/console/dist', path));
    }
    const { version }: { version: string } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
    tree.write('release.json', `${JSON.stringify({ digest, version, node: process.version })}\n`);
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
  return done(true, tree.files);
}
