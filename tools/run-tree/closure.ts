// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** A link that has to exist in the release so that an import resolves; both paths relative to the checkout. */
export interface DependencyLink {
  readonly from: string;
  readonly to: string;
}
/** Third-party packages that the programs need, as folders and links of the linked install. */
export interface Closure {
  /** Real folders of packages, relative to the checkout. */
  readonly packages: readonly string[];
  readonly links: readonly DependencyLink[];
}

const dependencyNames = (manifestPath: string): { name: string; isRequired: boolean }[] => {
  const manifest: {
    dependencies?: Record<string, string>;
    optionalDependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
  } = JSON.parse(readFileSync(manifestPath, 'utf8'));
  const soft = { ...manifest.peerDependencies, ...manifest.optionalDependencies };
  return [
    ...Object.keys(manifest.dependencies ?? {}).map((name) => ({ name, isRequired: !(name in soft) })),
    ...Object.keys(soft).map((name) => ({ name, isRequired: false })),
  ];
};

/** The node_modules folder in which Node.js would find `name` for a package at `folder`, or undefined. */
function resolveFolder(checkout: string, folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = at.endsWith('node_modules') ? join(at, name) : join(at, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    if (at === checkout || at === dirname(at)) return undefined;
  }
}

/**
 * Everything reachable from the production dependencies of `workspaces`, walked as Node.js resolves it in an npm
 * linked install (`node_modules/.store`). Throws when a required dependency is not installed.
 */
export function productionClosure(checkout: string, workspaces: readonly string[]): Closure {
  const root = realpathSync(checkout);
  const seen = new Set<string>();
  const links = new Map<string, string>();
  const waiting = workspaces.map((workspace) => join(root, workspace));
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (seen.has(folder) || !existsSync(join(folder, 'package.json'))) continue;
    seen.add(folder);
    for (const { name, isRequired } of dependencyNames(join(folder, 'package.json'))) {
      const found = resolveFolder(root, folder, name);
      if (found === undefined) {
        if (isRequired) throw new Error(`${name}, needed by ${relative(root, folder)}, is not installed`);
        continue;
      }
      const real = realpathSync(found);
      if (real !== found) links.set(relative(root, found), relative(root, real));
      waiting.push(real);
    }
  }
  return {
    packages: [...seen]
      .map((folder) => relative(root, folder))
      .filter(isThirdParty)
      .sort(),
    links: [...links].map(([from, to]) => ({ from, to })).sort((a, b) => (a.from < b.from ? -1 : 1)),
  };
}

const isThirdParty = (path: string): boolean => path.split(sep).includes('node_modules');
