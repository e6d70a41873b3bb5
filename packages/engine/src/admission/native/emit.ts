// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionBinding,
  type AdmissionMode,
  type AdmissionRule,
  type LocalText,
  ok,
  type Result,
} from '@bartizan/contracts';
import { canBeOfBefore } from '../fields/about.ts';
import { isPlainPath, type PodPath } from '../pod/pod-paths.ts';
import type { CompiledAdmissionRule, Variant } from '../rules/compile-rule.ts';
import { dispatchKeys, nameTest } from '../rules/match.ts';
import {
  type AdmissionCompileOptions,
  type AdmissionPolicy,
  compileAdmissionPolicyLeniently,
} from '../rules/rule-set.ts';
import { renamed } from './cel-text.ts';
import { conditionText } from './condition.ts';
import { asksImagesOnly, IMAGE_VERDICTS, type ImageJudge, imageJudge, verdictText } from './image-verdict.ts';
import { messageExpression, messageOf } from './message.ts';
import { isMutating, mutationOf, type NativeMutation } from './mutate.ts';
import { elsewhereThan, type NativeObject, nativeObject, objectName } from './native-object.ts';
import {
  afterAllow,
  allowsOnly,
  doesNotCompile,
  hasException,
  manyPods,
  notAtAdmission,
  type Unfit,
} from './reason.ts';
import {
  bindingGuards,
  elsewhere,
  type Guard,
  matchGuards,
  podHolder,
  resourceRules,
  resourcesOf,
} from './scope.ts';
import { namesFor, variablesFor } from './variables.ts';

/** One way a rule is in force, as the API server holds it. */
export interface NativePair {
  readonly policy: NativeObject;
  readonly binding: NativeObject;
  readonly mode: AdmissionMode;
  /** Of a rule that asks images only: the closure that says which digests its parameter objects name. */
  readonly images?: ImageJudge;
}
/** A rule that the API server can hold by itself; without pairs it is off everywhere. */
export interface NativeRule {
  readonly rule: string;
  readonly revision: string;
  readonly pairs: readonly NativePair[];
  /** What it fills in where safe defaults are asked for. */
  readonly mutations: readonly NativeMutation[];
  /** Why the API server cannot fill it in, where the webhook does. */
  readonly notMutable?: LocalText;
}
/** A rule that it cannot, and why. */
export interface NotExpressible {
  readonly rule: string;
  readonly reason: LocalText;
}
export interface NativeEmission {
  readonly compiled: readonly NativeRule[];
  readonly notExpressible: readonly NotExpressible[];
}

export interface NativeOptions extends AdmissionCompileOptions {
  /** For exceptions, which end. */
  readonly nowMs: number;
  /** What names of objects begin with, instead of `bartizan.`. */
  readonly prefix?: string;
  /** Labels beside the one that says who manages them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Namespaces the bindings leave out, as the webhooks do. */
  readonly exemptNamespaces?: readonly string[];
  /** Labels of the verdicts on images in the cluster; absent: nobody keeps any there, so rules about images stay out. */
  readonly imageVerdicts?: Readonly<Record<string, string>>;
  /** What is wrong with a policy on the API server that it is meant for; nothing when it takes it. */
  readonly fault?: (policy: NativeObject, binding: NativeObject) => string | undefined;
}

/** The oldest API server (1.N) that takes what is written here: the first with these policies as v1. */
export const NATIVE_MINOR = 30;

const ACTIONS: Readonly<Record<AdmissionMode, readonly string[]>> = {
  enforce: ['Deny', 'Audit'],
  warn: ['Warn', 'Audit'],
  audit: ['Audit'],
};

interface Draft {
  readonly compiled: CompiledAdmissionRule;
  readonly podPaths: readonly PodPath[];
  readonly options: NativeOptions;
}

/** Whether the verdicts on images stand for the condition. */
const byVerdicts = ({ compiled, options }: Draft): boolean =>
  options.imageVerdicts !== undefined && asksImagesOnly(compiled.rule);

