// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One number of the README's table. */
export interface BenchEntry {
  readonly id: string;
  readonly title: { readonly en: string; readonly ja: string };
  readonly value: number;
  readonly unit: string;
  readonly goal: { readonly comparison: 'at-most' | 'at-least'; readonly value: number };
  /** Every run, in the order they were made. */
  readonly samples: readonly number[];
  readonly note?: string;
}

const FILE = join(dirname(fileURLToPath(import.meta.url)), 'results.json');

/** Whether a number reaches its goal. */
export const reaches = ({ value, goal }: Pick<BenchEntry, 'value' | 'goal'>): boolean =>
  goal.comparison === 'at-most' ? value <= goal.value : value >= goal.value;

/** The middle of some numbers. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Prints an entry and puts it into results.json, in place of the last one with its id. */
export function record(entry: BenchEntry, file = FILE): void {
  const kept: Record<string, unknown> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const whole = {
    ...entry,
    reached: reaches(entry),
    n: entry.samples.length,
    spread: [Math.min(...entry.samples), Math.max(...entry.samples)],
    date: new Date().toISOString().slice(0, 10),
    machine: { cpus: cpus().length, memoryBytes: totalmem(), kernel: release(), node: process.version },
  };
  kept[entry.id] = whole;
  const sorted = Object.fromEntries(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(`${file}.new`, `${JSON.stringify(sorted, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  const sign = entry.goal.comparison === 'at-most' ? '<=' : '>=';
  process.stdout.write(
    `${entry.id}: ${entry.value} ${entry.unit} (goal ${sign} ${entry.goal.value}: ${whole.reached ? 'reached' : 'MISSED'}; n ${whole.n}, spread ${whole.spread.join('..')})\n`,
  );
}
