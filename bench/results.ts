// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One measured number of the README, as it is kept in bench/results.json. */
export interface BenchResult {
  readonly id: string;
  readonly title: { readonly en: string; readonly ja: string };
  readonly unit: string;
  /** What was promised, for instance `>= 50000`. */
  readonly goal: string;
  readonly value: number;
  /** The other side, measured in the same run. */
  readonly baseline?: {
    readonly title: { readonly en: string; readonly ja: string };
    readonly value: number;
  };
  /** Number of measurements behind the value. */
  readonly n: number;
  /** Smallest and largest of the measurements. */
  readonly spread: readonly [number, number];
  readonly date: string;
  readonly machine: string;
  /** Whether the goal was reached; a missed goal is shown as missed. */
  readonly met: boolean;
  /** What else should be known, one fact a line. */
  readonly notes?: readonly string[];
}

const FILE = join(dirname(fileURLToPath(import.meta.url)), 'results.json');

/** What measured: CPU, cores, memory, Node. */
export function machine(): string {
  const [first] = cpus();
  const memoryGb = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} x ${first?.model.trim() ?? arch()}, ${memoryGb} GB, Node ${process.versions.node}`;
}

/** The middle of some measurements. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** A percentile (nearest rank) of some measurements. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Smallest and largest. */
export const spreadOf = (values: readonly number[]): readonly [number, number] => [
  Math.min(...values),
  Math.max(...values),
];

/** Rounds to three significant digits, for people. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

type Measured = Omit<BenchResult, 'date' | 'machine'>;

/** Prints both sides of a measurement and keeps it in bench/results.json, in place of the one before. */
export function record(measured: Measured): void {
  const result: BenchResult = {
    ...measured,
    value: rounded(measured.value),
    spread: [rounded(measured.spread[0]), rounded(measured.spread[1])],
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    notes: [
      ...(measured.notes ?? []),
      `load average of the machine ${(loadavg()[0] ?? 0).toFixed(1)} when measured`,
    ],
  };
  const verdict = result.met ? 'met' : 'MISSED';
  process.stdout.write(`${result.id}: ${result.value} ${result.unit} (goal ${result.goal}: ${verdict})\n`);
  process.stdout.write(
    `  n ${result.n}, spread ${result.spread.join(' to ')}, ${result.date}, ${result.machine}\n`,
  );
  if (result.baseline !== undefined) {
    process.stdout.write(
      `  baseline: ${result.baseline.title.en}: ${rounded(result.baseline.value)} ${result.unit}\n`,
    );
  }
  for (const note of result.notes ?? []) process.stdout.write(`  ${note}\n`);
  keep(result);
}

/** Results are an object by id. One bench writes at a time; a second one waits for the first. */
function keep(result: BenchResult): void {
  const lock = `${FILE}.lock`;
  const held = holdLock(lock);
  try {
    const all = { ...readResults(), [result.id]: result };
    const sorted = Object.fromEntries(Object.entries(all).sort(([left], [right]) => (left < right ? -1 : 1)));
    writeFileSync(`${FILE}.new`, `${JSON.stringify(sorted, undefined, 2)}\n`);
    renameSync(`${FILE}.new`, FILE);
  } finally {
    closeSync(held);
    rmSync(lock);
  }
}

const LOCK_TRIES = 100;

function holdLock(lock: string): number {
  for (let tries = 0; ; tries++) {
    try {
      return openSync(lock, 'wx');
    } catch (error) {
      if (tries >= LOCK_TRIES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
}

/** All results by id, for those who copy them into documents. */
export const readResults = (): Readonly<Record<string, BenchResult>> =>
  existsSync(FILE) ? parseResults(readFileSync(FILE, 'utf8')) : {};

function parseResults(text: string): Readonly<Record<string, BenchResult>> {
  return JSON.parse(text);
}
