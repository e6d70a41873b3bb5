// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Places of one text where rules saw something, so that windows which overlap do not tell it twice. Windows of a rule come
 * in the order of their starts: what was left out before the newest one is not met again and is forgotten, however many
 * look-alikes a text holds. What was kept is counted to its end.
 */
export class SeenPlaces {
  readonly #kept = new Map<number, Set<number>>();
  readonly #left = new Map<number, Set<number>>();
  #keptCount = 0;

  /** How many were kept. */
  get keptCount(): number {
    return this.#keptCount;
  }

  /** A window of a rule begins. */
  begin(rule: number, start: number): void {
    const left = this.#left.get(rule);
    if (left === undefined) return;
    for (const place of left) {
      if (place >= start) break;
      left.delete(place);
    }
  }

  has(rule: number, place: number): boolean {
    return this.#kept.get(rule)?.has(place) === true || this.#left.get(rule)?.has(place) === true;
  }

  add(rule: number, place: number, isKept: boolean): void {
    const places = isKept ? this.#kept : this.#left;
    const known = places.get(rule);
    if (known === undefined) places.set(rule, new Set([place]));
    else known.add(place);
    if (isKept) this.#keptCount += 1;
  }
}
