// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Verdict } from '@bartizan/contracts';
import {
  type AuthorizationPort,
  authorizerOf,
  type Bindings,
  CelError,
  type Evaluation,
  EXPRESSION_COST_MAX,
  type JsonObject,
  LazyObject,
  type Program,
  requestResourceOf,
  type Value,
} from '../cel/index.ts';
import type { CompiledNativePolicy, NamedProgram, Validation } from './compile.ts';
import { isExempt, matches } from './match.ts';
import { asValue } from './read.ts';
import type { NativeRequest } from './request.ts';

/** What all validations of a policy may cost together, and what its match conditions may. */
export const POLICY_COST_MAX = 10_000_000;
export const CONDITIONS_COST_MAX = 2_500_000;
/** Longest sentence of a message expression, in UTF-16 units. */
const MESSAGE_MAX = 5120;

/** Why a policy decided as it did. */
export interface NativeReason {
  readonly kind: 'validation' | 'error' | 'unknown';
  readonly expression?: string;
  readonly message: string;
  /** The reason the API server answers with, such as Invalid or Forbidden. */
  readonly reason?: string;
  /** The API server refuses for it whatever the actions of the binding are. */
  readonly always?: true;
}

export interface NativeJudgement {
  readonly verdict: Verdict;
  readonly policy: string;
  /** Whether the request was one the policy is about, and its match conditions held. */
  readonly matched: boolean;
  readonly reasons: readonly NativeReason[];
  /** What the API server would warn of. */
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
  /** In the cost units of the API server. */
  readonly cost: number;
}

export interface NativeInputs {
  /** The objects the binding's paramRef finds; undefined when they are not known. */
  readonly params?: readonly JsonObject[];
  readonly authorize?: AuthorizationPort;
}

/** The cost that is left to a policy, shared by everything it evaluates. */
class Budget {
  spent = 0;
  #done = 0;
  readonly #limit: number;
  constructor(limit: number) {
    this.#limit = limit;
  }
  run(program: Program, bindings: Bindings): Evaluation {
    const left = Math.max(0, this.#limit - Math.max(this.spent, this.#done));
    const found = program.evaluate(bindings, Math.min(left, EXPRESSION_COST_MAX));
    this.spent += found.cost;
    this.#done += found.effort;
    return found;
  }
}

/** The variables of a policy: each is computed when it is first asked for, and once. */
class Variables extends LazyObject {
  readonly #programs: ReadonlyMap<string, Program>;
  readonly #known = new Map<string, Value>();
  readonly #budget: Budget;
  readonly #bindings: Bindings;
  constructor(programs: readonly NamedProgram[], budget: Budget, bindings: Bindings) {
    super();
    this.#programs = new Map(programs.map(({ name, program }) => [name, program]));
    this.#budget = budget;
    this.#bindings = { ...bindings, variables: this };
  }
  field(name: string): Value | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const program = this.#programs.get(name);
    if (program === undefined) return undefined;
    const { value } = this.#budget.run(program, this.#bindings);
    this.#known.set(name, value);
    return value;
  }
}

/** What is not known is an error of its own kind: whatever is asked of it is not known either. */
const NO_USER = new CelError('it is not known who asks', true);
const NO_NAMESPACE = new CelError('the namespace of the object is not known', true);

/** The API server gives none to an object of the cluster, nor to a namespace itself. */
function namespaceValue({ kind, namespace, namespaceObject }: NativeRequest): Value {
  const isNamespace = kind.group === '' && kind.kind === 'Namespace';
  if (namespace === undefined || namespace === '' || isNamespace) return null;
  return namespaceObject ?? NO_NAMESPACE;
}

function requestValue(request: NativeRequest): JsonObject {
  const { kind, resource, subResource, name, namespace, operation, userInfo, dryRun, options } = request;
  const given: Record<string, Value | undefined> = {
    uid: request.uid,
    kind: { ...kind },
    resource: { ...resource },
    subResource: subResource === '' ? undefined : subResource,
    requestKind: { ...kind },
    requestResource: { ...resource },
    requestSubResource: subResource === '' ? undefined : subResource,
    name: name === '' ? undefined : name,
    namespace: namespace === '' ? undefined : namespace,
    operation,
    userInfo: userInfo ?? NO_USER,
    dryRun: dryRun ?? false,
    options: options ?? null,
  };
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}