/** The body of a policy: what it matches, and what must hold. */
function specOf(
  draft: Draft,
  variant: Variant,
  scope: readonly Guard[],
  name: string,
): Result<Readonly<Record<string, unknown>>, LocalText> {
  const { rule } = draft.compiled;
  const isByVerdicts = byVerdicts(draft);
  const condition = isByVerdicts ? ok(verdictText(name)) : conditionText(rule.condition, variant.parameters);
  if (!condition.ok) return condition;
  const { operations } = rule.match;
  const names = namesFor(operations);
  const resources = resourcesOf(rule.match, draft.podPaths);
  const guards = [...matchGuards(rule.match), ...scope];
  const outer = guards.filter(({ ofNamespace }) => !ofNamespace);
  const inner = guards.filter(({ ofNamespace }) => ofNamespace);
  const violated = renamed(condition.value.text, names.now);
  // An update that leaves what the rule looks at as it was is not refused: the violation is one of before.
  const reads = [...new Set(condition.value.reads)].map(
    (read) => `${renamed(read, names.now)} == ${renamed(read, names.before)}`,
  );
  // Nor is one that the rule was not about before: labels of the object are the only guard that an update changes.
  const fitted = guards
    .filter(({ name }) => name === 'labels')
    .map(({ text }) => renamed(text, names.before));
  const isOfBefore =
    operations.includes('UPDATE') && canBeOfBefore(condition.value.about)
      ? [['request.operation == "UPDATE"', ...fitted, ...reads].join(' && ')]
      : [];
  const expression = [
    ...inner.map(({ text }) => `!${renamed(text, names.now)}`),
    `!(${violated})`,
    ...isOfBefore.map((text) => `(${text})`),
  ].join(' || ');
  const sentence = messageExpression(rule, variant.parameters, (text) => renamed(text, names.now));
  const variables = variablesFor(
    [expression, ...(sentence === undefined ? [] : [sentence])],
    podHolder(resources, draft.podPaths),
    names,
  );
  return ok({
    // Where the kind of the parameters is gone, the API server could not ask at all: that must not stop a cluster.
    ...(isByVerdicts ? { failurePolicy: 'Ignore', paramKind: PARAM_KIND } : { failurePolicy: 'Fail' }),
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: resourceRules(resources, operations),
    },
    ...(outer.length === 0
      ? {}
      : {
          matchConditions: outer.map(({ name, text }, at) => ({
            name: `${at + 1}-${name}`,
            // Variables are not known here.
            expression: renamed(text, {
              object: operations.includes('DELETE')
                ? '(request.operation == "DELETE" ? oldObject : object)'
                : 'object',
            }),
          })),
        }),
    ...(variables.length === 0 ? {} : { variables }),
    validations: [
      {
        expression,
        message: messageOf(rule),
        ...(sentence === undefined ? {} : { messageExpression: sentence }),
        reason: 'Forbidden',
      },
    ],
  });
}

const PARAM_KIND = {
  apiVersion: `${IMAGE_VERDICTS.group}/${IMAGE_VERDICTS.version}`,
  kind: IMAGE_VERDICTS.kind,
};

/** Where a binding holds, but for what its policy says already. */
function bindingSpec(
  { compiled, options, podPaths }: Draft,
  policyName: string,
  mode: AdmissionMode,
): Readonly<Record<string, unknown>> {
  const exempt = options.exemptNamespaces ?? [];
  const namespaceSelector = { matchExpressions: [elsewhereThan(exempt)] };
  const isByVerdicts = byVerdicts({ compiled, options, podPaths });
  return {
    policyName,
    validationActions: [...ACTIONS[mode]],
    ...(isByVerdicts
      ? {
          paramRef: {
            selector: { matchLabels: { ...options.imageVerdicts } },
            parameterNotFoundAction: 'Allow',
          },
        }
      : {}),
    ...(exempt.length === 0
      ? {}
      : { matchResources: { matchPolicy: 'Equivalent', namespaceSelector, objectSelector: {} } }),
  };
}

function pairOf(
  draft: Draft,
  variant: Variant & { readonly mode: AdmissionMode },
  scope: readonly Guard[],
): Result<NativePair, LocalText> {
  const { compiled, options } = draft;
  const { mode, parameters } = variant;
  const name = objectName(compiled.rule.id, variant.binding, options);
  const spec = specOf(draft, variant, scope, name);
  if (!spec.ok) return spec;
  const make = (kind: NativeObject['kind'], body: NativeObject['spec']): NativeObject =>
    nativeObject(kind, name, compiled, { ...options, spec: body });
  const policy = make('ValidatingAdmissionPolicy', spec.value);
  const binding = make('ValidatingAdmissionPolicyBinding', bindingSpec(draft, name, mode));
  const fault = options.fault?.(policy, binding);
  if (fault !== undefined) return doesNotCompile(fault);
  if (!byVerdicts(draft)) return ok({ policy, binding, mode });
  const images = imageJudge(compiled.rule, parameters);
  return images.ok
    ? ok({ policy, binding, mode, images: images.value })
    : doesNotCompile(images.error.detail);
}

type Written = Omit<NativeRule, 'rule' | 'revision'>;

