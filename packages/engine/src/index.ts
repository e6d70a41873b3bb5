// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The decisions of Bartizan: pure functions of (facts, policy, now), without clock, randomness or I/O.
 * In: contract types. Out: verdicts with reasons, scores, layouts. Serves all controls.
 */

export { compileExceptions, exceptionFault } from './exceptions/index.ts';
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
  compileCondition,
  compileWildcard,
  isWildcard,
  operatorApplies,
  WILDCARD_MAX,
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
export { groupIncidents, INCIDENT_GAP_MS, type Incident, incidentOf } from './incident/index.ts';
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
  brokenSieve,
  type CompiledCheck,
  type CountedCheck,
  checkToFinding,
  compileCheck,
  deriveFacts,
  evaluateChecks,
  type FactMap,
  type FindingKey,
  findingId,
  type PostureInput,
  postureFactTypes,
  type ReadFacts,
  readWireFacts,
  SCORE_FORMULA,
  type ScorecardInput,
  scorecard,
  VULNERABILITY_CHECKS,
  vulnerabilityChecks,
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
  nearestMisses,
  placeholders,
  type RuleCompilation,
  type RuleSet,
  renderMessage,
  ruleRevision,
  type Setting,
  showValue,
} from './runtime/index.ts';
