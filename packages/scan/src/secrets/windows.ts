// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A part of a text that one rule's pattern has to look at, in bytes from the start of the text. */
export interface TextWindow {
  readonly rule: number;
  readonly start: number;
  readonly end: number;
}

interface OpenWindow {
  start: number;
  end: number;
}

/**
 * Longest window made of several: beyond it a new one begins. A pattern then sees each byte a bounded number of times,
 * however often its keyword occurs.
 */
const MERGED_BYTES = 8_192;

/** Collects the windows around keywords, one open window a rule, and gives those whose bytes are all there. */
export class WindowPlanner {
  readonly #open = new Map<number, OpenWindow>();
  #ready: TextWindow[] = [];

  /** A keyword of a rule: its window joins the open one when they touch. */
  add(rule: number, start: number, end: number): void {
    const open = this.#open.get(rule);
    if (open !== undefined && start <= open.end && end - open.start <= Math.max(MERGED_BYTES, end - start)) {
      open.end = Math.max(open.end, end);
      return;
    }
    if (open !== undefined) this.#ready.push({ rule, ...open });
    this.#open.set(rule, { start: Math.max(0, start), end });
  }

  /** Windows that end within the first `length` bytes; all of them when the text is at its end. */
  take(length: number, isEnd: boolean): TextWindow[] {
    for (const [rule, open] of this.#open) {
      if (!isEnd && open.end > length) continue;
      this.#ready.push({ rule, ...open });
      this.#open.delete(rule);
    }
    const ready = this.#ready.filter((window) => isEnd || window.end <= length);
    this.#ready = isEnd ? [] : this.#ready.filter((window) => window.end > length);
    return ready;
  }

  /** The first byte that a window still waits for; `otherwise` when none does. */
  firstNeeded(otherwise: number): number {
    let first = otherwise;
    for (const window of this.#open.values()) first = Math.min(first, window.start);
    for (const window of this.#ready) first = Math.min(first, window.start);
    return first;
  }
}
