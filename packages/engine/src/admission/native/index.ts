// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Rules as the API server itself can hold them. In: rules, bindings, exceptions. Out: policies of
 * admissionregistration.k8s.io with their bindings, and the rules it cannot hold, each with its reason. Serves K04.
 */
export {
  emitNativePolicies,
  NATIVE_MINOR,
  type NativeEmission,
  type NativeOptions,
  type NativePair,
  type NativeRule,
  type NotExpressible,
} from './emit.ts';
export { IMAGE_VERDICTS, type ImageJudge } from './image-verdict.ts';
export { MUTATE_LABEL, type NativeMutation } from './mutate.ts';
export type { NativeObject } from './native-object.ts';
