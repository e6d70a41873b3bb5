// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PolicyRule } from './snapshot.ts';

/** What somebody wants to do with a resource; the core API group is empty, so is the namespace of cluster scope. */
export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  /** Name of the object; empty for list, watch, create and deletecollection. */
  readonly name?: string | undefined;
}
/** What somebody wants to do with a path that is no resource. */
export interface PathAttributes {
  readonly verb: string;
  readonly nonResourceURL: string;
}
export type Attributes = ResourceAttributes | PathAttributes;

export const isPath = (attributes: Attributes): attributes is PathAttributes =>
  'nonResourceURL' in attributes;

const hasOrAll = (values: readonly string[], value: string): boolean =>
  values.includes('*') || values.includes(value);

/** `*`, `resource`, `resource/subresource` or the whole subresource by `*` before the slash. */
function resourceMatches(rule: PolicyRule, { resource, subresource }: ResourceAttributes): boolean {
  const combined = subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`;
  for (const wanted of rule.resources) {
    if (wanted === '*' || wanted === combined) return true;
    if (subresource !== undefined && subresource !== '' && wanted === `*/${subresource}`) return true;
  }
  return false;
}

const pathMatches = (rule: PolicyRule, path: string): boolean =>
  rule.nonResourceURLs.some(
    (wanted) =>
      wanted === '*' ||
      wanted === path ||
      (wanted.endsWith('*') && path.startsWith(wanted.slice(0, wanted.length - 1))),
  );

/** Whether one rule allows it: the RBAC authorizer of Kubernetes (pkg/apis/rbac/v1, RuleAllows). */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!hasOrAll(rule.verbs, attributes.verb)) return false;
  if (isPath(attributes)) return pathMatches(rule, attributes.nonResourceURL);
  if (!hasOrAll(rule.apiGroups, attributes.group) || !resourceMatches(rule, attributes)) return false;
  const name = attributes.name ?? '';
  return rule.resourceNames.length === 0 || rule.resourceNames.includes(name);
}
