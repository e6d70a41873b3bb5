// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importsOf, isLayered, loadParser } from './imports.ts';
import { ROOT, repositoryFiles } from './repository.ts';

/** layers.test.ts judges the same bans in a fifth of the time; here dependency-cruiser does, and both must see the same imports. */
interface Cruise {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly {
      readonly resolved: string;
      readonly dependencyTypes: readonly string[];
    }[];
  }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

function cruise(cwd: string, folders: readonly string[]): Cruise {
  const output = execFileSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.json',
      '--output-type',
      'json',
      ...folders,
    ],
    {
      cwd,
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return JSON.parse(output.toString());
}

const isCruised = (path: string): boolean =>
  /^(packages|apps)\/[^/]+\/src\/.*\.tsx?$/.test(path) && !path.includes('/testdata/');
const scratch = mkdtempSync(join(tmpdir(), 'bartizan-layers-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('layers', () => {
  let result: Cruise;
  beforeAll(() => {
    result = cruise(ROOT, ['packages', 'apps']);
  }, 120_000);

  it('hold in every module, and every module was looked at', () => {
    const seen = new Set(result.modules.map((module) => module.source));
    expect(
      repositoryFiles()
        .filter(isCruised)
        .filter((path) => !seen.has(path)),
    ).toEqual([]);
    expect(result.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`)).toEqual(
      [],
    );
  });

  it('are judged on the same imports by the quick look', async () => {
    const told = (from: string, to: string, types: readonly string[]): string =>
      `${from} -> ${to.replace(/^node:/, '')}${types.includes('type-only') ? ' (type)' : ''}`;
    const files = repositoryFiles().filter(isLayered);
    const looked = importsOf(await loadParser(), files).map(({ from, to, types }) => told(from, to, types));
    const cruised = result.modules
      .filter(({ source }) => isLayered(source))
      .flatMap(({ source, dependencies }) =>
        dependencies.map(({ resolved, dependencyTypes }) => told(source, resolved, dependencyTypes)),
      );
    expect([...new Set(looked)].toSorted()).toEqual([...new Set(cruised)].toSorted());
  });

  it('fail on a copy in which sense reaches into report, and on a cycle', { timeout: 60_000 }, () => {
    mkdirSync(join(scratch, 'apps/agent/src/sense'), { recursive: true });
    mkdirSync(join(scratch, 'apps/agent/src/report'), { recursive: true });
    cpSync(join(ROOT, '.dependency-cruiser.json'), join(scratch, '.dependency-cruiser.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(scratch, 'node_modules'));
    writeFileSync(join(scratch, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(scratch, 'apps/agent/src/sense/a.ts'),
      "import { b } from '../report/b.ts';\nexport const a = b;\n",
    );
    writeFileSync(
      join(scratch, 'apps/agent/src/report/b.ts'),
      "import { a } from '../sense/a.ts';\nexport const b = () => a;\n",
    );
    const names = cruise(scratch, ['apps']).summary.violations.map(({ rule }) => rule.name);
    expect(new Set(names)).toEqual(new Set(['no-cycles', 'sense-alone', 'only-wire-joins']));
  });
});