function pairsOf(draft: Draft, bindings: readonly AdmissionBinding[]): Result<Written, LocalText> {
  const pairs: NativePair[] = [];
  const mutations: NativeMutation[] = [];
  let notMutable: LocalText | undefined;
  const before: AdmissionBinding[] = [];
  for (const variant of draft.compiled.variants) {
    const own = bindings.find(({ id }) => id === variant.binding);
    const { mode } = variant;
    const rest = elsewhere(before);
    if (own !== undefined) before.push(own);
    // A binding before that holds everywhere leaves nothing to those after it.
    if (mode === 'off' || rest.some(({ text }) => text === 'false')) continue;
    const scope = [...bindingGuards(own), ...rest];
    const pair = pairOf(draft, { ...variant, mode }, scope);
    if (!pair.ok) return pair;
    pairs.push(pair.value);
    if (!isMutating(draft.compiled, mode)) continue;
    const mutation = mutationOf(draft.compiled, { ...variant, mode }, scope, draft.options);
    if (mutation.ok) mutations.push(mutation.value);
    else notMutable = mutation.error;
  }
  // In part would be another repair than that of the webhook.
  return ok(notMutable === undefined ? { pairs, mutations } : { pairs, mutations: [], notMutable });
}

/** The first reason for which a rule cannot be held by the API server, whatever its condition says. */
function obstacle(
  { rule }: CompiledAdmissionRule,
  allows: readonly AdmissionRule[],
  policy: AdmissionPolicy,
  nowMs: number,
): Unfit | undefined {
  if (!rule.stages.includes('admission')) return notAtAdmission;
  if (rule.effect === 'allow') return allowsOnly;
  const keys = new Set(dispatchKeys(rule.match, policy.podPaths));
  const wild = (one: AdmissionRule): boolean =>
    [...one.match.resources, ...rule.match.resources].some((name) => name.includes('*'));
  const shadow = allows.find(
    (one) =>
      one.order < rule.order &&
      (wild(one) || dispatchKeys(one.match, policy.podPaths).some((key) => keys.has(key))),
  );
  if (shadow !== undefined) return afterAllow(shadow.id);
  const exception = (policy.exceptions ?? []).find(
    ({ rules, expiresAtMs }) => expiresAtMs > nowMs && (nameTest(rules)?.(rule.id) ?? true),
  );
  return exception === undefined ? undefined : hasException(exception.id);
}

const isPlain = (rows: readonly PodPath[]): boolean => rows.length === 1 && rows.every(isPlainPath);

/** A rule about all workloads is held for those kinds that can be followed; one that names another kind is not held in part. */
function namesUnfollowed({ rule }: CompiledAdmissionRule, unfollowed: readonly string[]): Unfit | undefined {
  const named = unfollowed.find((name) =>
    rule.match.resources.some((one) => one === name || one === name.replace(/[^/]+$/, '*')),
  );
  return named === undefined ? undefined : manyPods(named);
}

/**
 * Writes rules as ValidatingAdmissionPolicies with their bindings, so that the API server itself holds them while nothing of
 * ours runs. A rule either comes out whole or is listed with the reason: none is ever made weaker.
 */
export function emitNativePolicies(policy: AdmissionPolicy, options: NativeOptions): NativeEmission {
  const { compileCel } = options;
  const { set, refused } = compileAdmissionPolicyLeniently(
    policy,
    compileCel === undefined ? {} : { compileCel },
  );
  const podPaths = [...set.podPaths.values()].filter(isPlain).flat();
  const unfollowed = [...set.podPaths].filter(([, rows]) => !isPlain(rows)).map(([name]) => name);
  const ids = new Set(policy.rules.map(({ id }) => id));
  const notExpressible: NotExpressible[] = refused
    .filter(({ id }) => ids.has(id))
    .map(({ id, failure }) => ({ rule: id, reason: doesNotCompile(failure.detail).error }));
  const allows = set.rules.map(({ rule }) => rule).filter(({ effect }) => effect === 'allow');
  const whole = { ...policy, podPaths };
  const emitted: NativeRule[] = [];
  for (const compiled of set.rules) {
    const { rule, revision } = compiled;
    const pairs =
      obstacle(compiled, allows, whole, options.nowMs) ??
      namesUnfollowed(compiled, unfollowed) ??
      pairsOf({ compiled, podPaths, options }, policy.bindings ?? []);
    if (pairs.ok) emitted.push({ rule: rule.id, revision, ...pairs.value });
    else notExpressible.push({ rule: rule.id, reason: pairs.error });
  }
  return { compiled: emitted, notExpressible };
}
