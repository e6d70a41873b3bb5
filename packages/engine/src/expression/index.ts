// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Conditions as data, compiled to closures with evidence.
 * In: a condition tree and the vocabulary of facts. Out: a test, an explanation, the names it looks at. Serves all controls.
 */
export { operatorApplies } from './compare.ts';
export {
  CONDITION_DEPTH_MAX,
  CONDITION_NODES_MAX,
  type CompiledCondition,
  compileCondition,
  type Evidence,
  type FactTypes,
} from './compile.ts';
export { compileWildcard, isWildcard, WILDCARD_MAX } from './wildcard.ts';
