// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LONGEST } from './longest-first.ts';
import { programs, workspaces } from './programs.ts';
import { allSteps, unitSteps } from './steps.ts';

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

  it('begin with files that are there', () => {
    expect(LONGEST.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('keep a pass of nothing but checks, and of unit tests for a day', () => {
    for (const { name, phase, reads, keptMs } of allSteps(ROOT).filter((step) => step.reads !== undefined))
      expect([name, phase, reads !== undefined && phase === 'unit' ? keptMs : undefined]).toEqual([
        name,
        expect.stringMatching(/^(check|unit)$/),
        phase === 'unit' ? 86_400_000 : undefined,
      ]);
    expect(unitSteps().at(-1)?.reads).toBeUndefined();
  });
});

/** Programs that the testkit starts, in real parts and slow tests only. */
const STARTED = /^packages\/testkit\/src\/(attack|host)\//;

/** Files of the checkout that a text names by their path, from its root or from its own folder. */
const namedIn = (text: string, known: ReadonlySet<string>): string[] =>
  [...text.matchAll(/['"`/]((?:apps|tests|controls|bench)\/[\w./-]+)/g)].flatMap(([, path = '']) =>
    known.has(path) ? [path] : [],
  );

describe('the parts of the unit tests whose passes are kept', () => {
  const known = new Set([
    ...files,
    ...files.flatMap((path) => path.split('/').map((_part, at, all) => all.slice(0, at).join('/'))),
  ]);
  const code = files.filter((path) => /\.tsx?$/.test(path) && !/\.(real|slow)\.test\.ts$/.test(path));
  const unread = (reads: (path: string) => boolean, path: string, text: string): string[] =>
    namedIn(text, known).filter((named) => !reads(named) && !reads(`${named}/x`) && !STARTED.test(path));

  it('read each of their own files', () => {
    for (const { command, reads } of unitSteps())
      for (const file of reads === undefined ? [] : files.filter((path) => /\.test\.tsx?$/.test(path)))
        if (picks(command, file)) expect([file, reads?.(file)]).toEqual([file, true]);
  });

  it('know nothing of what they do not read', () => {
    const wrong = unitSteps().flatMap(({ name, reads }) =>
      reads === undefined
        ? []
        : code
            .filter((path) => reads(path) && /^(packages|apps)\//.test(path))
            .flatMap((path) => unread(reads, path, readFileSync(join(ROOT, path), 'utf8')))
            .map((named) => `${name}: ${named}`),
    );
    expect(wrong).toEqual([]);
    const started = code.filter((path) => /^(packages|apps)\//.test(path) && !STARTED.test(path));
    const starting = started.filter((path) =>
      /testkit\/(attack|host)['/]/.test(readFileSync(join(ROOT, path), 'utf8')),
    );
    expect(starting.filter((path) => path.endsWith('.test.ts'))).toEqual([]);
  });

  it('are found to know of it when they do', () => {
    const [packages] = unitSteps();
    if (packages?.reads === undefined) throw new Error('nothing is kept');
    const text = "import { a } from '../../../../tests/architecture/edges.ts';";
    expect(unread(packages.reads, 'packages/engine/src/x.test.ts', text)).toEqual([
      'tests/architecture/edges.ts',
    ]);
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
