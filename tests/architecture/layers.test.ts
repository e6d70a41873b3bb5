// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Import, importsOf, isLayered, loadParser } from './imports.ts';
import { type Ban, layerFaults, unreadParts } from './layers.ts';
import { readText, repositoryFiles } from './repository.ts';

const { forbidden: bans }: { forbidden: Ban[] } = JSON.parse(readText('.dependency-cruiser.json'));
const parse = await loadParser();
const scratch = mkdtempSync(join(tmpdir(), 'bartizan-layers-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Imports of a checkout of these files. */
function importsIn(name: string, files: Readonly<Record<string, string>>): Import[] {
  const root = join(scratch, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return importsOf(parse, Object.keys(files).filter(isLayered), root);
}

const A = 'apps/agent/src';
const EMPTY = 'export {};\n';
/** For every ban a file that breaks it, and one beside it that does not. */
const BROKEN: Readonly<Record<string, { files: Record<string, string>; faults: string[] }>> = {
  'no-cycles': {
    files: {
      [`${A}/a.ts`]: "export { b } from './b.ts';\n",
      [`${A}/b.ts`]: "export const b = () => import('./c.ts');\n",
      [`${A}/c.ts`]: "import type { b } from './a.ts';\nexport type C = typeof b;\n",
      [`${A}/outside.ts`]: "import './a.ts';\nimport './last.ts';\n",
      [`${A}/last.ts`]: EMPTY,
    },
    faults: [`${A}/a.ts -> ${A}/b.ts`, `${A}/b.ts -> ${A}/c.ts`, `${A}/c.ts -> ${A}/a.ts`],
  },
  'sense-alone': {
    files: {
      [`${A}/sense/a.ts`]: "import type { X } from '../decide/b.ts';\nexport type Y = X;\n",
      [`${A}/sense/a.test.ts`]: "import '../decide/b.ts';\n",
      [`${A}/decide/b.ts`]: 'export type X = 1;\n',
    },
    faults: [`${A}/sense/a.ts -> ${A}/decide/b.ts`],
  },
  'decide-before': {
    files: { [`${A}/decide/a.ts`]: "export * from '../respond/b.ts';\n", [`${A}/respond/b.ts`]: EMPTY },
    faults: [`${A}/decide/a.ts -> ${A}/respond/b.ts`],
  },
  'respond-not-sense': {
    files: {
      [`${A}/respond/a.ts`]: "export const a = await import('../sense/b.ts');\n",
      [`${A}/sense/b.ts`]: EMPTY,
    },
    faults: [`${A}/respond/a.ts -> ${A}/sense/b.ts`],
  },
  'only-wire-joins': {
    files: {
      [`${A}/report/a.ts`]: "import type { X } from '../sense/b.ts';\nexport type Y = X;\n",
      [`${A}/report/c.ts`]: "import type from '../sense/b.ts';\nexport const c = type;\n",
      [`${A}/sense/b.ts`]: 'export type X = 1;\nexport default 1;\n',
    },
    faults: [`${A}/report/c.ts -> ${A}/sense/b.ts`],
  },
  'production-not-tests': {
    files: {
      'packages/testkit/package.json': '{"name":"@bartizan/testkit","exports":{"./kube":"./src/kube.ts"}}',
      'packages/testkit/src/kube.ts': EMPTY,
      [`${A}/a.ts`]: "export const a: typeof import('@bartizan/testkit/kube') = {};\n",
      [`${A}/a.test.ts`]: "import '@bartizan/testkit/kube';\n",
    },
    faults: [`${A}/a.ts -> packages/testkit/src/kube.ts`],
  },
  'console-without-node': {
    files: { 'apps/console/src/a.tsx': "import 'node:fs';\nimport 'react';\nexport const a = <p />;\n" },
    faults: ['apps/console/src/a.tsx -> node:fs'],
  },
  'no-reaching-in': {
    files: {
      'packages/host/package.json': '{"name":"@bartizan/host","exports":{".":"./src/deep/b.ts"}}',
      'packages/host/src/deep/b.ts': "export * from './c.ts';\n",
      'packages/host/src/deep/c.ts': EMPTY,
      [`${A}/a.ts`]: "import '@bartizan/host';\nimport '../../../packages/host/src/deep/b.ts?raw';\n",
    },
    faults: [`${A}/a.ts -> packages/host/src/deep/b.ts`],
  },
};

describe('layers', () => {
  it('hold in every module', { timeout: 120_000 }, () => {
    const files = repositoryFiles().filter(isLayered);
    const imports = importsOf(parse, files);
    expect(files.length).toBeGreaterThan(1_000);
    expect(new Set(imports.map(({ from }) => from)).size).toBeGreaterThan(files.length * 0.8);
    expect(layerFaults(bans, imports)).toEqual([]);
  });

  it.each(bans.map(({ name }) => name))('fail where %s does not hold, and there only', (name) => {
    const { files, faults } = BROKEN[name] ?? { files: {}, faults: ['no file breaks it'] };
    const found = layerFaults(bans, importsIn(name, files));
    expect(found.toSorted()).toEqual(faults.map((fault) => `${name}: ${fault}`));
  });

  it('are bans that are read whole', () => {
    expect(unreadParts(bans)).toEqual([]);
    const odd: Ban = JSON.parse('{"name": "odd", "from": {"orphan": true}, "to": {"reachable": true}}');
    expect(unreadParts([odd])).toEqual(['odd: from.orphan', 'odd: to.reachable']);
  });

  it('fail on an import that leads nowhere, and on a text that is no module', () => {
    expect(() => importsIn('nowhere', { [`${A}/a.ts`]: "import './b.ts';\n" })).toThrow(`${A}/a.ts`);
    expect(() => importsIn('unknown', { [`${A}/a.ts`]: "import '@bartizan/b';\n" })).toThrow('@bartizan/b');
    expect(() => importsIn('broken', { [`${A}/a.ts`]: 'import {\n' })).toThrow(`${A}/a.ts`);
  });
});
