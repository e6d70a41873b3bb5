// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Attributes, isPath, ruleAllows } from './authorize.ts';
import type { AccessGraph, Grant, Person } from './graph.ts';
import type { Binding, PolicyRule } from './snapshot.ts';

/** A permission that was made use of, with the names of the objects; many of them are one without names. */
export interface UsedPermission {
  /** Without the name of an object. */
  readonly attributes: Attributes;
  /** Names of objects it was used on; empty: without a name, as a list is. */
  readonly names: readonly string[];
  /** There were more names than are kept. */
  readonly isCut: boolean;
}

/** A permission that a grant gives, and whether it was seen in use. */
export interface GrantUse {
  readonly grant: Grant;
  readonly used: readonly string[];
  /** Not seen is not unused: that takes a window that is long enough. */
  readonly unseen: readonly string[];
}

/** One permission of a rule: a verb on a resource of a group, or on a path. */
interface Atom {
  readonly words: string;
  readonly rule: PolicyRule;
}

const ATOMS_MAX = 4000;

/** Many bindings give the same rule. */
const known = new WeakMap<PolicyRule, readonly Atom[]>();

function atomsOf(rule: PolicyRule): readonly Atom[] {
  const before = known.get(rule);
  if (before !== undefined) return before;
  const atoms = split(rule);
  known.set(rule, atoms);
  return atoms;
}

function split(rule: PolicyRule): Atom[] {
  const ofPaths = rule.nonResourceURLs.flatMap((url) =>
    rule.verbs.map((verb) => ({
      words: `${verb} ${url}`,
      rule: { ...rule, verbs: [verb], nonResourceURLs: [url], apiGroups: [], resources: [] },
    })),
  );
  const ofResources = rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.map((verb) => ({
        words: `${verb} ${resource}${group === '' ? '' : `.${group}`}`,
        rule: { ...rule, verbs: [verb], apiGroups: [group], resources: [resource], nonResourceURLs: [] },
      })),
    ),
  );
  return [...ofPaths, ...ofResources];
}

/** The requests behind a used permission, as the authorizer was asked. */
export function requestsOf({ attributes, names }: UsedPermission): Attributes[] {
  if (isPath(attributes) || names.length === 0) return [attributes];
  return names.map((name) => (name === '' ? attributes : { ...attributes, name }));
}

const reaches = ({ kind, namespace }: Binding, attributes: Attributes): boolean =>
  kind === 'ClusterRoleBinding' || (!isPath(attributes) && attributes.namespace === namespace);

interface Use {
  readonly grants: readonly GrantUse[];
  readonly isCut: boolean;
}

/** What somebody was granted, each permission with whether it was seen in use. */
export const useOfGrants = (graph: AccessGraph, person: Person, used: readonly UsedPermission[]): Use =>
  useOf(graph.whatCan(person), used);

/** Each permission of grants with whether it was seen in use. */
export function useOf(granted: readonly Grant[], used: readonly UsedPermission[]): Use {
  const requests = used.flatMap(requestsOf);
  let atoms = 0;
  const grants = granted.flatMap((grant): GrantUse[] => {
    const all = atomsOf(grant.rule);
    atoms += all.length;
    if (atoms > ATOMS_MAX) return [];
    const isUsed = ({ rule }: Atom): boolean =>
      requests.some((request) => reaches(grant.binding, request) && ruleAllows(rule, request));
    const parts = Object.groupBy(all, (atom) => (isUsed(atom) ? 'used' : 'unseen'));
    const words = (list: readonly Atom[] = []): string[] => [...new Set(list.map((atom) => atom.words))];
    return [{ grant, used: words(parts.used), unseen: words(parts.unseen) }];
  });
  return { grants, isCut: atoms > ATOMS_MAX };
}
