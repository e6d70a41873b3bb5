// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionFieldCondition,
  AdmissionRule,
  FactValue,
  LocalText,
  Operator,
} from '@bartizan/contracts';
import { showValue } from '../../runtime/message.ts';
import { type AdmissionField, stepsOf } from '../fields/field.ts';
import { fieldNamed } from '../fields/named.ts';
import type { Item } from '../pod/evaluation.ts';
import { fieldPath, pointerOf, type Step } from '../pod/json.ts';
import { isUnknown } from '../request.ts';
import type { Witness } from './node.ts';

const SHOWN_MAX = 1024;
const MESSAGE_MAX = 1000;

/** One place that violates: its item, and the comparison that says it best. */
export class ViolatingPlace {
  readonly item: Item;
  readonly best: Witness;
  #steps: readonly Step[] | undefined = undefined;
  #path: string | undefined = undefined;

  constructor(item: Item, best: Witness) {
    this.item = item;
    this.best = best;
  }

  /** The way to it from the root of the object. */
  get steps(): readonly Step[] {
    if (this.#steps === undefined) {
      const { field, item } = this.best;
      this.#steps = field === undefined ? item.steps : stepsOf(field, item);
    }
    return this.#steps;
  }

  /** The same as a field path; a dot for the object as a whole. */
  get path(): string {
    this.#path ??= fieldPath(this.steps) || '.';
    return this.#path;
  }
}

type FixedTest = (field: AdmissionField) => boolean;
const testsOfFixes = new WeakMap<AdmissionRule, FixedTest>();
const NONE_FIXED: FixedTest = () => false;

/** Whether the fix of a rule changes a field: paths below what its steps name first. */
function fixedTest(rule: AdmissionRule): FixedTest {
  const known = testsOfFixes.get(rule);
  if (known !== undefined) return known;
  const paths = new Set(rule.fix?.patch?.map(({ path }) => path.replace(/^\{\w+\}/, '')));
  const fields = new WeakMap<AdmissionField, boolean>();
  const test: FixedTest = (field) => {
    const kept = fields.get(field);
    if (kept !== undefined) return kept;
    const isFixed = paths.has(pointerOf(field.path));
    fields.set(field, isFixed);
    return isFixed;
  };
  const made = paths.size === 0 ? NONE_FIXED : test;
  testsOfFixes.set(rule, made);
  return made;
}

/** By item the comparison that a fix would change, else the last one made: conditions go from where to what. */
function bestOf(witnesses: readonly Witness[], rule: AdmissionRule): ReadonlyMap<Item, Witness> {
  const isFixed = fixedTest(rule);
  const best = new Map<Item, Witness>();
  const settled = new Set<Item>();
  for (const witness of witnesses) {
    const { item, field } = witness;
    if (settled.has(item)) continue;
    best.set(item, witness);
    if (field !== undefined && isFixed(field)) settled.add(item);
  }
  return best;
}

/** Puts what was found in order: one place per innermost item. What holds of the whole request belongs to each. */
export function placesOf(witnesses: readonly Witness[], rule: AdmissionRule): ViolatingPlace[] {
  const [only] = witnesses;
  if (only !== undefined && witnesses.length === 1) return [new ViolatingPlace(only.item, only)];
  const best = bestOf(witnesses, rule);
  const outer = new Set<Item>();
  if (best.size > 1)
    for (const item of best.keys())
      for (let at = item.parent; at !== undefined && !outer.has(at); at = at.parent) outer.add(at);
  const places: ViolatingPlace[] = [];
  for (const [item, witness] of best) if (!outer.has(item)) places.push(new ViolatingPlace(item, witness));
  return places;
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
  return new ViolatingPlace(item, best);
}

const clipped = (value: FactValue): FactValue => {
  if (typeof value === 'string') return value.slice(0, SHOWN_MAX);
  return Array.isArray(value) ? value.slice(0, 64).map((item) => item.slice(0, SHOWN_MAX)) : value;
};

/** What of a Secret may be its values: those themselves, and what clients note of the whole. */
function isOfSecret(
  { subject, path }: AdmissionField,
  { request: { group, resource } }: Item['root'],
): boolean {
  if (group !== '' || resource !== 'secrets') return false;
  const [first = '', second = ''] = path;
  if (first === 'metadata') return ['annotations', 'managedFields', '*', ''].includes(second);
  return subject === 'annotation' || ['data', 'stringData', '*'].includes(first);
}

const mayBeSecret = (field: AdmissionField, { root }: Item): boolean =>
  field.secret === true || isOfSecret(field, root);

/** What was met; nothing of a value that may be a secret. */
export const actualOf = ({ field, item, actual }: Witness): FactValue | undefined =>
  actual === undefined || (field !== undefined && mayBeSecret(field, item)) ? undefined : clipped(actual);

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

