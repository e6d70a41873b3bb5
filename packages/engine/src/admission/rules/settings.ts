// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactValue, Failure, Result } from '@bartizan/contracts';
import { ok } from '@bartizan/contracts/result';
import type { Item } from '../pod/evaluation.ts';
import type { Reading } from '../request.ts';
import type { Node } from './node.ts';
import { type Answer, NO, PERHAPS, YES } from './three-valued.ts';

/** Compiles CEL; who calls the compiler of rules brings it, since the engine of rules has none of its own. */
export type CelCompiler = (
  source: string,
) => Result<
  { readonly evaluate: (root: Item['root'], parameters: Readonly<Record<string, FactValue>>) => Reading },
  Failure
>;

/** What conditions are compiled with. */
export interface ConditionSettings {
  readonly compileCel?: CelCompiler;
  /** Values of the parameters of the rule. */
  readonly parameters: Readonly<Record<string, FactValue>>;
  /** Parts that were compiled before: equal parts of all rules are one. */
  readonly shared: SharedNodes;
}

/** A part whose way of answering may still change while rules are compiled. */
type Changeable = { -readonly [Key in keyof Node]: Node[Key] };

/**
 * Parts of conditions that rules have in common: each is compiled once, and when a second rule asks for it, its answer
 * is kept during one decision.
 */
export class SharedNodes {
  readonly #nodes = new Map<string, { readonly node: Changeable; isKept: boolean }>();
  #answers = 0;
  #room = new Uint8Array(0);

  /** Room for all answers that may be kept, none of them asked; the same again for each decision. */
  room(): Uint8Array {
    if (this.#room.length < this.#answers) this.#room = new Uint8Array(this.#answers);
    else this.#room.fill(UNASKED);
    return this.#room;
  }

  /** The part with this text, compiled the first time it is asked for. */
  share(key: string, make: () => Result<Node, Failure>): Result<Node, Failure> {
    const known = this.#nodes.get(key);
    if (known !== undefined) {
      if (!known.isKept && known.node.ofRequest) {
        known.node.ask = this.#keeping(known.node.ask);
        known.isKept = true;
      }
      return ok(known.node);
    }
    const made = make();
    if (!made.ok) return made;
    const node = { ...made.value };
    this.#nodes.set(key, { node, isKept: false });
    return ok(node);
  }

  #keeping(ask: Node['ask']): Node['ask'] {
    const at = this.#answers;
    this.#answers += 1;
    return (item) => {
      const { answers } = item.root;
      const kept = answers[at];
      if (kept !== undefined && kept !== UNASKED) return ANSWERS[kept] ?? NO;
      const answer = ask(item);
      answers[at] = ANSWERS.indexOf(answer);
      return answer;
    };
  }
}

/** How an answer is kept: by its place here; 0 is not asked yet. */
const ANSWERS: readonly (Answer | undefined)[] = [undefined, NO, YES, PERHAPS];
const UNASKED = 0;
