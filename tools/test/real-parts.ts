// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

/** One row of tests/real-parts.json: what runs beside what, and why that is safe. */
export interface RealPart {
  readonly file: string;
  /** Files of a group run one after the other, beside other groups; those of ALONE while nothing else runs. */
  readonly group: string;
  /** How many groups like this one may run at once: fewer for what starts the whole product and promises seconds. */
  readonly atOnce: number;
  /** How long it took on two cores, beside another group: the longest group starts first. */
  readonly seconds: number;
  /** What keeps it from touching what others made, or what it needs the machine for. */
  readonly reason: string;
}

/** Where a file stands that judges the whole machine or counts every event of it. */
export const ALONE = 'alone';

const GIB = 1024 ** 3;
/** A real cluster, its workloads and a browser. */
const LANE_BYTES = 4 * GIB;
/** Real parts wait, but three on two cores took 2.3 times as long each, and what promises seconds failed. */
const LANES_MAX = 3;
/** The numbers from here on belong to the lanes; no file may have one of them for itself (real-parts.test.ts). */
export const FIRST_CLUSTER_NUMBER = 36;

/** How many groups run at once on this machine. */
export const laneCount = (memoryBytes: number = totalmem(), cores: number = availableParallelism()): number =>
  Math.max(1, Math.min(LANES_MAX, cores, Math.floor(memoryBytes / LANE_BYTES)));

/**
 * What the files of a lane are told: clusters side by side need different numbers. And what is written in Go, a cluster
 * most of all, lives for a minute and collects garbage as a server of years does: the start of a cluster costs 9.8 s of
 * CPU instead of 12.1 where it waits for more of it, and 160 MB of memory.
 */
export const laneEnvironment = (lane: number): Readonly<Record<string, string>> => ({
  BARTIZAN_CLUSTER_NUMBER: String(FIRST_CLUSTER_NUMBER + lane),
  GOGC: '400',
});

export const realParts = (root: string): readonly RealPart[] =>
  JSON.parse(readFileSync(join(root, 'tests/real-parts.json'), 'utf8'));

/** Files that run one after the other, beside other groups. */
export interface RealGroup {
  readonly name: string;
  readonly atOnce: number;
  readonly files: readonly string[];
}

/** Groups that run beside others, the longest first. A file that is not listed is in none of them. */
export function groupsBeside(parts: readonly RealPart[]): readonly RealGroup[] {
  const groups = Map.groupBy(
    parts.filter(({ group }) => group !== ALONE),
    ({ group }) => group,
  );
  const secondsOf = (rows: readonly RealPart[]): number =>
    rows.reduce((sum, { seconds }) => sum + seconds, 0);
  return [...groups]
    .toSorted(([, left], [, right]) => secondsOf(right) - secondsOf(left))
    .map(([name, rows]) => ({
      name,
      atOnce: Math.min(...rows.map(({ atOnce }) => atOnce)),
      files: rows.map(({ file }) => file),
    }));
}

/** What is wrong with the list: files without a row, rows without a file, files with two rows, rows that say nothing. */
export function faultsOf(parts: readonly RealPart[], files: readonly string[]): string[] {
  const rows = Map.groupBy(parts, ({ file }) => file);
  return [
    ...files.filter((file) => !rows.has(file)).map((file) => `${file} has no row in tests/real-parts.json`),
    ...[...rows.keys()].filter((file) => !files.includes(file)).map((file) => `${file} is not there`),
    ...[...rows].filter(([, of]) => of.length > 1).map(([file]) => `${file} has several rows`),
    ...parts
      .filter(({ group, reason, seconds }) => group === '' || reason.length < 10 || !(seconds > 0))
      .map(({ file }) => `${file}: group, seconds or reason is missing`),
    ...parts
      .filter(({ group, atOnce }) => (group === ALONE) !== (atOnce === 1) || !(atOnce > 0))
      .map(({ file }) => `${file}: alone is one at once, and nothing else is`),
  ];
}