function bindingsOf(
  request: NativeRequest,
  params: Value,
  authorize: AuthorizationPort | undefined,
): Bindings {
  const { resource, subResource, namespace, name } = request;
  return {
    object: asValue(request.object),
    oldObject: asValue(request.oldObject),
    request: requestValue(request),
    namespaceObject: namespaceValue(request),
    params,
    authorizer: authorizerOf(authorize),
    'authorizer.requestResource': requestResourceOf(authorize, {
      group: resource.group,
      resource: resource.resource,
      ...(subResource === undefined ? {} : { subresource: subResource }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    }),
  };
}

interface Outcome {
  readonly matched: boolean;
  readonly reasons: readonly NativeReason[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly cost: number;
}

const fault = (expression: string, error: CelError): NativeReason => ({
  kind: error.unknown ? 'unknown' : 'error',
  expression,
  message: error.message,
});

/** One condition that is false decides against the policy, whatever errors the others make. */
function conditionsHold(policy: CompiledNativePolicy, bindings: Bindings): Outcome | 'hold' {
  const budget = new Budget(CONDITIONS_COST_MAX);
  let failed: NativeReason | undefined;
  for (const { program } of policy.conditions) {
    const { value } = budget.run(program, { ...bindings, namespaceObject: null });
    if (value === false) return { matched: false, reasons: [], cost: budget.spent };
    // One that is not known may be false, whatever went wrong with the others.
    if (value instanceof CelError && (failed === undefined || value.unknown))
      failed = fault(program.source, value);
  }
  return failed === undefined ? 'hold' : { matched: true, reasons: [failed], cost: budget.spent };
}

/** What the author wrote for a failed validation, from the expression when it gives a usable sentence. */
function messageOf(validation: Validation, budget: Budget, bindings: Bindings): string {
  if (validation.messageProgram !== undefined) {
    const { value } = budget.run(validation.messageProgram, bindings);
    const text = typeof value === 'string' ? value.trim() : '';
    if (text !== '' && text.length <= MESSAGE_MAX && !text.includes('\n')) return text;
  }
  return validation.message === ''
    ? `failed expression: ${validation.program.source.trim()}`
    : validation.message;
}

/** An annotation that goes wrong refuses by the failure policy; there is nothing a binding could choose. */
function annotate(
  { auditAnnotations, failurePolicy }: CompiledNativePolicy,
  budget: Budget,
  bindings: Bindings,
): { readonly annotations: Readonly<Record<string, string>>; readonly reasons: readonly NativeReason[] } {
  const annotations: Record<string, string> = {};
  const reasons: NativeReason[] = [];
  for (const { name, program } of auditAnnotations) {
    const { value } = budget.run(program, bindings);
    if (typeof value === 'string' && value.trim() !== '') annotations[name] = value.trim();
    // What is not known could only refuse.
    if (value instanceof CelError && !(value.unknown && failurePolicy === 'Ignore'))
      reasons.push({ ...fault(program.source, value), always: true });
  }
  return { annotations, reasons };
}

/** Judges a request with one parameter object. */
function judgeOnce(policy: CompiledNativePolicy, base: Bindings): Outcome {
  const conditions = conditionsHold(policy, base);
  if (conditions !== 'hold') return conditions;
  const budget = new Budget(POLICY_COST_MAX);
  const bindings: Bindings = { ...base, variables: new Variables(policy.variables, budget, base) };
  const reasons: NativeReason[] = [];
  for (const validation of policy.validations) {
    const { value } = budget.run(validation.program, bindings);
    const expression = validation.program.source;
    if (value instanceof CelError) reasons.push(fault(expression, value));
    else if (value !== true) {
      const message = messageOf(validation, budget, bindings);
      reasons.push({ kind: 'validation', expression, message, reason: validation.reason });
    }
  }
  const { annotations, reasons: more } = annotate(policy, budget, bindings);
  return {
    matched: true,
    reasons: [...reasons, ...more],
    auditAnnotations: annotations,
    cost: budget.spent,
  };
}

/** Outcomes of all parameter objects together; each of them can deny. */
const together = (outcomes: readonly Outcome[]): Outcome => ({
  matched: outcomes.some((one) => one.matched),
  reasons: outcomes.flatMap((one) => one.reasons),
  auditAnnotations: Object.assign({}, ...outcomes.map((one) => one.auditAnnotations ?? {})) as Record<
    string,
    string
  >,
  cost: outcomes.reduce((sum, one) => sum + one.cost, 0),
});

const unknown = (message: string): Outcome => ({
  matched: true,
  reasons: [{ kind: 'unknown', message }],
  cost: 0,
});
const NO_MATCH: Outcome = { matched: false, reasons: [], cost: 0 };

/** Whether policy and binding are about the request, and if so what the expressions say. */
function outcomeOf(policy: CompiledNativePolicy, request: NativeRequest, inputs: NativeInputs): Outcome {
  if (isExempt(request)) return NO_MATCH;
  const found = [policy.match, ...(policy.binding.match === undefined ? [] : [policy.binding.match])].map(
    (match) => matches(match, request),
  );
  if (found.includes('no')) return NO_MATCH;
  if (found.includes('unknown')) return unknown('the labels of the namespace are not known');
  if (found.includes('converted'))
    return unknown('the API server would convert the object to another version before it is judged');
  if (!policy.hasParams || !policy.binding.hasParamRef)
    return judgeOnce(policy, bindingsOf(request, null, inputs.authorize));
  if (inputs.params === undefined) return unknown('the parameters of the policy are not known');
  if (inputs.params.length > 0)
    return together(
      inputs.params.map((params) => judgeOnce(policy, bindingsOf(request, params, inputs.authorize))),
    );
  return policy.binding.parameterNotFound === 'Allow'
    ? NO_MATCH
    : {
        matched: true,
        reasons: [{ kind: 'error', message: 'no parameters were found for the binding', always: true }],
        cost: 0,
      };
}

/**
 * Judges a request as the API server would: errors follow the failure policy, and what cannot be known is `undecided`, never
 * guessed.
 */
export function judgeNativePolicy(
  policy: CompiledNativePolicy,
  request: NativeRequest,
  inputs: NativeInputs = {},
): NativeJudgement {
  const outcome = outcomeOf(policy, request, inputs);
  // With failure policy Ignore an error counts for nothing; it is still shown.
  const counts = outcome.reasons.filter(
    (one) => one.kind === 'validation' || (one.kind === 'error' && policy.failurePolicy === 'Fail'),
  );
  const isUnknown = outcome.reasons.some((one) => one.kind === 'unknown');
  const { actions } = policy.binding;
  const rejected: Verdict = actions.has('Deny') || counts.some(({ always }) => always) ? 'deny' : 'alert';
  const verdict: Verdict = counts.length > 0 ? rejected : isUnknown ? 'undecided' : 'allow';
  return {
    verdict,
    policy: policy.name,
    matched: outcome.matched,
    reasons: outcome.reasons,
    warnings: actions.has('Warn') ? counts.filter(({ always }) => !always).map((one) => one.message) : [],
    auditAnnotations: outcome.auditAnnotations ?? {},
    cost: outcome.cost,
  };
}
