// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import { type CompiledNativePolicy, compileNativePolicy, type NativePolicyOptions } from './compile.ts';
import { judgeNativePolicy, type NativeInputs, type NativeJudgement } from './judge.ts';
import {
  fieldOf,
  isObject,
  type Json,
  objectOr,
  type PolicyInvalid,
  readEach,
  textOr,
  textsOf,
} from './read.ts';
import type { NativeRequest } from './request.ts';
import { type LabelSelector, readSelector } from './selector.ts';

/** A constraint of Gatekeeper whose template is written in CEL. */
export interface GatekeeperConstraint {
  readonly policy: CompiledNativePolicy;
  /** Whether the constraint is about a request; undefined when labels it needs are not known. */
  readonly applies: (request: NativeRequest) => boolean | undefined;
  readonly parameters: NativeInputs['params'];
}

/** What a template may name besides what the API server gives: the object, also on deletion, and its parameters. */
const TEMPLATE_VARIABLES = [
  { name: 'anyObject', expression: 'request.operation == "DELETE" ? oldObject : object' },
  {
    name: 'params',
    expression: '!has(params.spec) ? null : !has(params.spec.parameters) ? null : params.spec.parameters',
  },
];

/** A name that may begin or end with `*`. */
function nameFits(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  const [starts, ends] = [pattern.endsWith('*'), pattern.startsWith('*')];
  const part = pattern.slice(ends ? 1 : 0, starts ? -1 : undefined);
  if (starts && ends) return name.includes(part);
  if (starts) return name.startsWith(part);
  return ends ? name.endsWith(part) : name === part;
}

interface KindRule {
  readonly groups: readonly string[];
  readonly kinds: readonly string[];
}
interface ConstraintMatch {
  readonly kinds: readonly KindRule[];
  readonly namespaces: readonly string[];
  readonly excluded: readonly string[];
  readonly name: string;
  readonly scope: string;
  readonly labels: LabelSelector;
  readonly namespaceLabels: LabelSelector;
}

function readConstraintMatch(value: unknown): Result<ConstraintMatch, PolicyInvalid> {
  const match = objectOr(value);
  const kinds = readEach<KindRule>(match['kinds'], 'spec.match.kinds', 1000, (one) =>
    ok({ groups: textsOf(one['apiGroups']), kinds: textsOf(one['kinds']) }),
  );
  if (!kinds.ok) return kinds;
  const labels = readSelector(match['labelSelector'], 'spec.match.labelSelector');
  if (!labels.ok) return labels;
  const namespaceLabels = readSelector(match['namespaceSelector'], 'spec.match.namespaceSelector');
  if (!namespaceLabels.ok) return namespaceLabels;
  return ok({
    kinds: kinds.value,
    namespaces: textsOf(match['namespaces']),
    excluded: textsOf(match['excludedNamespaces']),
    name: textOr(match['name']),
    scope: textOr(match['scope'], '*'),
    labels: labels.value,
    namespaceLabels: namespaceLabels.value,
  });
}

const kindFits = ({ kinds }: ConstraintMatch, { kind }: NativeRequest): boolean => {
  const isIn = (list: readonly string[], value: string): boolean =>
    list.length === 0 || list.includes('*') || list.includes(value);
  return (
    kinds.length === 0 || kinds.some((rule) => isIn(rule.groups, kind.group) && isIn(rule.kinds, kind.kind))
  );
};

/** Lists of namespaces leave objects of the cluster alone, but a Namespace is taken by its own name. */
function namespaceFits(match: ConstraintMatch, request: NativeRequest): boolean {
  const namespace = request.kind.kind === 'Namespace' ? request.name : request.namespace;
  if (namespace === undefined || namespace === '') return match.scope !== 'Namespaced';
  if (match.scope === 'Cluster' && request.kind.kind !== 'Namespace') return false;
  if (match.excluded.some((one) => nameFits(one, namespace))) return false;
  return match.namespaces.length === 0 || match.namespaces.some((one) => nameFits(one, namespace));
}

function appliesTo(match: ConstraintMatch, request: NativeRequest): boolean | undefined {
  const metadata = objectOr(fieldOf(request.object ?? request.oldObject, 'metadata'));
  if (!kindFits(match, request) || !namespaceFits(match, request)) return false;
  if (match.name !== '' && !nameFits(match.name, textOr(metadata['name']))) return false;
  if (!match.labels.matches(objectOr(metadata['labels']))) return false;
  if (match.namespaceLabels.isEmpty || request.namespace === undefined) return true;
  const labels = fieldOf(request.namespaceObject, 'metadata', 'labels');
  return isObject(labels) ? match.namespaceLabels.matches(labels) : undefined;
}

/** The template as the policy of the API server that it stands for. */
const asPolicy = (cel: Json, name: string): Json => ({
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: {
    paramKind: { apiVersion: 'constraints.gatekeeper.sh/v1beta1', kind: name },
    matchConstraints: {
      resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*', '*/*'] }],
    },
    failurePolicy: cel['failurePolicy'],
    matchConditions: cel['matchConditions'],
    variables: [
      ...TEMPLATE_VARIABLES,
      ...(Array.isArray(cel['variables']) ? (cel['variables'] as Json[]) : []),
    ],
    validations: cel['validations'],
  },
});

/** Compiles a constraint with the CEL source of its template. */
export function compileGatekeeperConstraint(
  cel: unknown,
  constraint: unknown,
  options: Pick<NativePolicyOptions, 'minor'> = {},
): Result<GatekeeperConstraint, PolicyInvalid> {
  const whole = objectOr(constraint);
  const match = readConstraintMatch(objectOr(whole['spec'])['match']);
  if (!match.ok) return match;
  const policy = compileNativePolicy(asPolicy(objectOr(cel), textOr(whole['kind'])), options);
  if (!policy.ok) return policy;
  return ok({
    policy: policy.value,
    applies: (request) => appliesTo(match.value, request),
    parameters: [whole as NonNullable<NativeInputs['params']>[number]],
  });
}

/** Judges a request; undefined when the constraint is not about it. */
export function judgeGatekeeperConstraint(
  { policy, applies, parameters }: GatekeeperConstraint,
  request: NativeRequest,
): NativeJudgement | undefined {
  const found = applies(request);
  if (found === false) return undefined;
  const judged = judgeNativePolicy(policy, request, parameters === undefined ? {} : { params: parameters });
  if (found === true) return judged;
  const message = 'the labels of the namespace are not known';
  return { ...judged, verdict: 'undecided', reasons: [{ kind: 'unknown', message }] };
}
