// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { exploitation, malicious, severity } from './rules/facts.ts';
import { endOfLife, type FindingRule, fixState, paidChannel } from './rules/fix.ts';
import { clearNotAffected, foldAliases } from './rules/flaws.ts';
import {
  contentSet,
  declaredOnly,
  kernelHeaders,
  moduleStream,
  neverAffected,
  noCode,
  type RowRule,
  withdrawn,
} from './rules/rows.ts';
import {
  derivedDistribution,
  editorExtension,
  goDevelopment,
  mavenCoordinates,
  ownedByDistribution,
  type ScopeRule,
} from './rules/scope.ts';
import { decisions, statements } from './rules/standing.ts';
import { type SubjectRule, sourceEpoch, sourcePackage } from './rules/subject.ts';
import { undetermined, type VersionRule, vendorVersion } from './rules/version.ts';

interface Named<Stage extends string, Apply> {
  /** Number in the list of cases that every matcher has to answer. */
  readonly number: number;
  /** Stable id, as findings show it. */
  readonly id: string;
  readonly stage: Stage;
  readonly apply: Apply;
}

/** One rule, and where in the order of things it speaks. */
export type MatchRule =
  | Named<'scope', ScopeRule>
  | Named<'subject', SubjectRule>
  | Named<'row', RowRule>
  | Named<'version', VersionRule>
  | Named<'fold', typeof foldAliases>
  | Named<'clear', typeof clearNotAffected>
  | Named<'finding', FindingRule>;

/**
 * Every rule of matching. Stages run in this order: scope, subject, row, version, fold, clear, finding; inside a stage
 * the rules run in the order of the list.
 */
export const MATCH_RULES = [
  { number: 1, id: 'match.distribution-owned', stage: 'scope', apply: ownedByDistribution },
  { number: 17, id: 'match.maven-coordinates', stage: 'scope', apply: mavenCoordinates },
  { number: 26, id: 'match.editor-extension', stage: 'scope', apply: editorExtension },
  { number: 12, id: 'match.derived-distribution', stage: 'scope', apply: derivedDistribution },
  { number: 16, id: 'match.go-development', stage: 'scope', apply: goDevelopment },
  { number: 2, id: 'match.source-package', stage: 'subject', apply: sourcePackage },
  { number: 4, id: 'match.epoch', stage: 'subject', apply: sourceEpoch },
  { number: 14, id: 'match.withdrawn', stage: 'row', apply: withdrawn },
  { number: 5, id: 'match.module', stage: 'row', apply: moduleStream },
  { number: 6, id: 'match.content-set', stage: 'row', apply: contentSet },
  { number: 24, id: 'match.no-code', stage: 'row', apply: noCode },
  { number: 25, id: 'match.kernel-headers', stage: 'row', apply: kernelHeaders },
  { number: 13, id: 'match.rolling', stage: 'row', apply: neverAffected },
  { number: 19, id: 'match.declared-only', stage: 'row', apply: declaredOnly },
  { number: 9, id: 'match.undetermined', stage: 'version', apply: undetermined },
  { number: 3, id: 'match.vendor-version', stage: 'version', apply: vendorVersion },
  { number: 15, id: 'match.aliases', stage: 'fold', apply: foldAliases },
  { number: 7, id: 'match.not-affected', stage: 'clear', apply: clearNotAffected },
  { number: 18, id: 'match.malicious', stage: 'finding', apply: malicious },
  { number: 20, id: 'match.severity', stage: 'finding', apply: severity },
  { number: 21, id: 'match.exploitation', stage: 'finding', apply: exploitation },
  { number: 8, id: 'match.fix-state', stage: 'finding', apply: fixState },
  { number: 11, id: 'match.paid-channel', stage: 'finding', apply: paidChannel },
  { number: 10, id: 'match.end-of-life', stage: 'finding', apply: endOfLife },
  { number: 22, id: 'match.statements', stage: 'finding', apply: statements },
  { number: 23, id: 'match.decisions', stage: 'finding', apply: decisions },
] as const satisfies readonly MatchRule[];

type RuleOf<Stage extends MatchRule['stage']> = Extract<MatchRule, { stage: Stage }>;

/** The rules of one stage, in order. */
export const rulesOf = <Stage extends MatchRule['stage']>(stage: Stage): readonly RuleOf<Stage>[] =>
  (MATCH_RULES as readonly MatchRule[]).filter((rule): rule is RuleOf<Stage> => rule.stage === stage);
