// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Restorations of one thing that come sooner after each other than that belong together. */
const TOGETHER_MS = 10_000;
/** So many at once are an attack or a mistake; more are somebody who wants it otherwise, again and again. */
const AT_ONCE = 3;
const FIRST_WAIT_MS = 100;
/** A second is promised until something is back. */
const WAIT_MAX_MS = 800;
/** After an API server was away or too busy. */
const AGAIN_MS = 500;
const AGAIN_MAX_MS = 15_000;
/** How often such a dispute is told while it lasts. */
const TOLD_MS = 60_000;
/** What may be otherwise in a moment; whoever refuses will refuse again. */
const PASSING = new Set(['E_KUBE_BUSY', 'E_KUBE_UNREACHABLE', 'E_KUBE_CONFLICT', 'E_KUBE_ANSWER']);

/** An API server that starts says this of what it permits in a moment. */
const DOUBTED = new Set(['E_KUBE_NOT_PERMITTED', 'E_KUBE_LOGIN']);

/** Whether it is worth trying again soon; `wasDone`: the API server did it before. */
export const isPassing = (code: string, wasDone: boolean): boolean =>
  PASSING.has(code) || (wasDone && DOUBTED.has(code));

interface Dispute {
  readonly lastAtMs: number;
  readonly count: number;
  readonly toldAtMs: number;
  readonly untold: number;
}
/** What became of a restoration. */
export interface Noted {
  /** Whether it is told now; else it is counted, and told with the next. */
  readonly isTold: boolean;
  /** Restorations that were not told since the last one that was. */
  readonly untold: number;
  /** Somebody else keeps the same thing otherwise, for instance another controller of this name. */
  readonly isDispute: boolean;
}

/**
 * How soon something is put back once more. Two who want it differently, for instance two controllers of one name, would
 * write as fast as the API server takes it, and fill the audit log: neither of them gives up, and neither is faster
 * than what is promised.
 */
export class RestorePace {
  readonly #nowMs: () => number;
  readonly #disputes = new Map<string, Dispute>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #isClosed = false;
  readonly #failures = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Until it may be put back; 0: at once. */
  waitMs(key: string): number {
    const { count, lastAtMs } = this.#current(key) ?? { count: 0, lastAtMs: 0 };
    if (count < AT_ONCE) return 0;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(count - AT_ONCE, 10), WAIT_MAX_MS);
    return Math.max(lastAtMs + wait - this.#nowMs(), 0);
  }

  /** Puts it back when it is time; while that is awaited, what else is told of it changes nothing. */
  soon(key: string, putBack: () => void): void {
    const waitMs = this.waitMs(key);
    if (waitMs <= 0) putBack();
    else this.#later(key, waitMs, putBack);
  }

  /** Tries again what an API server did not do that is away or too busy: soon first, then ever less often. */
  again(key: string, putBack: () => void): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#later(key, Math.min(AGAIN_MS * 2 ** Math.min(failures, 10), AGAIN_MAX_MS), putBack);
  }

  /** The API server did it, or said that it will not. */
  answered(key: string): void {
    this.#failures.delete(key);
  }

  #later(key: string, waitMs: number, act: () => void): void {
    if (this.#timers.has(key) || this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      act();
    }, waitMs);
    this.#timers.set(key, timer.unref());
  }

  /** Nothing is put back any more. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Whether somebody else keeps it otherwise now. */
  isDispute(key: string): boolean {
    return (this.#current(key)?.count ?? 0) > 2 * AT_ONCE;
  }

  /** It was put back. */
  note(key: string): Noted {
    const nowMs = this.#nowMs();
    const before = this.#current(key);
    const count = (before?.count ?? 0) + 1;
    const isDispute = count > 2 * AT_ONCE;
    const isTold = !isDispute || nowMs - (before?.toldAtMs ?? 0) >= TOLD_MS;
    const untold = before?.untold ?? 0;
    this.#disputes.set(key, {
      lastAtMs: nowMs,
      count,
      toldAtMs: isTold ? nowMs : (before?.toldAtMs ?? nowMs),
      untold: isTold ? 0 : untold + 1,
    });
    return { isTold, untold: isTold ? untold : untold + 1, isDispute };
  }

  #current(key: string): Dispute | undefined {
    const known = this.#disputes.get(key);
    if (known === undefined) return undefined;
    // A clock that was set back ends nothing early, and holds nothing up.
    const agoMs = this.#nowMs() - known.lastAtMs;
    return agoMs >= 0 && agoMs < TOGETHER_MS ? known : undefined;
  }
}
