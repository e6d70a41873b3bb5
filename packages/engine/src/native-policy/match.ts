// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
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
import type { GroupVersionResource, NativeRequest } from './request.ts';
import { type LabelSelector, readSelector } from './selector.ts';

/** Most rules of one policy. */
const RULES_MAX = 1000;

interface ResourceRule {
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
  readonly names: readonly string[];
  readonly scope: string;
}

/** Which requests a policy or binding is about. */
export interface Match {
  readonly rules: readonly ResourceRule[];
  readonly excluded: readonly ResourceRule[];
  readonly equivalent: boolean;
  readonly namespaces: LabelSelector;
  readonly objects: LabelSelector;
  /** A binding without rules is about all that its policy is about. */
  readonly anyResource: boolean;
}
/** `converted`: it matches in another version than the object is in, which we cannot convert to. */
export type Matching = 'yes' | 'no' | 'unknown' | 'converted';

const readRule = (one: Json): Result<ResourceRule, PolicyInvalid> =>
  ok({
    groups: textsOf(one['apiGroups']),
    versions: textsOf(one['apiVersions']),
    operations: textsOf(one['operations']),
    resources: textsOf(one['resources']),
    names: textsOf(one['resourceNames']),
    scope: textOr(one['scope'], '*'),
  });

/** Reads `matchConstraints` of a policy or `matchResources` of a binding. */
export function readMatch(value: unknown, where: string, anyResource: boolean): Result<Match, PolicyInvalid> {
  const spec = objectOr(value);
  const rules = readEach(spec['resourceRules'], `${where}.resourceRules`, RULES_MAX, readRule);
  if (!rules.ok) return rules;
  const excluded = readEach(
    spec['excludeResourceRules'],
    `${where}.excludeResourceRules`,
    RULES_MAX,
    readRule,
  );
  if (!excluded.ok) return excluded;
  const namespaces = readSelector(spec['namespaceSelector'], `${where}.namespaceSelector`);
  if (!namespaces.ok) return namespaces;
  const objects = readSelector(spec['objectSelector'], `${where}.objectSelector`);
  if (!objects.ok) return objects;
  return ok({
    rules: rules.value,
    excluded: excluded.value,
    equivalent: textOr(spec['matchPolicy'], 'Equivalent') !== 'Exact',
    namespaces: namespaces.value,
    objects: objects.value,
    anyResource: anyResource && rules.value.length === 0,
  });
}

const isIn = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);
const isNamespace = ({ group, resource }: GroupVersionResource): boolean =>
  group === '' && resource === 'namespaces';

function resourceFits(patterns: readonly string[], resource: string, subResource: string): boolean {
  return patterns.some((pattern) => {
    const [first = '', second = ''] = pattern.split('/', 2);
    return (first === '*' || first === resource) && (second === '*' || second === subResource);
  });
}

function scopeFits(scope: string, resource: GroupVersionResource, namespace: string | undefined): boolean {
  const ofCluster = isNamespace(resource) || namespace === undefined || namespace === '';
  return scope === '*' || (scope === 'Cluster' ? ofCluster : !ofCluster);
}

function ruleFits(rule: ResourceRule, resource: GroupVersionResource, request: NativeRequest): boolean {
  return (
    isIn(rule.groups, resource.group) &&
    isIn(rule.versions, resource.version) &&
    isIn(rule.operations, request.operation) &&
    resourceFits(rule.resources, resource.resource, request.subResource ?? '') &&
    (rule.names.length === 0 || rule.names.includes(request.name ?? '')) &&
    scopeFits(rule.scope, resource, request.namespace)
  );
}

/** Policies and webhooks themselves are judged by no policy: one that shuts all out could not be taken back. */
const EXEMPT = new Set([
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);
export const isExempt = ({ resource: { group, resource } }: NativeRequest): boolean =>
  group === 'admissionregistration.k8s.io' && EXEMPT.has(resource);

const labelsOf = (object: unknown): Json | undefined => {
  const metadata = fieldOf(object, 'metadata');
  return isObject(metadata) ? objectOr(metadata['labels']) : undefined;
};

function namespaceFits(match: Match, request: NativeRequest): Matching {
  if (match.namespaces.isEmpty) return 'yes';
  if (isNamespace(request.resource)) {
    const own =
      request.operation === 'DELETE' ? (request.oldObject ?? request.namespaceObject) : request.object;
    return match.namespaces.matches(labelsOf(own) ?? {}) ? 'yes' : 'no';
  }
  if (request.namespace === undefined || request.namespace === '') return 'yes';
  const labels = labelsOf(request.namespaceObject);
  if (labels === undefined) return 'unknown';
  return match.namespaces.matches(labels) ? 'yes' : 'no';
}

function objectFits(match: Match, request: NativeRequest): boolean {
  if (match.objects.isEmpty) return true;
  return [request.object, request.oldObject].some((object) => {
    const labels = labelsOf(object);
    return labels !== undefined && match.objects.matches(labels);
  });
}

function rulesFit(match: Match, rules: readonly ResourceRule[], request: NativeRequest): Matching {
  if (rules.some((rule) => ruleFits(rule, request.resource, request))) return 'yes';
  const others = match.equivalent ? (request.equivalents ?? []) : [];
  return others.some((other) => rules.some((rule) => ruleFits(rule, other, request))) ? 'converted' : 'no';
}

/** Whether a request is one the policy is about. */
export function matches(match: Match, request: NativeRequest): Matching {
  if (rulesFit(match, match.excluded, request) !== 'no') return 'no';
  const rules = match.anyResource ? 'yes' : rulesFit(match, match.rules, request);
  if (rules === 'no' || !objectFits(match, request)) return 'no';
  const namespace = namespaceFits(match, request);
  return namespace === 'yes' ? rules : namespace;
}
