// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Item } from '../pod/evaluation.ts';
import { unknown } from '../request.ts';
import type { Witness } from './node.ts';

/** An item as a whole: what is violated by what is not there has no comparison to show. */
export const wholeItem = (item: Item, isAlone: boolean): Witness => ({
  item,
  field: undefined,
  condition: undefined,
  actual: undefined,
  unknown: undefined,
  held: true,
  isAlone,
});

const MORE = unknown('it may be violated at more places than are looked for');

/** Says that there are more witnesses than are kept. */
export const beyond = ({ root }: Item): Witness => ({ ...wholeItem(root, false), unknown: MORE });
export const isBeyond = (witness: Witness): boolean => witness.unknown === MORE;

const isRequest = (item: Item): boolean => item === item.root;

/**
 * What the parts of a condition are violated by, part after part. It marks what holds of the request alone: one such part
 * is enough where each is a violation by itself; where only all of them together are one, all must be such. Without the
 * mark a violation of the pod would count as a mere circumstance of one in a container, and who answers for that
 * container would answer for it too.
 */
export class Support {
  readonly #out: Witness[];
  readonly #isEither: boolean;
  readonly #start: number;
  /** Items of parts that have nothing to show. */
  readonly #bare: Item[] = [];
  #from: number;
  #isAlone = true;

  /** `isEither`: each part is a violation by itself. */
  constructor(out: Witness[], isEither: boolean) {
    this.#out = out;
    this.#isEither = isEither;
    this.#start = out.length;
    this.#from = out.length;
  }

  /** Ends a part that was asked of this item: what was added since the one before is its own. */
  partEnds(item: Item): void {
    const out = this.#out;
    const from = this.#from;
    const isBare = out.length === from;
    let isOfRequest = !isBare || isRequest(item);
    let isAlone = false;
    for (let at = from; at < out.length; at += 1) {
      const witness = out[at];
      if (witness === undefined) continue;
      if (!isRequest(witness.item) || isBeyond(witness)) isOfRequest = false;
      if (witness.isAlone) isAlone = true;
    }
    if (!isOfRequest && !isAlone) this.#isAlone = false;
    if (isBare) this.#bare.push(item);
    else if (isOfRequest && this.#isEither) this.#mark(from, true);
    this.#from = out.length;
  }

  /** Ends the last part. */
  ends(): void {
    if (!this.#isEither) {
      if (!this.#isAlone) this.#mark(this.#start, false);
      return;
    }
    // Beside others that have something to show, those that have nothing would pass in silence.
    if (this.#bare.length === 0 || this.#out.length === this.#start) return;
    const shown = this.#out.slice(this.#start);
    for (const item of this.#bare) {
      const isAlone = isRequest(item);
      if (!shown.some((witness) => witness.item === item && witness.isAlone === isAlone))
        this.#out.push(wholeItem(item, isAlone));
    }
  }

  #mark(from: number, isAlone: boolean): void {
    for (let at = from; at < this.#out.length; at += 1) {
      const witness = this.#out[at];
      if (witness !== undefined) witness.isAlone = isAlone;
    }
  }
}
