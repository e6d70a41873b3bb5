// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AGENT_CLOSURE_MAX, EDGES, edgeFaults } from './edges.ts';
import { manifests, ROOT, readText } from './repository.ts';

/** Names of the packages a node_modules folder links to. */
function linkedNames(modules: string): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((entry) => !entry.startsWith('.') && entry !== '@types')
    .flatMap((entry) =>
      entry.startsWith('@') ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`) : [entry],
    );
}

/** Third-party packages, as name@version, that a folder reaches through its production links. */
function closure(folder: string): Set<string> {
  const found = new Set<string>();
  const visit = (modules: string): void => {
    for (const name of linkedNames(modules)) {
      const real = realpathSync(join(modules, name));
      const ours = name.startsWith('@bartizan/');
      const key = ours
        ? name
        : `${name}@${JSON.parse(readFileSync(join(real, 'package.json'), 'utf8')).version}`;
      if (found.has(key)) continue;
      found.add(key);
      visit(ours ? join(real, 'node_modules') : join(real, name.startsWith('@') ? '../..' : '..'));
    }
  };
  visit(join(ROOT, folder, 'node_modules'));
  return found;
}

describe('allowed imports', () => {
  it('equal what each workspace declares', () => {
    expect(edgeFaults(manifests())).toEqual([]);
  });

  it('fail when a workspace declares a package outside its list', () => {
    const broken = {
      ...manifests(),
      'packages/engine': { dependencies: { '@bartizan/contracts': '*', '@bartizan/adapters': '*' } },
    };
    expect(edgeFaults(broken)).toEqual([
      `packages/engine may not depend on @bartizan/adapters: ${EDGES['packages/engine']?.why}`,
    ]);
  });

  it('fail when a workspace is not in the table', () => {
    expect(edgeFaults({ ...manifests(), 'packages/extra': {} })).toEqual([
      'packages/extra: not in the table of allowed imports',
    ]);
  });

  it('rest on the linked install, without which undeclared imports would resolve', () => {
    expect(existsSync(join(ROOT, 'node_modules/.store'))).toBe(true);
    expect(readText('.npmrc')).toContain('install-strategy=linked');
  });

  it('keep what runs as root on a node to a reviewed list', () => {
    const reviewed = readText('apps/agent/third-party.txt')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const real = [...closure('apps/agent')].filter((name) => !name.startsWith('@bartizan/')).sort();
    expect(real).toEqual(reviewed);
    expect(new Set(real.map((name) => name.replace(/@[^@]+$/, ''))).size).toBeLessThanOrEqual(
      AGENT_CLOSURE_MAX,
    );
  });
});
