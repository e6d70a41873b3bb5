// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Length of the range that `events24h` counts, in milliseconds. */
export const DAY_MS = 24 * 3600_000;

/** Turns counts into the form of the contracts: numbers as text. */
export const countsAsText = (counts: Iterable<readonly [string, number]>): Record<string, string> =>
  Object.fromEntries(
    [...counts].filter(([, count]) => count > 0).map(([key, count]) => [key, String(count)]),
  );

/** Values that one filter term may hold. */
const CHUNK = 100;

/** Values in parts that a filter takes. */
export function inChunks<T>(values: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < values.length; at += CHUNK) parts.push(values.slice(at, at + CHUNK));
  return parts;
}
