// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const TEXTS_MAX = 16_384;
/** Shorter ones JSON readers share by themselves. */
const CHARS_MIN = 11;
const CHARS_MAX = 512;
const DEPTH_MAX = 64;

/**
 * Holds equal texts of many objects once. Objects of a cluster repeat each other (commands, paths, labels, images), and
 * a reader of JSON makes each text anew. What is put in its place is equal, so nobody can tell.
 */
export class SharedTexts {
  #texts = new Map<string, string>();

  /** Puts shared texts into a JSON value, in place; what is frozen stays as it is. */
  share(value: unknown, depth = 0): void {
    if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return;
    if (Array.isArray(value)) {
      const list: unknown[] = value;
      for (let at = 0; at < list.length; at += 1) {
        const one = list[at];
        if (typeof one === 'object') this.share(one, depth + 1);
        else if (this.#isLong(one) && !Object.isFrozen(list)) list[at] = this.#shared(one);
      }
      return;
    }
    const holder = value as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      const one = holder[key];
      if (typeof one === 'object') this.share(one, depth + 1);
      else if (this.#isLong(one) && !Object.isFrozen(holder)) holder[key] = this.#shared(one);
    }
  }

  #isLong(value: unknown): value is string {
    return typeof value === 'string' && value.length >= CHARS_MIN && value.length <= CHARS_MAX;
  }

  /** Texts that nothing shares come and go: what many objects have is here again at once. */
  #shared(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= TEXTS_MAX) this.#texts = new Map();
    this.#texts.set(text, text);
    return text;
  }
}
