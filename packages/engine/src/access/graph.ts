// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { selectsLabels } from '../label-selector.ts';
import { type Attributes, isPath, ruleAllows } from './authorize.ts';
import type { AccessSnapshot, Binding, PolicyRule, Role, Subject } from './snapshot.ts';

/** One way by which somebody is allowed something. */
export interface Grant {
  readonly binding: Binding;
  readonly role: Role;
  readonly rule: PolicyRule;
}

/** Somebody with what is known of them. Implicit groups are added by `groupsOf`. */
export interface Person {
  readonly user: string;
  readonly groups: readonly string[];
}

/** A role with the rules it has in effect. */
interface EffectiveRole {
  readonly role: Role;
  readonly rules: readonly PolicyRule[];
}

/** Rules of one role that are about one resource, with the bindings of the role by namespace. */
interface RoleRules {
  readonly role: Role;
  readonly rules: readonly PolicyRule[];
  readonly bindings: ReadonlyMap<string, readonly Binding[]>;
}

/** Name of the group that is never asked: the API server lets it do everything before RBAC. */
export const MASTERS = 'system:masters';

/** User name of a service account. */
export const accountUser = (namespace: string, name: string): string =>
  `system:serviceaccount:${namespace}:${name}`;

/** Namespace and name of a service account's user name. */
export function accountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  const [system, kind, namespace, name, ...more] = user.split(':');
  return system === 'system' && kind === 'serviceaccount' && namespace && name && more.length === 0
    ? { namespace, name }
    : undefined;
}

/** The groups somebody has without being given them (k8s.io/apiserver, serviceaccount.MakeGroupNames). */
export function groupsOf({ user, groups }: Person): string[] {
  const account = accountOf(user);
  const implicit = account
    ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated']
    : user === 'system:anonymous'
      ? ['system:unauthenticated']
      : ['system:authenticated'];
  return [...new Set([...groups, ...implicit])];
}

const roleKey = (kind: string, namespace: string, name: string): string =>
  kind === 'Role' ? `r/${namespace}/${name}` : `c/${name}`;
const subjectKey = ({ kind, namespace, name }: Subject): string =>
  kind === 'ServiceAccount' ? `User/${accountUser(namespace, name)}` : `${kind}/${name}`;

/**
 * Rules of aggregated ClusterRoles to a fixpoint: each round adds what the selected roles have, and a cycle adds
 * nothing new, so it ends after at most as many rounds as there are aggregated roles.
 */
function aggregate(roles: readonly Role[]): Map<string, EffectiveRole> {
  const rulesOf = new Map<Role, Set<PolicyRule>>(
    roles.map((role) => [role, new Set(role.aggregates === undefined ? role.rules : [])]),
  );
  const clusterRoles = roles.filter(({ kind }) => kind === 'ClusterRole');
  const chosen = roles
    .filter(({ aggregates }) => aggregates !== undefined)
    .map((role) => ({
      role,
      sources: clusterRoles.filter(
        (other) =>
          other !== role && (role.aggregates ?? []).some((selector) => selectsLabels(selector, other.labels)),
      ),
    }));
  for (let grown = true; grown; ) {
    grown = false;
    for (const { role, sources } of chosen) {
      const own = rulesOf.get(role);
      if (own === undefined) continue;
      const before = own.size;
      for (const source of sources) for (const rule of rulesOf.get(source) ?? []) own.add(rule);
      grown ||= own.size > before;
    }
  }
  return new Map(
    roles.map((role) => [
      roleKey(role.kind, role.namespace, role.name),
      { role, rules: [...(rulesOf.get(role) ?? [])] },
    ]),
  );
}

/** Resources (and first parts of paths) that a rule can be about; `*` when any. */
function handlesOf(rule: PolicyRule): string[] {
  const resources = rule.resources.map((one) => (one.includes('*') ? '*' : one));
  return rule.nonResourceURLs.length > 0 ? [...resources, 'path'] : resources;
}

/** Who is allowed what, from one snapshot of a cluster. Immutable; make a new one when roles change. */
export class AccessGraph {
  readonly snapshot: AccessSnapshot;
  readonly #roles: ReadonlyMap<string, EffectiveRole>;
  readonly #bySubject = new Map<string, Binding[]>();
  /** Role to its bindings, by namespace; empty: over the whole cluster. */
  readonly #byRole = new Map<string, Map<string, Binding[]>>();
  /** What rules are about, to the roles with such rules. */
  readonly #byHandle = new Map<string, RoleRules[]>();

