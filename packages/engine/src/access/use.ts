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

/** The permissions of a rule, and what they are called: each once. */
interface Atoms {
  readonly all: readonly Atom[];
  readonly words: readonly string[];
}

/** Many bindings give the same rule. */
const known = new WeakMap<PolicyRule, Atoms>();

const wordsOf = (atoms: readonly Atom[]): readonly string[] => [...new Set(atoms.map(({ words }) => words))];

function atomsOf(rule: PolicyRule): Atoms {
  const before = known.get(rule);
  if (before !== undefined) return before;
  const all = split(rule);
  const atoms = { all, words: wordsOf(all) };
  known.set(rule, atoms);
  return atoms;
}

const PATH = 'path';
/** What a request is about, as a rule without wildcards names it. */
const handleOf = (request: Attributes): string => {
  if (isPath(request)) return PATH;
  return request.subresource ? `${request.resource}/${request.subresource}` : request.resource;
};

/** Requests by what they are about, so that a permission is held against those alone that it may be about. */
class Requests {
  readonly #all: readonly Attributes[];
  readonly #byHandle: ReadonlyMap<string, readonly Attributes[]>;

  constructor(all: readonly Attributes[]) {
    this.#all = all;
    this.#byHandle = Map.groupBy(all, handleOf);
  }

  within(binding: Binding): Requests {
    return new Requests(this.#all.filter((request) => reaches(binding, request)));
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  useOf({ rule }: Atom): boolean {
    const [about = PATH] = rule.resources;
    const near = about.includes('*') ? this.#all : (this.#byHandle.get(about) ?? []);
    return near.some((request) => ruleAllows(rule, request));
  }
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
  const requests = new Requests(used.flatMap(requestsOf));
  const near = new Map<Binding, Requests>();
  const within = (binding: Binding): Requests => {
    const before = near.get(binding);
    if (before !== undefined) return before;
    const found = requests.within(binding);
    near.set(binding, found);
    return found;
  };
  let atoms = 0;
  const grants = granted.flatMap((grant): GrantUse[] => {
    const { all, words } = atomsOf(grant.rule);
    atoms += all.length;
    if (atoms > ATOMS_MAX) return [];
    const asked = requests.isEmpty ? requests : within(grant.binding);
    if (asked.isEmpty) return [{ grant, used: [], unseen: words }];
    const parts = Object.groupBy(all, (atom) => (asked.useOf(atom) ? 'used' : 'unseen'));
    return [{ grant, used: wordsOf(parts.used ?? []), unseen: wordsOf(parts.unseen ?? []) }];
  });
  return { grants, isCut: atoms > ATOMS_MAX };
}
