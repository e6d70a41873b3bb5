// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FileTree, parentPath } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { declared } from '../declared-licences.ts';
import { type FoundPackage, isPlausible } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { writePurl } from '../purl.ts';
import { readJsonManifest, readManifest } from '../read-manifest.ts';
import { npmCapabilities } from './capabilities.ts';
import { OTHER_LOCKS } from './locks.ts';

/**
 * A lock inside of an installed package of whatever kind is about the machine of its developers. A gem has its version
 * in the name of its folder, or is from git: a project may call a folder of its own `gems`.
 */
const INSIDE_PACKAGE = /\/(?:node_modules|bundler\/gems|gems\/[^/]+-\d[^/]*|site-packages|dist-packages)\//;
/** A package installed in a node_modules folder: `.../node_modules/name` or `.../node_modules/@scope/name`. */
const INSTALLED = /\/node_modules\/(?:@[^/]+\/)?[^@/][^/]*\/package\.json$/;
const LOCKS: ReadonlySet<string> = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  ...Object.keys(OTHER_LOCKS),
]);
/** The lock of bun before 1.2, in a form of its own that only bun reads. */
const BINARY_LOCK = 'bun.lockb';
/** Locks that name all packages of a project: of bun itself, or of who offers several package managers. Deno's may not. */
const TEXT_LOCKS: readonly string[] = [...LOCKS].filter((name) => name !== 'deno.lock');
const MAX_LOCK_DEPTH = 32;

const toPackage = (name: unknown, version: unknown, location: string): FoundPackage | undefined => {
  if (typeof name !== 'string' || typeof version !== 'string' || !isPlausible(name) || !isPlausible(version))
    return undefined;
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  const parts = slash < 0 ? { name } : { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
  return { type: 'npm', name, version, purl: writePurl({ type: 'npm', ...parts, version }), location };
};

const readInstalled = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const manifest = readJsonManifest(context, file.path);
  const found = toPackage(manifest?.['name'], manifest?.['version'], file.path);
  if (found === undefined || manifest === undefined) return [];
  return [{ ...found, ...roleOf(manifest), ...declared(npmLicences(manifest)) }];
};

/**
 * An extension of Visual Studio Code says for which version of the editor it is, and may have the name of any npm
 * package: extensions are named within their publisher.
 */
const roleOf = ({ engines, publisher }: { readonly [key: string]: unknown }): Pick<FoundPackage, 'role'> => {
  const isExtension = isObject(engines) && typeof engines['vscode'] === 'string';
  return isExtension && typeof publisher === 'string' ? { role: 'editor-extension' } : {};
};

/** `license: "MIT"`; long ago `{type: "MIT"}`, or a list of alternatives under `licenses`. */
const npmLicences = (manifest: { readonly [key: string]: unknown }): unknown[] => {
  const one = (value: unknown): unknown => (isObject(value) ? value['type'] : value);
  const old = manifest['licenses'];
  if (!Array.isArray(old) || manifest['license'] !== undefined) return [one(manifest['license'])];
  return [
    old
      .map(one)
      .filter((name) => typeof name === 'string')
      .join(' OR '),
  ];
};

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null;

/** Lock versions 2 and 3: a flat list keyed by folder. One that is not below `node_modules` is the project's own. */
const readPackages = (packages: { readonly [key: string]: unknown }, location: string): FoundPackage[] =>
  Object.entries(packages).flatMap(([folder, entry]) => {
    const [, named] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder) ?? [];
    if (named === undefined || !isObject(entry) || entry['link'] === true) return [];
    return toPackage(entry['name'] ?? named, entry['version'], location) ?? [];
  });

/** What an alias of lock version 1 stands for: `npm:name@1.2.3` in place of a version. */
const ALIAS = /^npm:((?:@[^/@]+\/)?[^/@]+)@(.+)$/;

/** Lock version 1: dependencies inside dependencies. */
const readDependencies = (dependencies: unknown, location: string, depth: number): FoundPackage[] => {
  if (!isObject(dependencies) || depth > MAX_LOCK_DEPTH) return [];
  return Object.entries(dependencies).flatMap(([name, entry]) => {
    if (!isObject(entry)) return [];
    const stated = entry['version'];
    const [, real = name, version = stated] = ALIAS.exec(typeof stated === 'string' ? stated : '') ?? [];
    const found = toPackage(real, version, location);
    return [
      ...(found === undefined ? [] : [found]),
      ...readDependencies(entry['dependencies'], location, depth + 1),
    ];
  });
};

const readLock = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  if (file.name === BINARY_LOCK) {
    context.problem(scanProblem('scan.unsupported', file.path, BINARY_LOCK_WORDS));
    return [];
  }
  const readOther = OTHER_LOCKS[file.name];
  if (readOther !== undefined) {
    const content = readManifest(context, file.path);
    return content === undefined ? [] : readOther(content, file.path, context);
  }
  const lock = readJsonManifest(context, file.path);
  if (lock === undefined) return [];
  return isObject(lock['packages'])
    ? readPackages(lock['packages'], file.path)
    : readDependencies(lock['dependencies'], file.path, 0);
};

const BINARY_LOCK_WORDS = {
  en: 'the binary lock of bun is not read: bun install --save-text-lockfile --frozen-lockfile --lockfile-only writes one that is',
  ja: 'bun のバイナリ形式のロックファイルは読み取れません。bun install --save-text-lockfile --frozen-lockfile --lockfile-only で、読み取れる形式のファイルを作成できます',
};

/** Where pnpm and npm keep packages that nothing beside the store asks for. */
const STORES: ReadonlySet<string> = new Set(['.pnpm', '.store']);

/** Yarn may install no packages as files: tools still make a node_modules for their caches (`.cache`) then. */
const isInstalled = (folder: string, tree: FileTree): boolean => {
  const path = `${folder}/node_modules`;
  const listed = tree.list(path);
  if (!listed.ok) return tree.stat(path).ok;
  return listed.value.some(({ name }) => !name.startsWith('.') || STORES.has(name));
};

/** Packages of Node.js programs. */
export const npmCataloger: Cataloger = {
  id: 'npm',
  types: ['npm'],
  capabilities: npmCapabilities,
  wants: (file) =>
    file.name === 'package.json'
      ? INSTALLED.test(file.path)
      : (LOCKS.has(file.name) || file.name === BINARY_LOCK) && !INSIDE_PACKAGE.test(file.path),
  // What is installed is known from node_modules itself; the lock only counts where nothing is installed yet.
  isShadowed: (file, tree) => {
    if (file.name === 'package.json') return false;
    const folder = parentPath(file.path);
    const isInText = TEXT_LOCKS.some((name) => tree.stat(`${folder}/${name}`).ok);
    return isInstalled(folder, tree) || (file.name === BINARY_LOCK && isInText);
  },
  inspect: (file, context) =>
    file.name === 'package.json' ? readInstalled(file, context) : readLock(file, context),
};
