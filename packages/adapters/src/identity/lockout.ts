// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Failures in a row after which a name is locked. */
export const FAILURES_BEFORE_LOCK = 5;
const FIRST_LOCK_MS = 60_000;
const LONGEST_LOCK_MS = 24 * 3_600_000;
/** Failures further back than this are forgotten. */
const FORGET_MS = 24 * 3_600_000;

/** What is remembered of failed sign-ins of one name. */
export interface LockState {
  readonly failures: number;
  readonly lastFailureAtMs: number;
  readonly lockedUntilMs?: number;
}

/** A name without failures. */
export const UNLOCKED: LockState = { failures: 0, lastFailureAtMs: 0 };

/** Whether a name may try now. A clock that jumped back never makes a lock longer than the longest one. */
export const isLocked = (state: LockState, nowMs: number): boolean =>
  state.lockedUntilMs !== undefined &&
  nowMs < state.lockedUntilMs &&
  state.lockedUntilMs - nowMs <= LONGEST_LOCK_MS;

/** The state after one more failure: from the fifth on each one locks, one minute first, doubling up to a day. */
export function afterFailure(state: LockState, nowMs: number): LockState {
  const isForgotten = nowMs - state.lastFailureAtMs > FORGET_MS;
  const failures = (isForgotten ? 0 : state.failures) + 1;
  if (failures < FAILURES_BEFORE_LOCK) return { failures, lastFailureAtMs: nowMs };
  const doublings = Math.min(failures - FAILURES_BEFORE_LOCK, 20);
  const lockMs = Math.min(FIRST_LOCK_MS * 2 ** doublings, LONGEST_LOCK_MS);
  return { failures, lastFailureAtMs: nowMs, lockedUntilMs: nowMs + lockMs };
}
