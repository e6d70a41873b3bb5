// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, FactValue, LocalText, Operator } from '@bartizan/contracts';
import { showValue } from '../../runtime/message.ts';
import { stepsOf } from '../fields/field.ts';
import { fieldNamed } from '../fields/named.ts';
import type { Item } from '../pod/evaluation.ts';
import { fieldPath, pointerOf } from '../pod/json.ts';
import { isUnknown } from '../request.ts';
import type { Witness } from './node.ts';

const SHOWN_MAX = 1024;
const MESSAGE_MAX = 1000;

/** One place that violates: its item, the comparison that says it best, and all others there. */
export interface ViolatingPlace {
  readonly item: Item;
  readonly best: Witness;
  readonly witnesses: readonly Witness[];
}

const isAncestor = (one: Item, of: Item): boolean => {
  for (let at = of.parent; at !== undefined; at = at.parent) if (at === one) return true;
  return false;
};

const pathsOfFixes = new WeakMap<AdmissionRule, readonly string[]>();

/** Paths that the fix of a rule changes, below what it names first. */
function fixedPaths(rule: AdmissionRule): readonly string[] {
  const known = pathsOfFixes.get(rule);
  if (known !== undefined) return known;
  const paths = rule.fix?.patch?.map(({ path }) => path.replace(/^\{\w+\}/, '')) ?? [];
  pathsOfFixes.set(rule, paths);
  return paths;
}

/** The comparison that a fix would change, else the last one made: conditions go from where to what. */
function bestOf(witnesses: readonly Witness[], item: Item, rule: AdmissionRule): Witness | undefined {
  const wanted = fixedPaths(rule);
  const fixed = witnesses.find(
    ({ field, item: at }) => at === item && field !== undefined && wanted.includes(pointerOf(field.path)),
  );
  return fixed ?? witnesses.findLast(({ item: at }) => at === item) ?? witnesses.at(-1);
}

/** Puts what was found in order: one place per innermost item. What holds of the whole request belongs to each. */
export function placesOf(witnesses: readonly Witness[], rule: AdmissionRule): ViolatingPlace[] {
  const items = [...new Set(witnesses.map(({ item }) => item))];
  const innermost = items.filter((item) => !items.some((other) => isAncestor(item, other)));
  return innermost.flatMap((item) => {
    const here = witnesses.filter((witness) => witness.item === item || isAncestor(witness.item, item));
    const best = bestOf(here, item, rule);
    return best === undefined ? [] : [{ item, best, witnesses: here }];
  });
}

/**
 * The object as a whole: where a condition is violated by what is not there ("no item is ..." over an empty list), there
 * is no comparison to show, and a violation without a place would pass in silence.
 */
export function wholeObject(item: Item): ViolatingPlace {
  const best: Witness = {
    item,
    field: undefined,
    condition: undefined,
    actual: undefined,
    unknown: undefined,
    held: true,
  };
  return { item, best, witnesses: [best] };
}

/** The field path of a comparison; a dot for the object as a whole. */
export const pathOf = ({ field, item }: Witness): string =>
  fieldPath(field === undefined ? item.steps : stepsOf(field, item)) || '.';

const clipped = (value: FactValue): FactValue => {
  if (typeof value === 'string') return value.slice(0, SHOWN_MAX);
  return Array.isArray(value) ? value.slice(0, 64).map((item) => item.slice(0, SHOWN_MAX)) : value;
};

/** What was met; nothing of a value that may be a secret. */
export const actualOf = ({ field, actual }: Witness): FactValue | undefined =>
  actual === undefined || field?.secret === true ? undefined : clipped(actual);

