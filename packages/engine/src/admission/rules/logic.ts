// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionField } from '../fields/field.ts';
import type { Item } from '../pod/evaluation.ts';
import { needsOfAll, needsOfAny } from './need.ts';
import type { Node, Witness } from './node.ts';
import { type Answer, NO, negated, PERHAPS, YES } from './three-valued.ts';

/** Fields of several parts, each once. */
export const fieldsOf = (parts: readonly Node[]): readonly AdmissionField[] => [
  ...new Set(parts.flatMap(({ fields }) => fields)),
];
const shape = (parts: readonly Node[]) => ({
  fields: fieldsOf(parts),
  ofRequest: parts.every(({ ofRequest }) => ofRequest),
  ofObject: parts.some(({ ofObject }) => ofObject),
  trace: (item: Item, out: unknown[]) => {
    for (const part of parts) part.trace(item, out);
  },
});

/** What decided: every part that gave this answer. */
const those = (parts: readonly Node[]) => (item: Item, answer: Answer, out: Witness[]) => {
  for (const part of parts) if (part.ask(item) === answer) part.witness(item, answer, out);
};

/** Holds when all parts hold. */
export const allNode = (parts: readonly Node[]): Node => ({
  ...shape(parts),
  needs: needsOfAll(parts),
  ask: (item) => {
    let answer: Answer = YES;
    // By their numbers: a walk by an iterator calls it once a part until the code is compiled for long runs.
    for (let at = 0; at < parts.length; at += 1) {
      const one = parts[at]?.ask(item);
      if (one === NO) return NO;
      if (one === PERHAPS) answer = PERHAPS;
    }
    return answer;
  },
  witness: those(parts),
});

/** Holds when one part holds. */
export const anyNode = (parts: readonly Node[]): Node => ({
  ...shape(parts),
  needs: needsOfAny(parts),
  ask: (item) => {
    let answer: Answer = NO;
    for (let at = 0; at < parts.length; at += 1) {
      const one = parts[at]?.ask(item);
      if (one === YES) return YES;
      if (one === PERHAPS) answer = PERHAPS;
    }
    return answer;
  },
  witness: those(parts),
});

/** Holds when the part does not. */
export const notNode = (part: Node): Node => ({
  ...part,
  needs: undefined,
  ask: (item) => negated(part.ask(item)),
  witness: (item, answer, out) => part.witness(item, negated(answer), out),
});
