// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Reviews of one batch: more of them do not fit into the caches of a processor together. */
const REVIEWS_MAX = 32;
/** A larger review fills the caches by itself, and holds memory while it waits. */
const BYTES_MAX = 64 * 1024;

/**
 * Gathers the reviews that came in while the event loop read its sockets, and gives them on together before it reads on:
 * at once where they are many, or one is large. A review that is alone waits for nothing but that.
 */
export class ReviewBatch<T> {
  readonly #answer: (reviews: readonly T[]) => void;
  #waiting: T[] = [];
  #soon: NodeJS.Immediate | undefined;
  /** Reviews are being answered: what is asked next, because of that, waits for the next time, however much it is. */
  #isAnswering = false;

  constructor(answer: (reviews: readonly T[]) => void) {
    this.#answer = answer;
  }

  add(review: T, bytes: number): void {
    const isLarge = bytes > BYTES_MAX;
    // Those that came before are not to wait for it.
    if (isLarge) this.flush();
    this.#waiting.push(review);
    if ((isLarge || this.#waiting.length >= REVIEWS_MAX) && !this.#isAnswering) this.flush();
    else this.#soon ??= setImmediate(() => this.flush());
  }

  /** Gives on what waits. */
  flush(): void {
    if (this.#isAnswering) return;
    clearImmediate(this.#soon);
    this.#soon = undefined;
    const reviews = this.#waiting;
    if (reviews.length === 0) return;
    this.#waiting = [];
    this.#isAnswering = true;
    try {
      this.#answer(reviews);
    } finally {
      this.#isAnswering = false;
    }
  }
}
