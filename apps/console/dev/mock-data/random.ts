// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A small generator with a fixed seed (mulberry32): the mock is the same on every run. */
export const seeded = (seed: number) => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (limit: number): number => Math.floor(next() * limit),
    hex: (length: number): string =>
      Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join(''),
    pick: <T>(items: readonly [T, ...T[]]): T => items[Math.floor(next() * items.length)] ?? items[0],
  };
};
export type Random = ReturnType<typeof seeded>;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
/** The present of the mock: whole minutes, fixed at start. */
export const NOW_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
export const BASE = { cluster: 'local', tenant: 'default' } as const;