type Sayer = (value: string) => string;
const ALLOWED: Readonly<Record<Operator, { readonly held: Sayer; readonly failed: Sayer }>> = {
  equals: { held: (v) => `not ${v}`, failed: (v) => v },
  'not-equals': { held: (v) => v, failed: (v) => `not ${v}` },
  in: { held: (v) => `none of ${v}`, failed: (v) => `one of ${v}` },
  'not-in': { held: (v) => `one of ${v}`, failed: (v) => `none of ${v}` },
  contains: { held: (v) => `without ${v}`, failed: (v) => `with ${v}` },
  'contains-any': { held: (v) => `without ${v}`, failed: (v) => `with one of ${v}` },
  'starts-with': { held: (v) => `not ${v}*`, failed: (v) => `${v}*` },
  'ends-with': { held: (v) => `not *${v}`, failed: (v) => `*${v}` },
  glob: { held: (v) => `not ${v}`, failed: (v) => v },
  'any-glob': { held: (v) => `none of ${v}`, failed: (v) => `one of ${v}` },
  'greater-than': { held: (v) => `<= ${v}`, failed: (v) => `> ${v}` },
  'less-than': { held: (v) => `>= ${v}`, failed: (v) => `< ${v}` },
  present: { held: () => '(not set)', failed: () => '(set)' },
  absent: { held: () => '(set)', failed: () => '(not set)' },
};

/** Values that would be right, in the short form of both languages: words of the value, signs and English operators. */
export function allowedOf({ condition, field, held }: Witness): string | undefined {
  if (condition === undefined) return undefined;
  const { operator, value } = condition;
  const sayer = ALLOWED[operator];
  if (typeof value === 'boolean' && (operator === 'equals' || operator === 'not-equals')) {
    const wanted = (operator === 'equals') === held ? !value : value;
    return wanted ? 'true' : held && field?.type === 'boolean' ? 'false, (not set)' : 'false';
  }
  const shown =
    value === undefined ? '' : Array.isArray(value) ? value.slice(0, 32).join(', ') : String(value);
  return (held ? sayer.held(shown) : sayer.failed(shown)).slice(0, SHOWN_MAX);
}

const PLACEHOLDER = /\{([A-Za-z0-9._/*-]{1,128})\}/g;

/** Names in braces of a message. */
export const messageFields = (message: LocalText): string[] => [
  ...new Set(
    [...message.en.matchAll(PLACEHOLDER), ...message.ja.matchAll(PLACEHOLDER)].map(([, name = '']) => name),
  ),
];

/** The item of a field's subject that encloses the place; the request for what is asked of it. */
function itemFor(subject: string, place: Item): Item | undefined {
  for (let at: Item | undefined = place; at !== undefined; at = at.parent)
    if (at.subject === subject) return at;
  return ['object', 'pod', 'namespace', 'service-account', 'request'].includes(subject)
    ? place.root
    : undefined;
}

function shown(name: string, place: ViolatingPlace, none: string): string {
  if (name === 'path') return pathOf(place.best);
  const field = fieldNamed(name);
  const item = field && itemFor(field.subject, place.item);
  if (field === undefined || item === undefined) return none;
  if (field.secret === true) return '***';
  const reading = field.read(item);
  return reading === undefined || isUnknown(reading) || reading === '' ? none : showValue(reading);
}

/** A message taken apart: text and names in turn. */
interface Template {
  readonly en: readonly string[];
  readonly ja: readonly string[];
}
const templates = new WeakMap<AdmissionRule, Template>();

function templateOf(rule: AdmissionRule): Template {
  const known = templates.get(rule);
  if (known !== undefined) return known;
  const template = { en: rule.message.en.split(PLACEHOLDER), ja: rule.message.ja.split(PLACEHOLDER) };
  templates.set(rule, template);
  return template;
}

/** The message of a rule with the values of one place. */
export function messageFor(rule: AdmissionRule, place: ViolatingPlace): LocalText {
  const fill = (parts: readonly string[], none: string): string =>
    parts
      .map((part, at) => (at % 2 === 1 ? shown(part, place, none) : part))
      .join('')
      .slice(0, MESSAGE_MAX);
  const { en, ja } = templateOf(rule);
  return { en: fill(en, '(not set)'), ja: fill(ja, '（未設定）') };
}
