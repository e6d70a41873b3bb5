// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, matchesGlob, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { programs, workspaces } from './programs.ts';
import { allSteps } from './steps.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
})
  .toString()
  .split('\0')
  .filter((path) => existsSync(join(ROOT, path)));

/** Whether a vitest command picks a file, by its filters and exclusions. */
const picks = (command: readonly string[], file: string): boolean => {
  const words = command.slice(command.indexOf('run') + 1);
  const excluded = words.flatMap((word) => (word.startsWith('--exclude=') ? [word.slice(10)] : []));
  const filters = words.filter((word) => !word.startsWith('-'));
  return (
    !excluded.some((glob) => matchesGlob(file, glob)) &&
    (filters.length === 0 || filters.some((filter) => file.includes(filter)))
  );
};

describe('the steps', () => {
  it('run every test file once', () => {
    const steps = allSteps(ROOT).filter(({ counting }) => counting === 'vitest');
    const tests = files.filter((path) => /\.test\.tsx?$/.test(path));
    expect(tests.length).toBeGreaterThan(200);
    const wrong = tests
      .map((file) => ({
        file,
        by: steps.filter(({ command }) => picks(command, file)).map(({ name }) => name),
      }))
      .filter(({ by }) => by.length !== 1);
    expect(wrong).toEqual([]);
  });

  it('keep a pass of nothing but checks', () => {
    for (const step of allSteps(ROOT))
      expect([step.name, step.reads !== undefined]).toEqual([step.name, step.phase === 'check']);
  });
});

describe('the type checks', () => {
  it('look at every project of every workspace', () => {
    const include = programs(ROOT).flatMap(({ config }) => config.include);
    expect(
      workspaces(ROOT).filter((folder) => !include.some((path) => path.startsWith(`../${folder}/`))),
    ).toEqual([]);
  });

  it('keep the pure packages without ambient types, and the console without those of Node', () => {
    const named = Object.fromEntries(programs(ROOT).map(({ name, folders }) => [name, folders]));
    expect(named['none']).toEqual(['packages/contracts', 'packages/engine']);
    expect(named['vite/client']).toEqual(['apps/console']);
  });
});
