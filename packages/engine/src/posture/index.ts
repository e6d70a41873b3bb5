// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Posture: facts of a host or container in, verdicts of checks, findings and scores out. Serves every control. */

export {
  asksOf,
  type CompiledCheck,
  compileCheck,
  evaluateChecks,
  type PostureInput,
  postureFactTypes,
} from './evaluate.ts';
export { checkToFinding, type FindingKey, findingId } from './finding.ts';
export { deriveFacts, type FactMap } from './lifecycle.ts';
export { type CountedCheck, SCORE_FORMULA, type ScorecardInput, scorecard } from './scorecard.ts';
export {
  breaksACheck,
  brokenSieve,
  VULNERABILITY_CHECKS,
  vulnerabilityChecks,
} from './vulnerability-checks.ts';
export { type ReadFacts, readWireFacts } from './wire-facts.ts';
