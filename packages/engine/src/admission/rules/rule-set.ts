// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionBinding,
  AdmissionException,
  AdmissionRule,
  AdmissionStage,
  Failure,
  Result,
} from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { contentHash } from '../../revision/index.ts';
import { DEFAULT_POD_PATHS, type PodPath, type PodPathTable, podPathTable } from '../pod/pod-paths.ts';
import type { AdmissionRequest } from '../request.ts';
import { type CompiledAdmissionRule, compileAdmissionRule, type Variant } from './compile-rule.ts';
import { type CompiledException, compileException } from './exceptions.ts';
import { dispatchKey, dispatchKeys } from './match.ts';
import { type Needs, needsOfAny } from './need.ts';
import type { Node } from './node.ts';
import { type Prefilter, prefilter } from './prefilter.ts';
import { type CelCompiler, SharedNodes } from './settings.ts';
import { SharedTellings } from './telling.ts';

/** What is to be in force. */
export interface AdmissionPolicy {
  readonly rules: readonly AdmissionRule[];
  readonly bindings?: readonly AdmissionBinding[];
  readonly exceptions?: readonly AdmissionException[];
  /** Custom kinds that hold pod templates. */
  readonly podPaths?: readonly PodPath[];
}
/** Ports of the compiler. */
export interface AdmissionCompileOptions {
  readonly compileCel?: CelCompiler;
}

/** A rule with the ways it may be in force. */
export interface PlannedRule {
  readonly compiled: CompiledAdmissionRule;
  /** The first that fits decides. */
  readonly variants: readonly Variant[];
}

/** Rules of one kind of request, in order. */
export interface Dispatch {
  readonly rules: readonly PlannedRule[];
  readonly filter: Prefilter;
}

/** Rules in force. It never changes: another policy is another rule set, and who holds it swaps the whole. */
export interface AdmissionRuleSet {
  /** Content hash over rules, bindings, exceptions and pod paths. */
  readonly revision: string;
  readonly rules: readonly CompiledAdmissionRule[];
  readonly exceptions: readonly CompiledException[];
  readonly podPaths: PodPathTable;
  /** Room for the answers of shared conditions, none of them asked; one decision is through with it before the next. */
  readonly answers: () => Uint8Array;
  /** Rules that may be asked of a request, whatever its namespace, with what tells which need not be. */
  readonly dispatch: (request: AdmissionRequest, stage: AdmissionStage) => Dispatch;
  /** Rules that are in force for a kind in a namespace, in order. */
  readonly planFor: (request: AdmissionRequest, stage: AdmissionStage) => readonly PlannedRule[];
}

/** A policy that was compiled, and what of it was refused, each with its reason. */
export interface AdmissionCompilation {
  readonly set: AdmissionRuleSet;
  readonly refused: readonly { readonly id: string; readonly failure: Failure }[];
}

const RULES_MAX = 10_000;
const PLANS_MAX = 8192;
const NOTHING: readonly CompiledAdmissionRule[] = [];

/** Rising order; deny before allow within one; then by id, so that the order never depends on files. */
const inOrder = (one: CompiledAdmissionRule, two: CompiledAdmissionRule): number =>
  one.rule.order - two.rule.order ||
  (one.rule.effect === two.rule.effect ? 0 : one.rule.effect === 'deny' ? -1 : 1) ||
  (one.rule.id < two.rule.id ? -1 : 1);

/** The rules that name a resource and an operation, by key. */
type RuleIndex = (key: string) => readonly CompiledAdmissionRule[];

/** Most rules are about all workloads, a hundred keys and more: those that name the same are put in as one. */
function indexOf(rules: readonly CompiledAdmissionRule[], podPaths: readonly PodPath[]): RuleIndex {
  const alike = new Map<string, CompiledAdmissionRule[]>();
  for (const compiled of rules) {
    const { resources, operations } = compiled.rule.match;
    addTo(alike, JSON.stringify([resources, operations]), compiled);
  }
  const index = new Map<string, (readonly CompiledAdmissionRule[])[]>();
  for (const group of alike.values()) {
    const [first] = group;
    if (first !== undefined)
      for (const key of dispatchKeys(first.rule.match, podPaths)) addTo(index, key, group);
  }
  return (key) => {
    const groups = index.get(key) ?? [];
    const [only = NOTHING] = groups;
    return groups.length > 1 ? groups.flat().sort(inOrder) : only;
  };
}

function addTo<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

/** What any variant of a rule needs; the very same for rules that ask the same. */
function needsReader(): (variants: readonly Variant[]) => Needs {
  const known = new Map<Node, Needs>();
  return (variants) => {
    const [first] = variants;
    if (first === undefined || variants.length > 1) return needsOfAny(variants.map(({ node }) => node));
    const { node } = first;
    if (!known.has(node)) known.set(node, needsOfAny([node]));
    return known.get(node);
  };
}

/** What rules were looked up for, and which. */
type Asked = Pick<AdmissionRequest, 'group' | 'resource' | 'subResource' | 'operation'> & {
  readonly stage: AdmissionStage;
  readonly dispatch: Dispatch;
};

