// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Our own CEL: source in, closures out, with the costs, limits and libraries of Kubernetes. Nothing it is given can make
 * it throw, loop or go back over a text.
 */

export { equals } from './compare.ts';
export { type Environment, type EnvironmentInput, environmentOf, withVariables } from './environment.ts';
export type { Bindings } from './frame.ts';
export { type CelFunction, define, type Library } from './function.ts';
export {
  type AuthorizationAnswer,
  type AuthorizationPort,
  type AuthorizationQuestion,
  authorizerOf,
  requestResourceOf,
} from './library/authorizer.ts';
export { ENCODERS } from './library/encoders.ts';
export { KUBERNETES_LIBRARIES, KUBERNETES_MINORS, librariesOf } from './library/kubernetes.ts';
export { MATH } from './library/math.ts';
export { OPTIONALS } from './library/optionals.ts';
export { readQuantity } from './library/quantity.ts';
export { STRINGS } from './library/strings.ts';
export {
  type CompileOptions,
  compileCel,
  type Evaluation,
  EXPRESSION_COST_MAX,
  type Program,
} from './program.ts';
export { compileRegex, type Regex } from './regex/match.ts';
export * from './types.ts';
export { sameType } from './unify.ts';
export {
  CelError,
  CelMap,
  Double,
  Duration,
  type JsonObject,
  LazyObject,
  mapEntries,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  typeName,
  Uint,
  type Value,
} from './value.ts';
