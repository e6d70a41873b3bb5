// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Longest lifetime of a key. */
export const KEY_DAYS_MAX = 366;

/** The lifetime that was typed; undefined while it is none, as in a field that was just emptied. */
export function keyDays(typed: number | string): number | undefined {
  const days = typeof typed === 'number' ? typed : Number(typed.trim() || Number.NaN);
  return Number.isInteger(days) && days >= 1 && days <= KEY_DAYS_MAX ? days : undefined;
}
