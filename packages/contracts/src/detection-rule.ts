// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { FactValue } from './decision.ts';
import { DottedId } from './ids.ts';
import { AttackTechniques, CONTROL_IDS, OwaspItems } from './owasp.ts';
import { choice, inline, integer, list, localText, object, text } from './schema.ts';
import { SeveritySchema } from './severity.ts';

/** Operators of conditions. Patterns are globs; there are no regular expressions on hostile text. */
export const OPERATORS = [
  'equals',
  'not-equals',
  'in',
  'not-in',
  'contains',
  'contains-any',
  'starts-with',
  'ends-with',
  'glob',
  'any-glob',
  'greater-than',
  'less-than',
  'present',
  'absent',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** One comparison of a fact with a value. */
export interface FieldCondition {
  readonly field: string;
  readonly operator: Operator;
  readonly value?: FactValue;
}
/** A typed expression tree: the one source of closures, explanations, kernel entries and the editor. */
export type Condition =
  | FieldCondition
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

/** Schema of a condition: at most 200 nodes and 8 levels (checked by the compiler of rules). */
export const ConditionSchema = Type.Unsafe<Condition>(
  Type.Cyclic(
    {
      Condition: Type.Union([
        inline('A comparison', {
          field: text('Fact', 128),
          operator: choice(OPERATORS, 'Operator'),
          value: Type.Optional(FactValue),
        }),
        inline('All must hold', { all: list(Type.Ref('Condition'), 'Parts', 64) }),
        inline('One must hold', { any: list(Type.Ref('Condition'), 'Parts', 64) }),
        inline('Must not hold', { not: Type.Ref('Condition') }),
      ]),
    },
    'Condition',
  ),
);

/** Facts of one happening, flat: `process.executable`, `parent.name`, `ancestors.names`, `stdio.in`, `file.path` ... */
export type Facts = Readonly<Record<string, FactValue>>;
const FactsSchema = Type.Record(text('Fact', 128), FactValue, { description: 'Facts', maxProperties: 128 });

/** What a rule looks at. */
export const TRIGGERS = [
  'exec',
  'file-open',
  'connect',
  'listen',
  'credentials',
  'audit',
  'restore',
] as const;
export type Trigger = (typeof TRIGGERS)[number];
/** What only the controller sees: requests of an API server, and what it put back in a cluster. No agent is sent such rules. */
export const isOfController = (trigger: Trigger): boolean => trigger === 'audit' || trigger === 'restore';

/** A detection rule as `content/detections` holds it. Data, not code: more rules need no release. */
export const DetectionRule = object('DetectionRule', 'A detection rule', {
  id: DottedId,
  title: localText('What it finds', 256),
  description: localText('What it means and when it is harmless', 2000),
  severity: SeveritySchema,
  triggers: list(choice(TRIGGERS, 'trigger'), 'What it looks at', 7),
  scope: choice(['container', 'host', 'any'], 'Where it applies'),
  condition: ConditionSchema,
  message: localText('Sentence with {fact} placeholders', 1000),
  fix: localText('What to do', 2000),
  control: list(choice(CONTROL_IDS, 'control'), 'Controls it serves', 5),
  owasp: OwaspItems,
  attack: AttackTechniques,
  foldSeconds: integer('Repeats of the same process path within this time are folded', 's', {
    maximum: 86400,
  }),
  tests: inline('Examples every build is held to', {
    mustMatch: list(
      inline('case', { name: text('Name', 256), trigger: choice(TRIGGERS, 'trigger'), facts: FactsSchema }),
      'Must match',
      64,
    ),
    mustNotMatch: list(
      inline('case', { name: text('Name', 256), trigger: choice(TRIGGERS, 'trigger'), facts: FactsSchema }),
      'Must not match',
      64,
    ),
  }),
});
export type DetectionRule = Static<typeof DetectionRule>;
