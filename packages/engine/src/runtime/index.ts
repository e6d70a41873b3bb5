// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Detection: what a program, file access, connection or change of user means.
 * In: rules and the facts of one happening. Out: a decision with its reasons. Serves k01, k04, k05, k07, k08, x-other-risks.
 */
export { ADDRESS_SCOPES, type AddressScope, addressScope } from './address-scope.ts';
export { CAPABILITY_NAMES, capabilityNames } from './capabilities.ts';
export {
  type CredentialsChange,
  factsOfConnect,
  factsOfCredentials,
  factsOfExec,
  factsOfFileOpen,
  factsOfListen,
  type Setting,
} from './facts.ts';
export { type Happening, type Judgement, judge, nearestMisses } from './judge.ts';
export { placeholders, renderMessage, showValue } from './message.ts';
export {
  type CompiledRule,
  compileRule,
  compileRules,
  compileRulesLeniently,
  type RuleCompilation,
  type RuleSet,
  ruleRevision,
} from './rule-set.ts';
export { FACT_VOCABULARY, FACTS_BY_NAME, type FactDefinition, factTypes } from './vocabulary.ts';
