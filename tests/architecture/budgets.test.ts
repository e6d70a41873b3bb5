// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { fileFaults, isSource, lineQuantiles, type SourceFile, suppressionsPerThousand } from './budgets.ts';
import { ROOT, readText, repositoryFiles } from './repository.ts';

const sources: SourceFile[] = repositoryFiles()
  .filter(isSource)
  .map((path) => ({ path, text: readText(path) }));
const production = sources.filter(
  ({ path }) => /^(packages|apps)\/[^/]+\/src\//.test(path) && !/\.test\.tsx?$/.test(path),
);

describe('budgets', () => {
  it('hold for every source file', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap(fileFaults)).toEqual([]);
  });

  it('keep the median file at 100 lines and the 90th percentile at 300', () => {
    const { median, p90 } = lineQuantiles(production);
    expect(median).toBeLessThanOrEqual(100);
    expect(p90).toBeLessThanOrEqual(300);
  });

  it('keep suppressions at 0.2 per 1,000 lines', () => {
    expect(suppressionsPerThousand(production)).toBeLessThanOrEqual(0.2);
  });

  it('fail on a file that breaks each of them', () => {
    const header = '// SPDX-License-Identifier: Apache-2.0\n';
    const mute = ['// biome', 'ignore'].join('-');
    expect(fileFaults({ path: 'a.ts', text: `${header}${'\n'.repeat(401)}` })).toEqual([
      'a.ts: 402 lines, at most 400',
    ]);
    expect(fileFaults({ path: 'a/utils/b.ts', text: header })).toEqual([
      'a/utils/b.ts: a drawer; give it a name that says what it does',
    ]);
    expect(fileFaults({ path: 'a.ts', text: '' })).toEqual(['a.ts: no SPDX header']);
    expect(fileFaults({ path: 'a.ts', text: `${header}let x: ${'any'};` })).toEqual(['a.ts: any']);
    expect(fileFaults({ path: 'a.ts', text: `${header}${mute} lint/x\n` })).toEqual([
      'a.ts: a suppression without a reason',
    ]);
  });
});

describe('index files', () => {
  const indexes = sources.filter(({ path }) => /^packages\/[^/]+\/src\/index\.ts$/.test(path));

  it('open with a comment that says what the package is for', () => {
    expect(indexes.length).toBeGreaterThanOrEqual(4);
    for (const { path, text } of indexes) expect(text, path).toMatch(/^(\/\/.*\n)+\n?\/\*\*/);
  });

  it('list their exports by name', () => {
    for (const { path, text } of indexes) expect(text, path).not.toMatch(/export \*/);
  });
});

describe('the tree', () => {
  /** Places that hold for one machine or one network only: the folder of this checkout, and resolved addresses of packages. */
  const isLocal = (text: string): boolean =>
    text.includes(`${ROOT}/`) || /"resolved": "[a-z+]+:\/\//.test(text);

  it('names neither the folder it lies in nor the address a package came from', () => {
    const found = repositoryFiles()
      .filter((path) => !/\.(png|gz|bin|db|woff2)$/.test(path))
      .filter((path) => isLocal(readText(path)));
    expect(found).toEqual([]);
  });

  it('would notice either', () => {
    expect(isLocal(`import '${ROOT}/tools/test.sh'`)).toBe(true);
    expect(isLocal(['"resolved"', '"https://registry.example/x.tgz"'].join(': '))).toBe(true);
    expect(isLocal('"resolved": "packages/scan"')).toBe(false);
  });
});
