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
  /** Names of objects that the permission is limited to; empty: all. */
  readonly names: readonly string[];
}

const needKey = ({ verbs, groups, resources }: Need): string =>
  `${verbs.join()}|${groups.join()}|${resources.join()}`;

/** Every permission that some pattern needs, once; a bit each. */
const NEEDS: readonly Need[] = [
  ...new Map(RISK_PATTERNS.flatMap(({ needs }) => needs).map((need) => [needKey(need), need])).values(),
];
const BIT = new Map(NEEDS.map((need, index) => [needKey(need), 1n << BigInt(index)]));
const maskOf = (needs: readonly Need[]): bigint =>
  needs.reduce((mask, need) => mask | (BIT.get(needKey(need)) ?? 0n), 0n);
const MASKS = RISK_PATTERNS.map((pattern) => ({ pattern, mask: maskOf(pattern.needs) }));

/** Whether a rule gives a permission, names aside. */
function gives(rule: PolicyRule, need: Need): boolean {
  return need.verbs.some((verb) =>
    need.groups.some((group) =>
      need.resources.some((wanted) => {
        const [resource = '', subresource] = wanted.split('/');
        return ruleAllows({ ...rule, resourceNames: [] }, { verb, group, resource, subresource });
      }),
    ),
  );
}

/** What one role gives: permissions over every object, and permissions over named ones. */
interface RolePowers {
  readonly mask: bigint;
  readonly limited: readonly { readonly mask: bigint; readonly names: readonly string[] }[];
}

function powersOfRules(rules: readonly PolicyRule[]): RolePowers {
  let mask = 0n;
  const limited: { mask: bigint; names: readonly string[] }[] = [];
  for (const rule of rules) {
    if (rule.resources.length === 0) continue;
    let own = 0n;
    for (const need of NEEDS) if (gives(rule, need)) own |= BIT.get(needKey(need)) ?? 0n;
    if (own === 0n) continue;
    if (rule.resourceNames.length === 0) mask |= own;
    else limited.push({ mask: own, names: rule.resourceNames });
  }
  return { mask, limited };
}

/** Computes what subjects hold; what a role gives is computed once. */
export class Powers {
  readonly #graph: AccessGraph;
  readonly #roles = new Map<Role, RolePowers>();

  constructor(graph: AccessGraph) {
    this.#graph = graph;
  }

  #ofBinding(binding: Binding): RolePowers {
    const effective = this.#graph.roleOf(binding);
    if (effective === undefined) return { mask: 0n, limited: [] };
    const known = this.#roles.get(effective.role);
    if (known !== undefined) return known;
    const made = powersOfRules(effective.rules);
    this.#roles.set(effective.role, made);
    return made;
  }

  /** The patterns that bindings give, in each scope; a namespace is not repeated where the whole cluster is held. */
  of(bindings: readonly Binding[]): Power[] {
    const masks = new Map<string, bigint>([[EVERYWHERE, 0n]]);
    const limited: { scope: string; mask: bigint; names: readonly string[] }[] = [];
    for (const binding of bindings) {
      const scope = binding.kind === 'ClusterRoleBinding' ? EVERYWHERE : binding.namespace;
      const powers = this.#ofBinding(binding);
      masks.set(scope, (masks.get(scope) ?? 0n) | powers.mask);
      for (const one of powers.limited) limited.push({ scope, ...one });
    }
    const cluster = masks.get(EVERYWHERE) ?? 0n;
    const held: Power[] = [];
    for (const [scope, mask] of masks) held.push(...inScope(scope, mask, cluster));
    for (const { scope, mask, names } of limited) {
      const whole = cluster | (masks.get(scope) ?? 0n);
      held.push(...named(scope, { mask, names, whole }));
    }
    return held;
  }
}

function inScope(scope: string, mask: bigint, cluster: bigint): Power[] {
  const whole = mask | cluster;
  return MASKS.filter(({ pattern, mask: wanted }) => {
    if (scope === EVERYWHERE) return (cluster & wanted) === wanted;
    return pattern.scope === 'namespace' && (whole & wanted) === wanted && (cluster & wanted) !== wanted;
  }).map(({ pattern }) => ({ pattern, scope, names: [] }));
}

/** Patterns that hold only for named objects: all their permissions together, at least one of them by name. */
function named(
  scope: string,
  {
    mask,
    names,
    whole,
  }: { readonly mask: bigint; readonly names: readonly string[]; readonly whole: bigint },
): Power[] {
  return MASKS.filter(
    ({ pattern, mask: wanted }) =>
      (scope === EVERYWHERE || pattern.scope === 'namespace') &&
      (whole & wanted) !== wanted &&
      ((whole | mask) & wanted) === wanted,
  ).map(({ pattern }) => ({ pattern, scope, names }));
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
