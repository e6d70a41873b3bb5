// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asideOf, removeHalfMade, replaceData, settleData, unfinished } from './data-folder.ts';
import { type InstancePaths, instancePaths } from './paths.ts';

let folder = '';
let paths: InstancePaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-data-folder-'));
  const found = instancePaths({ BARTIZAN_STATE_DIR: join(folder, 'state') });
  if (!found.ok) throw new Error(found.error.detail);
  paths = found.value;
  mkdirSync(paths.backups, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'core.db'), text);
}
const textOf = (path: string): string => readFileSync(join(path, 'core.db'), 'utf8');

describe('data that is replaced', () => {
  it('is aside, and the other in its place', () => {
    put(paths.controller, 'old');
    put(join(paths.state, 'restored'), 'new');
    replaceData(paths, join(paths.state, 'restored'), join(paths.backups, 'aside'));
    expect([textOf(paths.controller), textOf(join(paths.backups, 'aside'))]).toEqual(['new', 'old']);
    expect(readdirSync(paths.state).sort()).toEqual(['backup', 'controller']);
  });

  it('stays, and the other where it was, when it cannot be put aside', () => {
    put(paths.controller, 'old');
    put(join(paths.state, 'restored'), 'new');
    put(join(paths.backups, 'aside'), 'taken');
    const aside = join(paths.backups, 'aside');
    expect(() => replaceData(paths, join(paths.state, 'restored'), aside)).toThrow();
    settleData(paths);
    expect([textOf(paths.controller), textOf(join(paths.state, 'restored'))]).toEqual(['old', 'new']);
  });

  it.each([
    ['after the data was put aside', false],
    ['before that', true],
  ])('is replaced when that was cut off %s', (_when, isThere) => {
    if (isThere) put(paths.controller, 'old');
    put(`${paths.controller}.next`, 'new');
    settleData(paths);
    settleData(paths);
    expect([textOf(paths.controller), existsSync(`${paths.controller}.next`)]).toEqual(['new', false]);
    expect(readdirSync(paths.backups).map((name) => textOf(join(paths.backups, name)))).toEqual(
      isThere ? ['old'] : [],
    );
  });
});

describe('data whose backups lie on another disk', () => {
  it('is put aside beside itself', () => {
    const elsewhere = mkdtempSync(
      join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bartizan-data-folder-'),
    );
    rmSync(paths.backups, { recursive: true });
    symlinkSync(elsewhere, paths.backups);
    try {
      put(paths.controller, 'old');
      put(join(paths.state, 'restored'), 'new');
      replaceData(paths, join(paths.state, 'restored'), asideOf(paths, 'aside'));
      put(`${paths.controller}.next`, 'newest');
      expect(settleData(paths)).toMatchObject({ ok: true });
      expect(textOf(paths.controller)).toBe('newest');
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});

describe('what is half made', () => {
  it('goes when who made it has ended, and nothing else does', () => {
    const { pid } = spawnSync('true');
    const kept = [
      paths.controller,
      unfinished(paths.controller),
      join(paths.state, `restore-${process.pid}`),
      join(paths.state, 'restore-me'),
      join(paths.backups, 'upgrade-2026-01-02T03-04-05-678Z'),
    ];
    const left = [
      `${paths.controller}.back.${pid}.new`,
      join(paths.state, `restore-${pid}`),
      join(paths.backups, `upgrade-2026-01-02T03-04-05-678Z.${pid}.new`),
    ];
    for (const path of [...kept, ...left]) put(path, 'x');
    removeHalfMade(paths);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
    expect(left.filter((path) => existsSync(path))).toEqual([]);
  });
});
