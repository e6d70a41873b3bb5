// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseMountinfo } from '../procfs/mountinfo.ts';
import { readChanges, upperDirectory } from './upper-directory.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-upper-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the upper directory', () => {
  const line = (target: string, filesystem: string, options: string): string =>
    `25 0 0:22 / ${target} rw,relatime - ${filesystem} overlay rw,${options}`;
  it.each([
    ['of an overlay', [line('/', 'overlay', 'lowerdir=/a:/b,upperdir=/var/up,workdir=/w')], '/var/up'],
    [
      'of the last mount on the root',
      [line('/', 'overlay', 'upperdir=/old'), line('/', 'overlay', 'upperdir=/new')],
      '/new',
    ],
    ['of an overlay below the root', [line('/x', 'overlay', 'upperdir=/x')], undefined],
    ['of a read-only overlay', [line('/', 'overlay', 'lowerdir=/a:/b')], undefined],
    ['of another file system', [line('/', 'ext4', 'upperdir=/x')], undefined],
    ['without a path', [line('/', 'overlay', 'upperdir=')], undefined],
  ])('%s', (_what, lines, expected) => {
    expect(upperDirectory(parseMountinfo(lines.join('\n')))).toBe(expected);
  });
});

describe('changes', () => {
  const write = (path: string, mode = 0o644): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), 'x');
    chmodSync(join(folder, path), mode);
  };

  it('are files and links as they lie there, and programs among them', () => {
    write('etc/passwd');
    write('tmp/miner', 0o755);
    symlinkSync('/etc', join(folder, 'tmp/out'));
    expect(readChanges(folder)).toEqual({
      changed: ['/etc/passwd', '/tmp/miner', '/tmp/out'],
      executable: ['/tmp/miner'],
      removed: [],
      isComplete: true,
    });
  });

  it('end at their limits, and say so', () => {
    for (const name of ['a', 'b', 'c']) write(`d/${name}`);
    expect(readChanges(folder, { entries: 2, depth: 9 })).toMatchObject({ isComplete: false });
    expect(readChanges(folder, { entries: 9, depth: 0 })).toMatchObject({ changed: [], isComplete: false });
    expect(readChanges(join(folder, 'absent'))).toMatchObject({ changed: [], isComplete: false });
  });
});
