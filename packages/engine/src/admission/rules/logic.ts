// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aboutAll } from '../fields/about.ts';
import type { AdmissionField } from '../fields/field.ts';
import type { Item } from '../pod/evaluation.ts';
import { needsOfAll, needsOfAny } from './need.ts';
import type { Node } from './node.ts';
import { Support } from './support.ts';
import { type Answer, NO, negated, PERHAPS, YES } from './three-valued.ts';

/** Fields of several parts, each once. */
export const fieldsOf = (parts: readonly Node[]): readonly AdmissionField[] => [
  ...new Set(parts.flatMap(({ fields }) => fields)),
];
const shape = (parts: readonly Node[]) => ({
  fields: fieldsOf(parts),
  ofRequest: parts.every(({ ofRequest }) => ofRequest),
  about: aboutAll(parts.map(({ about }) => about)),
  trace: (item: Item, out: unknown[]) => {
    for (const part of parts) part.trace(item, out);
  },
});

type Collect = Node['witness'];

/** What decided: every part that gave this answer. `isEither`: whether each of them decides by itself. */
const those =
  (parts: readonly Node[], isEither: (answer: Answer) => boolean): Collect =>
  (item, answer, out) => {
    const found = new Support(out, isEither(answer));
    for (const part of parts) {
      if (part.ask(item) !== answer) continue;
      part.witness(item, answer, out);
      found.partEnds(item);
    }
    found.ends();
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
  witness: those(parts, (answer) => answer === NO),
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
  witness: those(parts, (answer) => answer !== NO),
});

/** Holds when the part does not. */
export const notNode = (part: Node): Node => ({
  ...part,
  needs: undefined,
  ask: (item) => negated(part.ask(item)),
  witness: (item, answer, out) => part.witness(item, negated(answer), out),
});
