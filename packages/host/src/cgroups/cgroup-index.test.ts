// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCgroupIndex } from './cgroup-index.ts';

describe('processes in a control group', () => {
  let keyRoot = '';
  beforeEach(() => {
    keyRoot = mkdtempSync(join(tmpdir(), 'bartizan-cgroups-'));
    mkdirSync(join(keyRoot, 'web'));
  });
  afterEach(() => rmSync(keyRoot, { recursive: true, force: true }));

  const processesIn = (path: string, lines: string): number[] => {
    writeFileSync(join(keyRoot, 'web/cgroup.procs'), lines);
    const layout = { mode: 'v2', keyRoot, keyHierarchy: 'unified', unifiedRoot: keyRoot } as const;
    return openCgroupIndex(layout).processesIn(path);
  };

  it.each([
    ['are those it lists', '101\n102\n', [101, 102]],
    ['are none in an empty one', '', []],
    ['are not those of another namespace', '0\n7\n', [7]],
    [
      'are a few of many',
      Array.from({ length: 100 }, (_, at) => `${at + 1}\n`).join(''),
      [1, 2, 3, 4, 5, 6, 7, 8],
    ],
    ['are not the half of a number', `${'9'.repeat(250)}\n1234567\n`, []],
  ])('%s', (_what, lines, expected) => {
    expect(processesIn('/web', lines)).toEqual(expected);
  });

  it.each(['/gone', '/a/../web', 'web', ''])('are none in %j', (path) => {
    expect(processesIn(path, '101\n')).toEqual([]);
  });
});
