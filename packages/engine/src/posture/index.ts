// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Posture: how hosts, containers and their packages are set up, and the score that follows.
 * In: checks, facts, findings. Out: results, findings, scorecard rows. Serves k01, k02, k05, k06, k08, k09, k10.
 */
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
export {
  evaluateScanChecks,
  SCAN_CHECKS,
  type ScanCheck,
  type ScanCheckInput,
  type ScannedSubject,
} from './scan-checks.ts';
export {
  COVERAGE_MIN,
  SCORE_FORMULA,
  type ScorecardInput,
  SEVERITY_WEIGHTS,
  scorecard,
} from './scorecard.ts';
export { type ReadFacts, readWireFacts } from './wire-facts.ts';