/** The rules that may fit a request, by resource, operation and stage: worked out once for each. */
function dispatcher(index: RuleIndex): AdmissionRuleSet['dispatch'] {
  const known = new Map<string, Dispatch>();
  const needsOf = needsReader();
  // Most questions are about what the one before was about: its name is not made again.
  let last: Asked | undefined;
  const find: AdmissionRuleSet['dispatch'] = ({ group, resource, subResource, operation }, stage) => {
    const name = `${group}/${resource}/${subResource} ${operation}${stage}`;
    const made = known.get(name);
    if (made !== undefined) return made;
    const named = index(dispatchKey(`${group}/${resource}/${subResource}`, operation));
    const wild = index(dispatchKey(`${group}/*/${subResource}`, operation));
    const all = wild.length === 0 ? named : [...new Set([...named, ...wild])].sort(inOrder);
    const rules = all
      .filter(({ rule }) => rule.stages.includes(stage))
      .map((compiled) => ({ compiled, variants: compiled.variants }));
    const filter = prefilter(rules.map(({ variants }) => needsOf(variants)));
    const dispatch = { rules, filter };
    // Resources that no rule names are without end; those that one names are not.
    if (known.size >= PLANS_MAX) known.clear();
    known.set(name, dispatch);
    return dispatch;
  };
  return (request, stage) => {
    const { group, resource, subResource, operation } = request;
    if (
      last === undefined ||
      last.group !== group ||
      last.resource !== resource ||
      last.subResource !== subResource ||
      last.operation !== operation ||
      last.stage !== stage
    )
      last = { group, resource, subResource, operation, stage, dispatch: find(request, stage) };
    return last.dispatch;
  };
}

/** The rules of one namespace: for reports, which ask this of each namespace once. */
const planner =
  (dispatch: AdmissionRuleSet['dispatch']): AdmissionRuleSet['planFor'] =>
  (request, stage) =>
    dispatch(request, stage)
      .rules.filter(({ compiled }) => compiled.namespaces(request.namespace))
      .map(({ compiled, variants }) => ({
        compiled,
        variants: variants.filter((variant) => variant.namespaces(request.namespace)),
      }));

const revisionOf = ({ rules, bindings = [], exceptions = [], podPaths = [] }: AdmissionPolicy): string => {
  const byId = (one: { readonly id: string }, two: { readonly id: string }): number =>
    one.id < two.id ? -1 : one.id > two.id ? 1 : 0;
  return contentHash([rules.toSorted(byId), bindings, exceptions.toSorted(byId), podPaths]);
};

/** Compiles what can be compiled: one bad rule never disarms the others; who calls shows `refused`. */
export function compileAdmissionPolicyLeniently(
  policy: AdmissionPolicy,
  options: AdmissionCompileOptions = {},
): AdmissionCompilation {
  const { bindings = [], podPaths = [] } = policy;
  const taken = { ...policy, rules: [...policy.rules], exceptions: [...(policy.exceptions ?? [])] };
  const shared = new SharedNodes();
  const tellings = new SharedTellings();
  const refused: { readonly id: string; readonly failure: Failure }[] = [];
  const compiled = new Map<string, CompiledAdmissionRule>();
  for (const rule of policy.rules) {
    const outcome = compiled.has(rule.id)
      ? err(failure('E_ADMISSION_RULE', `${rule.id}: two rules have this id`))
      : compiled.size >= RULES_MAX
        ? err(failure('E_ADMISSION_RULE', `${rule.id}: more than ${RULES_MAX} rules`))
        : compileAdmissionRule(rule, { ...options, bindings, shared, tellings });
    if (outcome.ok) compiled.set(rule.id, outcome.value);
    else refused.push({ id: rule.id, failure: outcome.error });
  }
  const exceptions: CompiledException[] = [];
  for (const exception of policy.exceptions ?? []) {
    const outcome = compileException(exception);
    if (outcome.ok) exceptions.push(outcome.value);
    else refused.push({ id: exception.id, failure: outcome.error });
  }
  const rules = [...compiled.values()].sort(inOrder);
  const table = podPaths.length === 0 ? DEFAULT_POD_PATHS : podPathTable(podPaths);
  const dispatch = dispatcher(indexOf(rules, [...table.values()].flat()));
  let revision: string | undefined;
  return {
    set: {
      // Hashed when somebody asks: a gate in a pipeline never does.
      get revision() {
        revision ??= revisionOf(taken);
        return revision;
      },
      rules,
      exceptions,
      podPaths: table,
      answers: () => shared.room(),
      dispatch,
      planFor: planner(dispatch),
    },
    refused,
  };
}

/** Compiles a policy; the first bad part is the error. */
export function compileAdmissionPolicy(
  policy: AdmissionPolicy,
  options: AdmissionCompileOptions = {},
): Result<AdmissionRuleSet, Failure> {
  const { set, refused } = compileAdmissionPolicyLeniently(policy, options);
  const first = refused[0];
  return first === undefined ? ok(set) : err(first.failure);
}
