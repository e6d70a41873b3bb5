// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionMatch, AdmissionOperation } from '@bartizan/contracts';
import { ADMISSION_OPERATIONS } from '@bartizan/contracts/admission';
import { compileWildcard, isWildcard } from '../../expression/index.ts';
import type { Evaluation } from '../pod/evaluation.ts';
import { isObject, walk } from '../pod/json.ts';
import { BESIDE_PODS, POD_PATHS, type PodPath } from '../pod/pod-paths.ts';
import { isUnknown } from '../request.ts';
import { type Answer, NO, PERHAPS, YES } from './three-valued.ts';

/** Tests a name against globs; no globs: every name fits. */
export type NameTest = (name: string) => boolean;

const ANY: NameTest = () => true;

/** Compiles globs; undefined when one is none. Plain names are looked up in a set. */
export function nameTest(patterns: readonly string[] | undefined): NameTest | undefined {
  if (patterns === undefined || patterns.length === 0) return ANY;
  if (!patterns.every(isWildcard)) return undefined;
  const plain = new Set(patterns.filter((pattern) => !/[*?]/.test(pattern)));
  const globs = patterns.filter((pattern) => /[*?]/.test(pattern)).map(compileWildcard);
  return globs.length === 0
    ? (name) => plain.has(name)
    : (name) => plain.has(name) || globs.some((glob) => glob(name));
}

/** Tests a name against two lists: those that fit and those that never do. */
export function scopeTest(
  only: readonly string[] | undefined,
  never: readonly string[] | undefined,
): NameTest | undefined {
  const fits = nameTest(only);
  const excluded = never === undefined || never.length === 0 ? () => false : nameTest(never);
  if (fits === undefined || excluded === undefined) return undefined;
  if (never === undefined || never.length === 0) return fits;
  return (name) => fits(name) && !excluded(name);
}

/** The requests of a rule as keys of the dispatch index: `group/resource/subresource OPERATION`. */
export function dispatchKeys(match: AdmissionMatch, podPaths: readonly PodPath[] = POD_PATHS): string[] {
  const resources = match.resources.flatMap((resource) =>
    resource === 'workloads'
      ? [...podPaths.map((row) => `${row.group}/${row.resource}`), ...BESIDE_PODS]
      : [resource],
  );
  const keys = resources.flatMap((resource) =>
    match.operations.map((operation) => dispatchKey(resource, operation)),
  );
  return [...new Set(keys)];
}

/** One key of the dispatch index. A resource never covers its sub-resources. */
export const dispatchKey = (resource: string, operation: AdmissionOperation): string => {
  const [group = '', plural = '', sub = ''] = resource.split('/');
  return `${group}/${plural}/${sub} ${operation}`;
};

/** What is wrong with a match; undefined when nothing is. */
export function matchFault(match: AdmissionMatch): string | undefined {
  if (match.resources.length === 0) return 'it names no resource';
  if (match.operations.length === 0) return 'it names no operation';
  for (const operation of match.operations)
    if (!ADMISSION_OPERATIONS.includes(operation)) return `there is no operation ${String(operation)}`;
  for (const resource of match.resources)
    if (resource !== 'workloads' && !/^[a-z0-9.-]*\/[a-z0-9*-]+(?:\/[a-z]+)?$/.test(resource))
      return `${resource} is not group/resource, group/resource/subresource or workloads`;
  return undefined;
}

/** Labels that must be there with their values; `*` stands for any value. */
export function labelsHold(wanted: Readonly<Record<string, string>>, actual: unknown): Answer {
  const entries = Object.entries(wanted);
  if (entries.length === 0) return YES;
  if (!isObject(actual)) return NO;
  return entries.every(([key, value]) => {
    const found = Object.hasOwn(actual, key) ? actual[key] : undefined;
    return typeof found === 'string' && (value === '*' || found === value);
  })
    ? YES
    : NO;
}

/** Labels of the namespace; when nobody knows them, nobody knows whether they fit. */
export function namespaceLabelsHold(
  wanted: Readonly<Record<string, string>> | undefined,
  { context, request }: Evaluation,
): Answer {
  if (wanted === undefined || Object.keys(wanted).length === 0) return YES;
  if (request.namespace === '') return NO;
  const facts = context.namespace?.(request.namespace);
  if (facts === undefined || isUnknown(facts)) return PERHAPS;
  return labelsHold(wanted, facts.labels);
}

const LABELS = ['metadata', 'labels'];

/** The parts of a match that depend on more than resource, operation and namespace. */
export interface RequestTest {
  readonly fits: (evaluation: Evaluation) => Answer;
}

const EVERY_REQUEST: RequestTest = { fits: () => YES };

/** Compiles labels, users and groups of a match; undefined when a glob is none. */
export function requestTest(match: AdmissionMatch): RequestTest | undefined {
  const users = scopeTest(match.users, match.excludeUsers);
  const groups = nameTest(match.groups);
  if (users === undefined || groups === undefined) return undefined;
  const { labels = {}, namespaceLabels } = match;
  const namesUsers = (match.users ?? []).length > 0;
  const namesGroups = (match.groups ?? []).length > 0;
  const namesLabels = Object.keys(labels).length > 0;
  if (users === ANY && !namesGroups && !namesLabels && namespaceLabels === undefined) return EVERY_REQUEST;
  return {
    fits: (evaluation) => {
      const { user } = evaluation.request;
      if (user === undefined ? namesUsers || namesGroups : !users(user.name)) return NO;
      if (namesGroups && user !== undefined && !user.groups.some(groups)) return NO;
      if (namesLabels && labelsHold(labels, walk(evaluation.value, LABELS)) === NO) return NO;
      return namespaceLabelsHold(namespaceLabels, evaluation);
    },
  };
}
