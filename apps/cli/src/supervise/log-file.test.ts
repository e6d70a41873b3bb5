// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

let folder = '';
let path = '';
let log: LogFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-log-'));
  path = join(folder, 'a.log');
  log = new LogFile(path, { maxBytes: 100, keep: 2 });
  log.write('x'.repeat(100));
});
afterEach(() => {
  log.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a log that is full', () => {
  it('goes on when somebody removed the file', () => {
    rmSync(path);
    log.write('later\n');
    expect([readFileSync(path, 'utf8'), log.failedWrites]).toEqual(['later\n', 0]);
  });

  it('loses nothing else than its own lines when its rotation fails, and goes on when it no longer does', () => {
    // A folder in the way of the older file: renaming onto it fails.
    mkdirSync(`${path}.1`);
    mkdirSync(`${path}.2`);
    mkdirSync(`${path}.2/in-the-way`);
    log.write('lost\n');
    const other = openSync(join(folder, 'other'), 'w');
    log.write('lost as well\n');
    log.write('lost as well\n');
    expect(log.failedWrites).toBe(3);
    writeSync(other, 'mine\n');
    expect([fstatSync(other).size, readFileSync(join(folder, 'other'), 'utf8')]).toEqual([5, 'mine\n']);
    closeSync(other);
    rmdirSync(`${path}.2/in-the-way`);
    log.write('later\n');
    expect([readFileSync(path, 'utf8'), existsSync(`${path}.1`)]).toEqual(['later\n', true]);
  });
});
