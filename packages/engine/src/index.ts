// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The decisions of Bartizan: pure functions of facts and knowledge. No clock, no chance, no input or output, so that
 * browser, agent, controller and tests get the same verdict.
 * In: contract types. Out: decisions, results, explanations. Serves all controls.
 */
export {
  type DecisionExplanation,
  type ExplanationStep,
  explainComparison,
  explainCondition,
  explainDecision,
  explainRule,
  type Sentence,
} from './explain/index.ts';
export {
  CONDITION_DEPTH_MAX,
  CONDITION_NODES_MAX,
  type CompiledCondition,
  compileCondition,
  compileGlob,
  type Evidence,
  type FactTypes,
  GLOB_MAX,
  isGlob,
  operatorApplies,
} from './expression/index.ts';
export {
  COMPLETIONS,
  complete,
  FILTER_MAX,
  FILTER_TERMS_MAX,
  FILTER_VALUES_MAX,
  type FieldCompletion,
  type FieldPaths,
  formatFilter,
  matchesFilter,
  parseFilter,
} from './filter/index.ts';
export {
  groupId,
  layoutMap,
  type MapFlow,
  type MapInput,
  type MapLayout,
  type MapWorkload,
} from './network/index.ts';
export {
  asksOf,
  COVERAGE_MIN,
  type CompiledCheck,
  checkToFinding,
  compileCheck,
  deriveFacts,
  evaluateChecks,
  evaluateScanChecks,
  type FactMap,
  type FindingKey,
  findingId,
  type PostureInput,
  postureFactTypes,
  type ReadFacts,
  readWireFacts,
  SCAN_CHECKS,
  SCORE_FORMULA,
  type ScanCheck,
  type ScanCheckInput,
  type ScannedSubject,
  type ScorecardInput,
  SEVERITY_WEIGHTS,
  scorecard,
} from './posture/index.ts';
export { canonicalJson, contentHash, sha256 } from './revision/index.ts';
export {
  ADDRESS_SCOPES,
  type AddressScope,
  addressScope,
  CAPABILITY_NAMES,
  type CompiledRule,
  type CredentialsChange,
  capabilityNames,
  compileRule,
  compileRules,
  compileRulesLeniently,
  FACT_VOCABULARY,
  FACTS_BY_NAME,
  type FactDefinition,
  factsOfConnect,
  factsOfCredentials,
  factsOfExec,
  factsOfFileOpen,
  factsOfListen,
  factTypes,
  type Happening,
  type Judgement,
  judge,
  type LocalText,
  nearestMisses,
  placeholders,
  type RuleCompilation,
  type RuleSet,
  renderMessage,
  ruleRevision,
  type Setting,
  showValue,
} from './runtime/index.ts';
