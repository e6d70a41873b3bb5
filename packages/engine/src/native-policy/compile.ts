// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import {
  BOOL,
  compileCel,
  DYN,
  type Environment,
  KUBERNETES_MINORS,
  objectOf,
  type Program,
  STRING,
  sameType,
  showType,
  type Type,
  withVariables,
} from '../cel/index.ts';
import { policyEnvironments } from './environment.ts';
import { type Match, readMatch } from './match.ts';
import {
  invalid,
  isObject,
  type Json,
  listOf,
  objectOr,
  type PolicyInvalid,
  readEach,
  textOr,
  textsOf,
} from './read.ts';

/** Most validations, variables and annotations of one policy: as many as the API server takes, or more. */
const PARTS_MAX = 1000;

export interface Validation {
  readonly program: Program;
  readonly message: string;
  readonly messageProgram: Program | undefined;
  readonly reason: string;
}
export interface NamedProgram {
  readonly name: string;
  readonly program: Program;
}

/** A ValidatingAdmissionPolicy that can be asked, with the binding that puts it in force. */
export interface CompiledNativePolicy {
  readonly name: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly hasParams: boolean;
  readonly match: Match;
  readonly conditions: readonly NamedProgram[];
  readonly variables: readonly NamedProgram[];
  readonly validations: readonly Validation[];
  readonly auditAnnotations: readonly NamedProgram[];
  readonly binding: CompiledBinding;
}
export interface CompiledBinding {
  readonly name: string | undefined;
  readonly match: Match | undefined;
  readonly actions: ReadonlySet<string>;
  /** Without one the policy is asked once, with no parameters. */
  readonly hasParamRef: boolean;
  /** What happens when the parameters are not there. */
  readonly parameterNotFound: 'Allow' | 'Deny';
}

function compileAt(
  source: unknown,
  where: string,
  environment: Environment,
  wanted?: readonly Type[],
): Result<Program, PolicyInvalid> {
  if (typeof source !== 'string' || source.trim() === '') return invalid(`${where} is empty`);
  const program = compileCel(source, { environment });
  if (!program.ok) return invalid(`${where}: ${program.error.detail}`);
  const { type } = program.value;
  // The API server takes no dyn here: the type has to be certain.
  if (wanted !== undefined && !wanted.some((one) => sameType(one, type)))
    return invalid(`${where}: it is ${showType(type)} and must be ${wanted.map(showType).join(' or ')}`);
  return program;
}

const SCALARS: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'int',
  'string',
  'timestamp',
  'uint',
]);

/** What the API server still knows of the type of a variable: scalars, lists and maps; anything else may be everything. */
function declaredType(type: Type): Type {
  if (type.kind === 'null' || (type.kind === 'basic' && SCALARS.has(type.name))) return type;
  if (type.kind !== 'of' || (type.name !== 'list' && type.name !== 'map')) return DYN;
  return { ...type, parameters: type.parameters.map(declaredType) };
}

/** Variables may use those before them, and no others. */
function readVariables(
  spec: Json,
  environment: Environment,
): Result<
  { readonly variables: readonly NamedProgram[]; readonly types: Readonly<Record<string, Type>> },
  PolicyInvalid
> {
  const types: Record<string, Type> = {};
  const variables = readEach(spec['variables'], 'spec.variables', PARTS_MAX, (one, where) => {
    const name = textOr(one['name']);
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(name)) return invalid(`${where}.name is no name`);
    if (Object.hasOwn(types, name)) return invalid(`${where}.name: ${name} is there twice`);
    const known = withVariables(environment, { variables: objectOf('variables', { ...types }) });
    const program = compileAt(one['expression'], `${where}.expression`, known);
    if (!program.ok) return program;
    types[name] = declaredType(program.value.type);
    return ok({ name, program: program.value });
  });
  return variables.ok ? ok({ variables: variables.value, types }) : variables;
}

const readValidations = (
  spec: Json,
  full: Environment,
  message: Environment,
): Result<readonly Validation[], PolicyInvalid> =>
  readEach<Validation>(spec['validations'], 'spec.validations', PARTS_MAX, (one, where) => {
    const program = compileAt(one['expression'], `${where}.expression`, full, [BOOL]);
    if (!program.ok) return program;
    const parts = {
      program: program.value,
      message: textOr(one['message']).trim(),
      reason: textOr(one['reason'], 'Invalid'),
    };
    if (one['messageExpression'] === undefined || one['messageExpression'] === '')
      return ok({ ...parts, messageProgram: undefined });
    const sentence = compileAt(one['messageExpression'], `${where}.messageExpression`, message, [STRING]);
    return sentence.ok ? ok({ ...parts, messageProgram: sentence.value }) : sentence;
  });

