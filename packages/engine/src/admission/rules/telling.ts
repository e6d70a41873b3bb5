// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { type Evaluation, once } from '../pod/evaluation.ts';
import { type Node, WITNESSES_MAX, type Witness } from './node.ts';
import { isBeyond } from './support.ts';
import type { Answer } from './three-valued.ts';
import { morePlaces, placesOf, type ViolatingPlace, Wording, wholeObject } from './violation.ts';

/** What one object violates a condition by, with what is said of it. */
export interface Told {
  readonly witnesses: readonly Witness[];
  readonly places: readonly ViolatingPlace[];
}

/** A condition with what is said where it is violated. */
export class Telling {
  readonly #node: Node;
  readonly #wording: Wording;
  readonly #name: string;
  /** Whether several rules have it, so that it is worth keeping during one decision. */
  isShared = false;

  constructor(node: Node, wording: Wording, name: string) {
    this.#node = node;
    this.#wording = wording;
    this.#name = name;
  }

  /** Where an object violates it; `asked` is what the condition answered. */
  of(now: Evaluation, asked: Answer): Told {
    return this.isShared ? once(now, this.#name, () => this.#tell(now, asked)) : this.#tell(now, asked);
  }

  #tell(now: Evaluation, asked: Answer): Told {
    const witnesses: Witness[] = [];
    this.#node.witness(now, asked, witnesses);
    const rest = witnesses.length > WITNESSES_MAX ? witnesses.find(isBeyond) : undefined;
    const looked = rest === undefined ? witnesses : witnesses.filter((witness) => !isBeyond(witness));
    const places = placesOf(looked, this.#wording);
    if (places.length === 0) places.push(wholeObject(now, this.#wording));
    if (rest !== undefined) places.push(morePlaces(rest));
    return { witnesses: looked, places };
  }
}

/**
 * Rules of which two ask and say the same, a pack of one's own beside ours or a rule under another name, have one
 * telling: what an object violates is looked for, and put in words, once for all of them.
 */
export class SharedTellings {
  readonly #known = new Map<Node, Map<string, Telling>>();
  #count = 0;

  of(node: Node, rule: AdmissionRule): Telling {
    const key = JSON.stringify([rule.message, rule.fix?.patch]);
    const ofNode = this.#known.get(node) ?? new Map<string, Telling>();
    this.#known.set(node, ofNode);
    const known = ofNode.get(key);
    if (known !== undefined) {
      known.isShared = true;
      return known;
    }
    this.#count += 1;
    const made = new Telling(node, new Wording(rule), `told ${this.#count}`);
    ofNode.set(key, made);
    return made;
  }
}
