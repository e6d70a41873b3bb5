// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FactValue, type Failure, ok, type Result } from '@bartizan/contracts';
import type { Item } from '../pod/evaluation.ts';
import type { Reading } from '../request.ts';
import type { Node } from './node.ts';

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

/** Parts of conditions that rules have in common. Their answers are kept during one decision. */
export class SharedNodes {
  readonly #nodes = new Map<string, Node>();
  #answers = 0;

  /** How many answers a decision has to make room for. */
  get answers(): number {
    return this.#answers;
  }

  /** The part with this text, compiled the first time it is asked for. */
  share(key: string, make: () => Result<Node, Failure>): Result<Node, Failure> {
    const known = this.#nodes.get(key);
    if (known !== undefined) return ok(known);
    const made = make();
    if (!made.ok) return made;
    const node = made.value.ofRequest ? this.#remembering(made.value) : made.value;
    this.#nodes.set(key, node);
    return ok(node);
  }

  #remembering(node: Node): Node {
    const at = this.#answers;
    this.#answers += 1;
    const { ask } = node;
    return {
      ...node,
      ask: (item) => {
        const { answers } = item.root;
        const kept = answers[at];
        if (kept !== undefined && kept !== 0) return kept === 3 ? 2 : kept === 1 ? 1 : 0;
        const answer = ask(item);
        answers[at] = answer === 0 ? 4 : answer === 2 ? 3 : 1;
        return answer;
      },
    };
  }
}