/** What is said of one comparison, when it held and when it did not: many places fail by the same one. */
interface Said {
  held: string | undefined;
  failed: string | undefined;
}
const said = new WeakMap<AdmissionFieldCondition, Said>();

function sayAllowed({ field, held }: Witness, { operator, value }: AdmissionFieldCondition): string {
  const sayer = ALLOWED[operator];
  if (typeof value === 'boolean' && (operator === 'equals' || operator === 'not-equals')) {
    const wanted = (operator === 'equals') === held ? !value : value;
    return wanted ? 'true' : held && field?.type === 'boolean' ? 'false, (not set)' : 'false';
  }
  const shown =
    value === undefined ? '' : Array.isArray(value) ? value.slice(0, 32).join(', ') : String(value);
  return (held ? sayer.held(shown) : sayer.failed(shown)).slice(0, SHOWN_MAX);
}

/** Values that would be right, in the short form of both languages: words of the value, signs and English operators. */
export function allowedOf(witness: Witness): string | undefined {
  const { condition } = witness;
  if (condition === undefined) return undefined;
  let known = said.get(condition);
  if (known === undefined) {
    known = { held: undefined, failed: undefined };
    said.set(condition, known);
  }
  if (witness.held) {
    known.held ??= sayAllowed(witness, condition);
    return known.held;
  }
  known.failed ??= sayAllowed(witness, condition);
  return known.failed;
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

/** A name in a message, with the field it is of; `path` is none. */
interface Slot {
  readonly name: string;
  readonly field: AdmissionField | undefined;
}

/** What stands for a name in a message; undefined when nothing is there. */
function shown({ name, field }: Slot, place: ViolatingPlace): string | undefined {
  if (name === 'path') return place.path;
  const item = field && itemFor(field.subject, place.item);
  if (field === undefined || item === undefined) return undefined;
  if (mayBeSecret(field, item)) return '***';
  const reading = field.read(item);
  return reading === undefined || isUnknown(reading) || reading === '' ? undefined : showValue(reading);
}

/** A message taken apart: text and names in turn. */
interface Template {
  readonly en: readonly (string | Slot)[];
  readonly ja: readonly (string | Slot)[];
  /** The message itself, where it names nothing. */
  readonly fixed: LocalText | undefined;
}
const templates = new WeakMap<AdmissionRule, Template>();

/** Text and names in turn. */
const partsOf = (message: string): (string | Slot)[] =>
  message
    .split(PLACEHOLDER)
    .map((part, at) => (at % 2 === 1 ? { name: part, field: fieldNamed(part) } : part));

function templateOf(rule: AdmissionRule): Template {
  const known = templates.get(rule);
  if (known !== undefined) return known;
  const en = partsOf(rule.message.en);
  const ja = partsOf(rule.message.ja);
  const isFixed = en.length === 1 && ja.length === 1;
  const clip = (text: string): string => text.slice(0, MESSAGE_MAX);
  const fixed = isFixed ? { en: clip(rule.message.en), ja: clip(rule.message.ja) } : undefined;
  const template = { en, ja, fixed };
  templates.set(rule, template);
  return template;
}

const NOT_SET: Readonly<Record<keyof LocalText, string>> = { en: '(not set)', ja: '（未設定）' };

function filled(
  parts: readonly (string | Slot)[],
  none: string,
  shownFor: (slot: Slot) => string | undefined,
): string {
  let text = '';
  for (const part of parts) text += typeof part === 'string' ? part : (shownFor(part) ?? none);
  return text.length > MESSAGE_MAX ? text.slice(0, MESSAGE_MAX) : text;
}

/** The message of a rule with the values of one place. */
export function messageFor(rule: AdmissionRule, place: ViolatingPlace): LocalText {
  const { en, ja, fixed } = templateOf(rule);
  if (fixed !== undefined) return fixed;
  // Both languages mostly name the same fields: each is read once.
  const values = new Map<string, string | undefined>();
  const shownOnce = (slot: Slot): string | undefined => {
    if (!values.has(slot.name)) values.set(slot.name, shown(slot, place));
    return values.get(slot.name);
  };
  return { en: filled(en, NOT_SET.en, shownOnce), ja: filled(ja, NOT_SET.ja, shownOnce) };
}

/** The same in one language: a report of many violations has a reader of one. */
export function messageIn(rule: AdmissionRule, place: ViolatingPlace, language: keyof LocalText): string {
  const template = templateOf(rule);
  if (template.fixed !== undefined) return template.fixed[language];
  return filled(template[language], NOT_SET[language], (slot) => shown(slot, place));
}