  constructor(snapshot: AccessSnapshot) {
    this.snapshot = snapshot;
    this.#roles = aggregate(snapshot.roles);
    for (const binding of snapshot.bindings) this.#index(binding);
    for (const [key, { role, rules }] of this.#roles) this.#indexRules(role, rules, this.#byRole.get(key));
  }

  /** A role without bindings gives nobody anything. */
  #indexRules(
    role: Role,
    rules: readonly PolicyRule[],
    bindings: ReadonlyMap<string, readonly Binding[]> | undefined,
  ): void {
    if (bindings === undefined) return;
    const byHandle = new Map<string, PolicyRule[]>();
    for (const rule of rules)
      for (const handle of new Set(handlesOf(rule))) put(byHandle, handle, () => []).push(rule);
    for (const [handle, about] of byHandle)
      put(this.#byHandle, handle, () => []).push({ role, rules: about, bindings });
  }

  #index(binding: Binding): void {
    const places = put(this.#byRole, this.#keyOf(binding), () => new Map<string, Binding[]>());
    put(places, binding.namespace, () => []).push(binding);
    for (const key of new Set(binding.subjects.map(subjectKey)))
      put(this.#bySubject, key, () => []).push(binding);
  }

  #keyOf({ role, namespace }: Binding): string {
    return roleKey(role.kind, namespace, role.name);
  }

  /** The role of a binding with the rules it has in effect; undefined: the binding dangles. */
  roleOf(binding: Binding): EffectiveRole | undefined {
    return this.#roles.get(this.#keyOf(binding));
  }

  /** Bindings of one subject as it stands in them, without what its groups give. */
  bindingsOf(subject: Subject): readonly Binding[] {
    return this.#bySubject.get(subjectKey(subject)) ?? [];
  }

  /** Every binding that somebody has, by name or by a group. */
  bindingsOfPerson(person: Person): Binding[] {
    const keys = [`User/${person.user}`, ...groupsOf(person).map((group) => `Group/${group}`)];
    return [...new Set(keys.flatMap((key) => this.#bySubject.get(key) ?? []))];
  }

  /** All grants that allow it; empty: RBAC does not. `MASTERS` is outside of RBAC and has no grant: see `can`. */
  grants(person: Person, attributes: Attributes): Grant[] {
    return this.bindingsOfPerson(person).flatMap((binding) => this.#grantsOf(binding, attributes));
  }

  /** Whether somebody is allowed it, as a SubjectAccessReview of the RBAC authorizer answers. */
  can(person: Person, attributes: Attributes): boolean {
    return groupsOf(person).includes(MASTERS) || this.grants(person, attributes).length > 0;
  }

  #grantsOf(binding: Binding, attributes: Attributes): Grant[] {
    if (!reaches(binding, attributes)) return [];
    const effective = this.roleOf(binding);
    if (effective === undefined) return [];
    const rule = effective.rules.find((one) => ruleAllows(one, attributes));
    return rule === undefined ? [] : [{ binding, role: effective.role, rule }];
  }

  /**
   * Who is allowed it: each subject of each binding that grants it, with the grant. Members of groups are not listed.
   * `names` is `any` where a grant for some named object counts like one for all of them.
   */
  whoCan(
    attributes: Attributes,
    names: 'asked' | 'any' = 'asked',
  ): { readonly subject: Subject; readonly grant: Grant }[] {
    const handle = isPath(attributes)
      ? 'path'
      : attributes.subresource
        ? `${attributes.resource}/${attributes.subresource}`
        : attributes.resource;
    const found = new Map<Binding, Grant>();
    for (const about of [handle, '*'])
      for (const one of this.#byHandle.get(about) ?? []) collectGrants(one, { attributes, names }, found);
    return [...found.values()].flatMap((grant) =>
      grant.binding.subjects.map((subject) => ({ subject, grant })),
    );
  }

  /** What somebody may do: every rule with the binding it comes from. */
  whatCan(person: Person): Grant[] {
    return this.#grantsBy(this.bindingsOfPerson(person));
  }

  /** What one subject is given by name, without what its groups give. */
  grantsTo(subject: Subject): Grant[] {
    return this.#grantsBy(this.bindingsOf(subject));
  }

  #grantsBy(bindings: readonly Binding[]): Grant[] {
    return bindings.flatMap((binding) => {
      const effective = this.roleOf(binding);
      return effective === undefined
        ? []
        : effective.rules.map((rule) => ({ binding, role: effective.role, rule }));
    });
  }

  /** Every subject that some binding names, once. */
  subjects(): Subject[] {
    const known = new Map<string, Subject>();
    for (const { subjects } of this.snapshot.bindings)
      for (const subject of subjects) known.set(subjectKey(subject), subject);
    return [...known.values()];
  }
}

/** Adds what the rules of one role grant where the question is asked. */
function collectGrants(
  about: RoleRules,
  { attributes, names }: { readonly attributes: Attributes; readonly names: 'asked' | 'any' },
  found: Map<Binding, Grant>,
): void {
  const { role, rules, bindings } = about;
  const namespace = isPath(attributes) ? '' : (attributes.namespace ?? '');
  const here = namespace === '' ? undefined : bindings.get(namespace);
  const everywhere = bindings.get('');
  if (here === undefined && everywhere === undefined) return;
  const rule = rules.find((one) =>
    ruleAllows(names === 'any' ? { ...one, resourceNames: [] } : one, attributes),
  );
  if (rule === undefined) return;
  for (const binding of [...(everywhere ?? []), ...(here ?? [])])
    if (!found.has(binding)) found.set(binding, { binding, role, rule });
}

/** A RoleBinding speaks about resources of its own namespace only. */
function reaches(binding: Binding, attributes: Attributes): boolean {
  if (binding.kind === 'ClusterRoleBinding') return true;
  return !isPath(attributes) && binding.namespace !== '' && attributes.namespace === binding.namespace;
}

function put<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
