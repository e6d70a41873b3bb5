// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ruleAllows } from './authorize.ts';
import type { AccessGraph, Grant } from './graph.ts';
import type { Need, RiskPattern } from './pattern.ts';
import { RISK_PATTERNS } from './patterns.ts';
import type { Binding, PolicyRule, Role, Subject } from './snapshot.ts';

/** The whole cluster as a scope. */
export const EVERYWHERE = '*';

/** A pattern that somebody holds, and where. */
export interface Power {
  readonly pattern: RiskPattern;
  /** A namespace, or `EVERYWHERE`. */
  readonly scope: string;
  /** Names of objects that any of its permissions is limited to; empty: all. */
  readonly names: readonly string[];
  /** The same for each permission that the pattern needs, in its order. */
  readonly limits: readonly (readonly string[])[];
}

const needKey = ({ verbs, groups, resources }: Need): string =>
  `${verbs.join()}|${groups.join()}|${resources.join()}`;

/** Every permission that some pattern needs, once; a bit each. */
const NEEDS: readonly Need[] = [
  ...new Map(RISK_PATTERNS.flatMap(({ needs }) => needs).map((need) => [needKey(need), need])).values(),
];
const BIT = new Map(NEEDS.map((need, index) => [needKey(need), 1n << BigInt(index)]));
const bitOf = (need: Need): bigint => BIT.get(needKey(need)) ?? 0n;
const PATTERNS = RISK_PATTERNS.map((pattern) => {
  const bits = pattern.needs.map(bitOf);
  return { pattern, bits, mask: bits.reduce((mask, bit) => mask | bit, 0n) };
});

/** The API server knows no name when it is asked for these: a rule with names never allows them. */
const NAMELESS = new Set(['create', 'deletecollection']);

/** Whether a rule gives a permission, for all objects or for those it names. */
function gives(rule: PolicyRule, need: Need): boolean {
  const isNamed = rule.resourceNames.length > 0;
  return need.verbs.some((verb) =>
    need.groups.some((group) =>
      need.resources.some((wanted) => {
        const [resource = '', subresource] = wanted.split('/');
        if (isNamed && subresource === undefined && NAMELESS.has(verb)) return false;
        return ruleAllows({ ...rule, resourceNames: [] }, { verb, group, resource, subresource });
      }),
    ),
  );
}

/** Permissions over every object, and others by bit with the names they are limited to. */
interface Held {
  mask: bigint;
  /** Bits of `names`, at once. */
  named: bigint;
  readonly names: Map<bigint, Set<string>>;
}

const nothing = (): Held => ({ mask: 0n, named: 0n, names: new Map() });

function addNames(held: Held, bit: bigint, names: Iterable<string>): void {
  const known = held.names.get(bit) ?? new Set<string>();
  for (const name of names) known.add(name);
  held.names.set(bit, known);
  held.named |= bit;
}

function heldByRules(rules: readonly PolicyRule[]): Held {
  const held = nothing();
  for (const rule of rules) {
    if (rule.resources.length === 0) continue;
    for (const need of NEEDS) {
      if (!gives(rule, need)) continue;
      if (rule.resourceNames.length === 0) held.mask |= bitOf(need);
      else addNames(held, bitOf(need), rule.resourceNames);
    }
  }
  return held;
}

/** Computes what subjects hold; what a role gives is computed once. */
export class Powers {
  readonly #graph: AccessGraph;
  readonly #roles = new Map<Role, Held>();

  constructor(graph: AccessGraph) {
    this.#graph = graph;
  }

  #ofBinding(binding: Binding): Held {
    const effective = this.#graph.roleOf(binding);
    if (effective === undefined) return nothing();
    const known = this.#roles.get(effective.role);
    if (known !== undefined) return known;
    const made = heldByRules(effective.rules);
    this.#roles.set(effective.role, made);
    return made;
  }

  /**
   * The patterns that bindings give together, in each scope: what one rule gives by name counts beside what another
   * gives, by name or not. A namespace is not repeated where the whole cluster is held.
   */
  of(bindings: readonly Binding[]): Power[] {
    const cluster = nothing();
    const scopes = new Map<string, Held>([[EVERYWHERE, cluster]]);
    for (const binding of bindings) {
      const scope = binding.kind === 'ClusterRoleBinding' ? EVERYWHERE : binding.namespace;
      const held = scopes.get(scope) ?? nothing();
      scopes.set(scope, held);
      const { mask, names } = this.#ofBinding(binding);
      held.mask |= mask;
      for (const [bit, some] of names) addNames(held, bit, some);
    }
    return [...scopes].flatMap(([scope, held]) => powersIn(scope, held, cluster));
  }
}

function powersIn(scope: string, own: Held, cluster: Held): Power[] {
  const whole = own.mask | cluster.mask;
  const some = whole | own.named | cluster.named;
  const added = (own.mask | own.named) & ~cluster.mask;
  return PATTERNS.filter(
    ({ pattern, mask }) =>
      (some & mask) === mask &&
      (scope === EVERYWHERE || (pattern.scope === 'namespace' && (added & mask) !== 0n)),
  ).map(({ pattern, bits }) => {
    const limits = bits.map((bit) =>
      (whole & bit) !== 0n
        ? []
        : [...new Set([...(own.names.get(bit) ?? []), ...(cluster.names.get(bit) ?? [])])],
    );
    return { pattern, scope, names: [...new Set(limits.flat())], limits };
  });
}

/** Why a subject holds a pattern: one grant for each permission it needs, by name or by any of the groups given. */
export function grantsOfPower(graph: AccessGraph, bindings: readonly Binding[], power: Power): Grant[] {
  return power.pattern.needs.flatMap((need) => {
    for (const binding of bindings) {
      if (binding.kind === 'RoleBinding' && binding.namespace !== power.scope) continue;
      const effective = graph.roleOf(binding);
      const rule = effective?.rules.find((one) => gives(one, need));
      if (effective !== undefined && rule !== undefined) return [{ binding, role: effective.role, rule }];
    }
    return [];
  });
}

/** A subject with a risky permission of its own. */
export interface Risk {
  readonly subject: Subject;
  readonly power: Power;
  readonly grants: readonly Grant[];
}

/** Every risky permission that a binding gives, by subject. */
export function findRisks(graph: AccessGraph): Risk[] {
  const powers = new Powers(graph);
  return graph.subjects().flatMap((subject) => {
    const bindings = graph.bindingsOf(subject);
    return powers
      .of(bindings)
      .map((power) => ({ subject, power, grants: grantsOfPower(graph, bindings, power) }));
  });
}
