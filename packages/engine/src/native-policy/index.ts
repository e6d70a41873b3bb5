// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Policies that the API server itself enforces, read and judged here: to simulate them before they are in force, and to say
 * why they decide as they do. In: foreign YAML as JSON. Out: verdicts with reasons and cost.
 */

export {
  type CompiledBinding,
  type CompiledNativePolicy,
  compileNativePolicy,
  type NativePolicyOptions,
} from './compile.ts';
export {
  compileGatekeeperConstraint,
  type GatekeeperConstraint,
  judgeGatekeeperConstraint,
} from './gatekeeper.ts';
export {
  CONDITIONS_COST_MAX,
  judgeNativePolicy,
  type NativeInputs,
  type NativeJudgement,
  type NativeReason,
  POLICY_COST_MAX,
} from './judge.ts';
export type { GroupVersionKind, GroupVersionResource, NativeRequest } from './request.ts';
