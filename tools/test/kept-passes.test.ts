// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptPasses } from './kept-passes.ts';

const CHECK = { name: 'types', command: ['tsc'], reads: (path: string) => path.endsWith('.ts') };
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-kept-'));
  execFileSync('git', ['init', '-q', root]);
  writeFileSync(join(root, '.gitignore'), 'node_modules/\n');
  writeFileSync(join(root, 'a.ts'), 'export const a = 1;\n');
  writeFileSync(join(root, 'README.md'), '# a\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const keyNow = (): string | undefined => new KeptPasses(root).keyOf(CHECK);

describe('kept passes', () => {
  it('are found again on the same files only', () => {
    const passes = new KeptPasses(root);
    const key = passes.keyOf(CHECK) ?? '';
    expect(passes.has(key)).toBe(false);
    passes.keep(key);
    expect(new KeptPasses(root).has(keyNow() ?? '')).toBe(true);
    writeFileSync(join(root, 'a.ts'), 'export const a: string = 1;\n');
    expect(passes.has(keyNow() ?? '')).toBe(false);
  });

  it.each([
    ['a file that it reads is new', () => writeFileSync(join(root, 'b.ts'), '')],
    ['a file that it reads is gone', () => rmSync(join(root, 'a.ts'))],
    ['the packages are others', () => writeFileSync(join(root, 'package-lock.json'), '{}')],
    ['the compiler options are others', () => writeFileSync(join(root, 'tsconfig.base.json'), '{}')],
    [
      'the steps are others',
      () => {
        mkdirSync(join(root, 'tools/test'), { recursive: true });
        writeFileSync(join(root, 'tools/test/steps.ts'), '');
      },
    ],
  ])('have another key when %s', (_what, change) => {
    const before = keyNow();
    change();
    expect(keyNow()).not.toBe(before);
  });

  it('do not depend on files that the check does not read', () => {
    const before = keyNow();
    writeFileSync(join(root, 'README.md'), '# b\n');
    expect(keyNow()).toBe(before);
  });

  it('tell one check from another, and one command from another', () => {
    const passes = new KeptPasses(root);
    const keys = [
      passes.keyOf(CHECK),
      passes.keyOf({ ...CHECK, name: 'lint' }),
      passes.keyOf({ ...CHECK, command: ['tsc', '-p', 'x'] }),
    ];
    expect(new Set(keys).size).toBe(3);
  });

  it('are none where git does not tell the files', () => {
    rmSync(join(root, '.git'), { recursive: true });
    expect(keyNow()).toBeUndefined();
  });

  it('are believed for as long as is said', () => {
    const passes = new KeptPasses(root);
    const key = passes.keyOf(CHECK) ?? '';
    passes.keep(key);
    expect(passes.has(key, 60_000)).toBe(true);
    const record = join(root, 'node_modules/.cache/bartizan-passes', key);
    utimesSync(record, new Date(), new Date(Date.now() - 61_000));
    expect([passes.has(key, 60_000), passes.has(key)]).toEqual([false, true]);
  });

  it('are not kept without end', () => {
    const passes = new KeptPasses(root);
    for (let at = 0; at < 210; at += 1) passes.keep(at.toString(16).padStart(64, '0'));
    expect(readdirSync(join(root, 'node_modules/.cache/bartizan-passes')).length).toBe(200);
  });
});
