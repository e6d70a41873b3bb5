// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf, Severity } from '@bartizan/contracts';
import { countsOf } from '../../format/numbers.ts';

type Histogram = ResponseOf<'event.histogram'>;
/** From the bottom of the stack to its top. */
export const STACK = [
  'critical',
  'high',
  'medium',
  'low',
  'info',
  'unknown',
] as const satisfies readonly Severity[];

export interface StackedBars {
  /** Start of each interval, seconds since the epoch, without gaps. */
  readonly atSeconds: number[];
  /** Per severity the running sum from the bottom, so that bars drawn from the top down form a stack. */
  readonly sums: number[][];
  readonly totals: number[];
  readonly intervalSeconds: number;
}

/** Fills intervals without events with zeros over the whole range (the answer leaves them out) and stacks counts. */
export const stackBars = (histogram: Histogram, fromMs: number, toMs: number): StackedBars => {
  const width = Math.max(1, histogram.intervalMs);
  const known = new Map(
    histogram.buckets.map((bucket) => [Math.floor(bucket.atMs / width), countsOf(bucket.counts)]),
  );
  const first = Math.floor(fromMs / width);
  const last = Math.min(Math.floor((toMs - 1) / width), first + 499);
  const atSeconds: number[] = [];
  const sums: number[][] = STACK.map(() => []);
  const totals: number[] = [];
  for (let index = first; index <= last; index += 1) {
    atSeconds.push((index * width) / 1000);
    let sum = 0;
    for (const [level, severity] of STACK.entries()) {
      sum += known.get(index)?.[severity] ?? 0;
      sums[level]?.push(sum);
    }
    totals.push(sum);
  }
  return { atSeconds, sums, totals, intervalSeconds: width / 1000 };
};

/** What a reader asks for: the address of a moving range stays the same while its ends move. */
interface Wanted {
  readonly filter: string;
  readonly range: string;
}
/** The answer that came last. */
export interface KeptBars extends Wanted {
  readonly data: Histogram;
  readonly fromMs: number;
  readonly toMs: number;
}
/** A failure after which nothing was answered yet. */
export interface KeptFailure extends Wanted {
  readonly error: unknown;
}

/**
 * What is shown while a range moves or another filter is asked: the bars of before, so that nothing flickers. After a
 * failure that is said, and bars of another filter or range are no answer any more.
 */
export const histogramToShow = (
  { last, failed }: { readonly last: KeptBars | undefined; readonly failed: KeptFailure | undefined },
  wanted: Wanted,
): { readonly shown: KeptBars | undefined; readonly failure: KeptFailure | undefined } => {
  const isWanted = (kept: Wanted | undefined): boolean =>
    kept?.filter === wanted.filter && kept.range === wanted.range;
  const failure = isWanted(failed) ? failed : undefined;
  return { shown: failure === undefined || isWanted(last) ? last : undefined, failure };
};

const STEPS_SECONDS = [60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800] as const;
const TICKS_MAX = 9;

/** Round times of the reader's zone between two instants (seconds), few enough to be read. */
export const timeSplits = (fromSeconds: number, toSeconds: number): number[] => {
  const span = Math.max(0, toSeconds - fromSeconds);
  const step = STEPS_SECONDS.find((candidate) => span / candidate <= TICKS_MAX) ?? span;
  if (step === 0) return [];
  const zoneSeconds = new Date(fromSeconds * 1_000).getTimezoneOffset() * -60;
  const first = Math.ceil((fromSeconds + zoneSeconds) / step) * step - zoneSeconds;
  return Array.from(
    { length: Math.floor((toSeconds - first) / step) + 1 },
    (_, index) => first + index * step,
  );
};
