// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { DottedId } from './ids.ts';
import { choice, decimal, flag, inline, list, localText, object, optional, text } from './schema.ts';

/** The outcomes of a judgement. `undecided` becomes allow or deny in one place only, by the named failure policy. */
export const VERDICTS = ['allow', 'alert', 'deny', 'undecided'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A value of a fact as rules see it. */
export const FactValue = Type.Union(
  [
    text('text value', 16384),
    decimal('number value', '1', { minimum: Number.MIN_SAFE_INTEGER }),
    flag('truth value'),
    list(text('item', 4096), 'list value', 512),
  ],
  { description: 'Value of a fact' },
);
export type FactValue = Static<typeof FactValue>;

/** One comparison a rule made: the field, what it asked for, what it met, and whether it held. */
export const Comparison = inline('One comparison', {
  field: text('Fact the rule looked at, e.g. process.executable', 128),
  operator: text('Operator of the rule form', 32),
  expected: FactValue,
  actual: optional(FactValue),
  held: flag('Whether the comparison held'),
});
export type Comparison = Static<typeof Comparison>;

/** Why a verdict came out as it did. */
export const Reason = inline('One reason of a verdict', {
  rule: DottedId,
  revision: text('Content hash of the rule that judged', 64),
  title: localText('Title of the rule', 256),
  comparisons: list(Comparison, 'The comparisons that held, in the order they were made', 64),
});
export type Reason = Static<typeof Reason>;

/** A rule that came close but did not match, and the first field that differed. */
export const NearMiss = inline('A rule that nearly matched', {
  rule: DottedId,
  title: localText('Title of the rule', 256),
  differed: Comparison,
});
export type NearMiss = Static<typeof NearMiss>;

/** Where a decision was enforced or observed. */
export const ENFORCEMENT_POINTS = ['kernel', 'agent', 'controller', 'api-server', 'wire', 'none'] as const;

/** A verdict with everything needed to explain it. */
export const Decision = object('Decision', 'A verdict with its reasons', {
  verdict: choice(VERDICTS, 'The verdict'),
  reasons: list(Reason, 'Rules that led to the verdict', 32),
  nearest: list(NearMiss, 'Rules that nearly matched, nearest first', 3),
  enforcementPoint: choice(ENFORCEMENT_POINTS, 'Where the verdict took effect'),
  elapsedUs: decimal('Time the judgement took', 'us'),
});
export type Decision = Static<typeof Decision>;
