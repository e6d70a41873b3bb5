// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Failures in a row after which a name is locked. */
export const FAILURES_BEFORE_LOCK = 5;
/** How long a lock lasts, in milliseconds. */
export const LOCK_MS = 15 * 60_000;

/** What is remembered of failed sign-ins of one name. */
export interface LockState {
  readonly failures: number;
  readonly lockedUntilMs?: number;
}

/** A name without failures. */
export const UNLOCKED: LockState = { failures: 0 };

/** End of the lock of a name, undefined = it may try now. After the clock jumped back no lock holds longer than `LOCK_MS`. */
export const lockEndMs = ({ lockedUntilMs }: LockState, nowMs: number): number | undefined =>
  lockedUntilMs !== undefined && nowMs < lockedUntilMs && lockedUntilMs - nowMs <= LOCK_MS
    ? lockedUntilMs
    : undefined;

/** The state after one more failure, of a name that is not locked now. A lock that ended starts the count again. */
export function afterFailure(state: LockState, nowMs: number): LockState {
  const failures = (state.lockedUntilMs === undefined ? state.failures : 0) + 1;
  return failures < FAILURES_BEFORE_LOCK ? { failures } : { failures, lockedUntilMs: nowMs + LOCK_MS };
}