const readNamed = (
  list: unknown,
  where: string,
  field: string,
  key: string,
  environment: Environment,
  wanted: readonly Type[],
): Result<readonly NamedProgram[], PolicyInvalid> =>
  readEach(list, where, PARTS_MAX, (one, at) => {
    const program = compileAt(one[field], `${at}.${field}`, environment, wanted);
    return program.ok ? ok({ name: textOr(one[key]), program: program.value }) : program;
  });

const ACTIONS = ['Deny', 'Warn', 'Audit'];

/** Without a binding the policy is judged as if one denied everywhere. */
function readBinding(binding: unknown, policyName: string): Result<CompiledBinding, PolicyInvalid> {
  if (binding === undefined)
    return ok({
      name: undefined,
      match: undefined,
      actions: new Set(['Deny']),
      hasParamRef: true,
      parameterNotFound: 'Deny',
    });
  const spec = objectOr(objectOr(binding)['spec']);
  if (textOr(spec['policyName']) !== policyName)
    return invalid(`the binding is one of ${textOr(spec['policyName']).slice(0, 253)}, not of ${policyName}`);
  const actions = textsOf(spec['validationActions']);
  const wrong = actions.find((one) => !ACTIONS.includes(one));
  if (
    wrong !== undefined ||
    actions.length === 0 ||
    listOf(spec['validationActions']).length !== actions.length
  )
    return invalid(`the binding's spec.validationActions must be of ${ACTIONS.join(', ')}`);
  const match =
    spec['matchResources'] === undefined
      ? ok(undefined)
      : readMatch(spec['matchResources'], "the binding's spec.matchResources", true);
  if (!match.ok) return match;
  const action = textOr(objectOr(spec['paramRef'])['parameterNotFoundAction'], 'Deny');
  return ok({
    name: textOr(objectOr(objectOr(binding)['metadata'])['name']),
    match: match.value,
    actions: new Set(actions),
    hasParamRef: isObject(spec['paramRef']),
    parameterNotFound: action === 'Allow' ? 'Allow' : 'Deny',
  });
}

export interface NativePolicyOptions {
  /** A ValidatingAdmissionPolicyBinding. */
  readonly binding?: unknown;
  /** Minor version of the API server; the newest known one when it is left out. */
  readonly minor?: number;
}

/**
 * Reads and compiles a ValidatingAdmissionPolicy of admissionregistration.k8s.io. E_NATIVE_POLICY: a field has another shape
 * than its API gives it, or an expression does not compile; the API server of that version refuses it as well.
 */
export function compileNativePolicy(
  policy: unknown,
  options: NativePolicyOptions = {},
): Result<CompiledNativePolicy, PolicyInvalid> {
  if (!isObject(policy) || policy['kind'] !== 'ValidatingAdmissionPolicy')
    return invalid('it is no ValidatingAdmissionPolicy');
  const spec = objectOr(policy['spec']);
  const name = textOr(objectOr(policy['metadata'])['name']);
  const hasParams = isObject(spec['paramKind']);
  const { full, message } = policyEnvironments(options.minor ?? KUBERNETES_MINORS.last, hasParams);
  const match = readMatch(spec['matchConstraints'], 'spec.matchConstraints', false);
  if (!match.ok) return match;
  const conditions = readNamed(spec['matchConditions'], 'spec.matchConditions', 'expression', 'name', full, [
    BOOL,
  ]);
  if (!conditions.ok) return conditions;
  const declared = readVariables(spec, full);
  if (!declared.ok) return declared;
  const variables = { variables: objectOf('variables', declared.value.types) };
  const validations = readValidations(
    spec,
    withVariables(full, variables),
    withVariables(message, variables),
  );
  if (!validations.ok) return validations;
  const auditAnnotations = readNamed(
    spec['auditAnnotations'],
    'spec.auditAnnotations',
    'valueExpression',
    'key',
    withVariables(full, variables),
    [STRING, { kind: 'null' }],
  );
  if (!auditAnnotations.ok) return auditAnnotations;
  const binding = readBinding(options.binding, name);
  if (!binding.ok) return binding;
  return ok({
    name,
    failurePolicy: spec['failurePolicy'] === 'Ignore' ? 'Ignore' : 'Fail',
    hasParams,
    match: match.value,
    conditions: conditions.value,
    variables: declared.value.variables,
    validations: validations.value,
    auditAnnotations: auditAnnotations.value,
    binding: binding.value,
  });
}
