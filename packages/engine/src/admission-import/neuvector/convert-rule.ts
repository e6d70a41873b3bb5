// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionCollection,
  type AdmissionCondition,
  type AdmissionMode,
  type AdmissionRule,
  InvariantError,
  type LocalText,
} from '@bartizan/contracts';
import type { ImportEffect, ImportNote } from '../import-note.ts';
import { type Converted, isConverted, type NotConverted } from './converted.ts';
import { CRITERIA } from './criteria.ts';
import {
  NEUVECTOR_CONTAINERS,
  type NeuVectorContainers,
  type NeuVectorCriterion,
  type NeuVectorOrigin,
  type NeuVectorRule,
} from './read.ts';
import { allOf, anyOf, not } from './values.ts';

/** Place in the order of each origin and action; what comes first decides. */
const ORDER: Readonly<Record<NeuVectorOrigin, { readonly allow: number; readonly deny: number }>> = {
  default: { allow: 0, deny: 1 },
  federal: { allow: 2, deny: 3 },
  resource: { allow: 4, deny: 5 },
  user: { allow: 6, deny: 7 },
};
/** Behind the rules of the product, so that an imported exception never ends those. */
const FIRST_ORDER = 10_000;

const COLLECTION: Readonly<Record<NeuVectorContainers, AdmissionCollection>> = {
  containers: 'regular-containers',
  init_containers: 'init-containers',
  ephemeral_containers: 'ephemeral-containers',
};
/** Holds for every container: each has a name. */
const ANY_CONTAINER: AdmissionCondition = { field: 'container.name', operator: 'present' };

interface Parts {
  readonly container: readonly AdmissionCondition[];
  readonly claim: readonly AdmissionCondition[];
  readonly rest: readonly AdmissionCondition[];
}

const NEGATIVE: ReadonlySet<string> = new Set(['notContainsAny', '!regex', '!=', 'notExist']);

/** Criteria of the same name: negative ones are joined by "and" until the first positive one, from then on by "or". */
function joined(list: readonly { criterion: NeuVectorCriterion; converted: Converted }[]): Converted {
  const [first, ...others] = list;
  if (first === undefined) throw new InvariantError('a group has at least one criterion');
  let { condition } = first.converted;
  let seenPositive = !NEGATIVE.has(first.criterion.operator);
  for (const { criterion, converted } of others) {
    const isNegative = NEGATIVE.has(criterion.operator);
    condition =
      isNegative && !seenPositive
        ? allOf([condition, converted.condition])
        : anyOf([condition, converted.condition]);
    seenPositive ||= !isNegative;
  }
  return { ...first.converted, condition };
}

const UNKNOWN_CRITERION: NotConverted = {
  why: { en: 'there is no such criterion', ja: 'この条件は存在しません' },
};

class RuleImport {
  readonly notes: ImportNote[] = [];
  readonly #rule: NeuVectorRule;

  constructor(rule: NeuVectorRule) {
    this.#rule = rule;
  }

  note(part: string, effect: ImportEffect, detail: LocalText): void {
    this.notes.push({ source: this.#rule.source, part, effect, detail });
  }

  /** The criteria in our words by name; nothing when one of them has none: a rule is taken whole or not at all. */
  groups(): ReadonlyMap<string, Converted> | undefined {
    const byName = new Map<string, { criterion: NeuVectorCriterion; converted: Converted }[]>();
    let isWhole = true;
    for (const criterion of this.#rule.criteria) {
      const convert = Object.hasOwn(CRITERIA, criterion.name) ? CRITERIA[criterion.name] : undefined;
      const result = convert?.(criterion, this.#rule) ?? UNKNOWN_CRITERION;
      if (isConverted(result)) {
        for (const { effect, detail } of result.notes ?? []) this.note(criterion.name, effect, detail);
        const key = criterion.name === 'customPath' ? `customPath ${criterion.path}` : criterion.name;
        byName.set(key, [...(byName.get(key) ?? []), { criterion, converted: result }]);
      } else {
        isWhole = false;
        this.note(criterion.name, 'dropped', result.why);
      }
    }
    return isWhole ? new Map([...byName].map(([name, list]) => [name, joined(list)])) : undefined;
  }
}

function partsOf(groups: ReadonlyMap<string, Converted>): Parts {
  const all = [...groups.values()];
  const of = (...scopes: readonly Converted['scope'][]) =>
    all.filter(({ scope }) => scopes.includes(scope)).map(({ condition }) => condition);
  return { container: of('container'), claim: of('claim'), rest: of('pod', 'request') };
}

/** What a refusal looks at: one container for which everything holds. */
function denyCondition({ container, rest }: Parts, rule: NeuVectorRule): AdmissionCondition {
  if (container.length === 0) return allOf(rest);
  const where = allOf(container);
  const isAll = rule.containers.length === NEUVECTOR_CONTAINERS.length;
  const lists: AdmissionCondition[] = isAll
    ? [{ some: 'containers', where }]
    : rule.containers.map((kind) => ({ some: COLLECTION[kind], where }));
  return allOf([...rest, anyOf(lists)]);
}

/** What an exception looks at: every container of the object, also of kinds the rule does not name. */
function allowCondition({ container, rest }: Parts, rule: NeuVectorRule): AdmissionCondition {
  if (container.length === 0) return allOf(rest);
  const where = allOf(container);
  return allOf([
    ...rest,
    ...NEUVECTOR_CONTAINERS.map(
      (kind): AdmissionCondition =>
        rule.containers.includes(kind)
          ? { every: COLLECTION[kind], where }
          : not({ some: COLLECTION[kind], where: ANY_CONTAINER }),
    ),
  ]);
}

const idOf = (rule: NeuVectorRule, part: string): string =>
  `neuvector.${rule.origin}.${rule.source}${part}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^neuvector-/, 'neuvector.')
    .replace(/-+$/, '')
    .slice(0, 128);

function resourcesOf(rule: NeuVectorRule): string[] {
  return rule.containers.includes('ephemeral_containers')
    ? ['workloads', '/pods/ephemeralcontainers']
    : ['workloads'];
}

function ruleOf(
  rule: NeuVectorRule,
  mode: AdmissionMode,
  what: { readonly part: string; readonly resources: string[]; readonly condition: AdmissionCondition },
): AdmissionRule {
  const isDeny = rule.action === 'deny';
  const said = rule.comment.trim().slice(0, 1500);
  return {
    id: idOf(rule, what.part),
    title: isDeny
      ? { en: `NeuVector rule ${rule.source} holds`, ja: `NeuVector のルール ${rule.source} に適合している` }
      : { en: `NeuVector exception ${rule.source}`, ja: `NeuVector の例外 ${rule.source}` },
    description: {
      en: `Imported from NeuVector${said === '' ? '.' : `: ${said}`}`,
      ja: `NeuVector から取り込みました${said === '' ? '。' : `: ${said}`}`,
    },
    severity: isDeny ? 'high' : 'info',
    effect: rule.action,
    order: FIRST_ORDER + ORDER[rule.origin][rule.action],
    stages: ['ci', 'admission', 'audit'],
    // An exception has no mode: it holds whenever it is there.
    mode: isDeny ? mode : 'enforce',
    match: { resources: what.resources, operations: ['CREATE', 'UPDATE'] },
    condition: what.condition,
    // NeuVector skips what no scan has told; so do we, but it is said. An exception never holds for what is unknown.
    whenUnknown: 'alert',
    message: {
      en: `NeuVector rule ${rule.source}${said === '' ? '' : `: ${said.slice(0, 700)}`}`.replaceAll(
        /[{}]/g,
        '',
      ),
      ja: `NeuVector のルール ${rule.source}${said === '' ? '' : `: ${said.slice(0, 700)}`}`.replaceAll(
        /[{}]/g,
        '',
      ),
    },
    control: ['k04-policy-enforcement'],
    owasp: { 2022: ['K04'], 2025: ['K04'] },
    attack: [],
    references: [],
    tests: { mustViolate: [], mustPass: [] },
  };
}

/**
 * Takes one rule over. Criteria about claims and criteria about pods in one rule become two rules, since no object is
 * both; a rule with a criterion that has no form of ours is not taken at all, and the notes say which.
 */
export function convertRule(
  rule: NeuVectorRule,
  mode: AdmissionMode,
): { readonly rules: readonly AdmissionRule[]; readonly notes: readonly ImportNote[] } {
  const work = new RuleImport(rule);
  if (rule.disabled) {
    work.note('', 'different', {
      en: 'the rule is switched off and was not taken over',
      ja: 'ルールが無効のため取り込みませんでした',
    });
    return { rules: [], notes: work.notes };
  }
  const groups = work.groups();
  if (groups === undefined) return { rules: [], notes: work.notes };
  const parts = partsOf(groups);
  const rules: AdmissionRule[] = [];
  const hasPod = parts.container.length > 0 || groupsOfPods(groups);
  if (parts.claim.length > 0) {
    const requested = [...groups.values()]
      .filter(({ scope }) => scope === 'request')
      .map(({ condition }) => condition);
    rules.push(
      ruleOf(rule, mode, {
        part: hasPod ? '-claims' : '',
        resources: ['/persistentvolumeclaims'],
        condition: allOf([...requested, ...parts.claim]),
      }),
    );
  }
  if (hasPod || parts.claim.length === 0) {
    const condition = rule.action === 'deny' ? denyCondition(parts, rule) : allowCondition(parts, rule);
    rules.push(ruleOf(rule, mode, { part: '', resources: resourcesOf(rule), condition }));
  }
  if (rules.length > 1)
    work.note('storageClassName', 'different', {
      en: 'no object is both a claim and a pod: the rule became one rule for each',
      ja: 'PVC と Pod を兼ねるオブジェクトはないため、それぞれのルールに分けました',
    });
  return { rules, notes: work.notes };
}

const groupsOfPods = (groups: ReadonlyMap<string, Converted>): boolean =>
  [...groups.values()].some(({ scope }) => scope === 'pod');
