// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionFieldCondition,
  AdmissionFixStep,
  AdmissionRule,
  FactValue,
  JsonPatchOperation,
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
import { patchFor } from './patch.ts';
import { wholeItem } from './support.ts';

const SHOWN_MAX = 1024;
const MESSAGE_MAX = 1000;

/** A name in a message, with the field it is of; `path` is none. */
interface Slot {
  readonly name: string;
  readonly field: AdmissionField | undefined;
  /** Number of the name in its message: both languages mostly name the same fields, and each is read once. */
  readonly at: number;
}

/** A message taken apart: text and names in turn. */
interface Template {
  readonly en: readonly (string | Slot)[];
  readonly ja: readonly (string | Slot)[];
  /** The message itself, where it names nothing. */
  readonly fixed: LocalText | undefined;
}

/** What a rule says of a place that violates it: its sentence, and what repairs it. */
export class Wording {
  readonly #message: LocalText;
  readonly fix: readonly AdmissionFixStep[] | undefined;
  readonly #fixed: ReadonlySet<string>;
  readonly #isFixed = new WeakMap<AdmissionField, boolean>();
  #template: Template | undefined = undefined;

  constructor({ message, fix }: Pick<AdmissionRule, 'message' | 'fix'>) {
    this.#message = message;
    this.fix = fix?.patch;
    this.#fixed = new Set(this.fix?.map(({ path }) => path.replace(/^\{\w+\}/, '')));
  }

  /** Whether the fix changes a field: paths below what its steps name first. */
  isFixed(field: AdmissionField): boolean {
    if (this.#fixed.size === 0) return false;
    const kept = this.#isFixed.get(field);
    if (kept !== undefined) return kept;
    const isFixed = this.#fixed.has(pointerOf(field.path));
    this.#isFixed.set(field, isFixed);
    return isFixed;
  }

  get template(): Template {
    this.#template ??= templateOf(this.#message);
    return this.#template;
  }
}

/** One place that violates: its item, the comparison that says it best, and what is said of it, worked out once. */
export class ViolatingPlace {
  readonly item: Item;
  readonly best: Witness;
  readonly #wording: Wording;
  #steps: readonly Step[] | undefined = undefined;
  #path: string | undefined = undefined;
  #patch: JsonPatchOperation[] | undefined = undefined;

  constructor(item: Item, best: Witness, wording: Wording) {
    this.item = item;
    this.best = best;
    this.#wording = wording;
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

  /** What repairs it. */
  get patch(): JsonPatchOperation[] {
    const { fix } = this.#wording;
    this.#patch ??= fix === undefined ? [] : patchFor(fix, this.item);
    return this.#patch;
  }

  /** Its sentence, with the values that are there. */
  get message(): LocalText {
    return messageFor(this.#wording, this);
  }

  /** The same in one language: a report of many violations has a reader of one. */
  messageIn(language: keyof LocalText): string {
    const { template } = this.#wording;
    if (template.fixed !== undefined) return template.fixed[language];
    return filled(template[language], NOT_SET[language], this, []);
  }
}

/**
 * By item the comparison that a fix would change, else the last one made: conditions go from where to what. One that is
 * a violation by itself goes before those that are part of another.
 */
function bestOf(witnesses: readonly Witness[], wording: Wording): ReadonlyMap<Item, Witness> {
  const best = new Map<Item, Witness>();
  const settled = new Set<Item>();
  for (const witness of witnesses) {
    const { item, field, isAlone } = witness;
    const known = best.get(item);
    if (known !== undefined && known.isAlone !== isAlone) {
      if (known.isAlone) continue;
      settled.delete(item);
    } else if (settled.has(item)) continue;
    best.set(item, witness);
    if (field !== undefined && wording.isFixed(field)) settled.add(item);
  }
  return best;
}

/** The same where all comparisons are about one item, as most are; undefined where they are not. */
function bestOfOne(witnesses: readonly Witness[], wording: Wording): Witness | undefined {
  let best = witnesses[0];
  for (let at = 0; at < witnesses.length; at += 1) {
    const witness = witnesses[at];
    if (witness?.item !== best?.item) return undefined;
    best = witness;
    if (witness?.field !== undefined && wording.isFixed(witness.field)) {
      // The others change nothing any more, unless they are about something else.
      return witnesses.every(({ item }) => item === witness.item) ? witness : undefined;
    }
  }
  return best;
}

/**
 * Puts what was found in order: one place per innermost item. What holds of the whole request belongs to each, and is a
 * place of its own where it is a violation without them.
 */
export function placesOf(witnesses: readonly Witness[], wording: Wording): ViolatingPlace[] {
  const only = bestOfOne(witnesses, wording);
  if (only !== undefined) return [new ViolatingPlace(only.item, only, wording)];
  const best = bestOf(witnesses, wording);
  const outer = new Set<Item>();
  if (best.size > 1)
    for (const item of best.keys())
      for (let at = item.parent; at !== undefined && !outer.has(at); at = at.parent) outer.add(at);
  const places: ViolatingPlace[] = [];
  for (const [item, witness] of best)
    if (witness.isAlone || !outer.has(item)) places.push(new ViolatingPlace(item, witness, wording));
  return places;
}

/**
 * The object as a whole: where a condition is violated by what is not there ("no item is ..." over an empty list), there
 * is no comparison to show, and a violation without a place would pass in silence.
 */
export const wholeObject = (item: Item, wording: Wording): ViolatingPlace =>
  new ViolatingPlace(item, wholeItem(item, true), wording);

const MORE = new Wording({
  message: {
    en: 'it is violated at more places than are told one by one',
    ja: '個別に示した箇所のほかにも違反があります',
  },
});

/** The places beyond those that are looked for: nobody knows which they are, so only who answers for all answers for them. */
export const morePlaces = (rest: Witness): ViolatingPlace => new ViolatingPlace(rest.item, rest, MORE);

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

/** What stands for a name in a message; undefined when nothing is there. */
function shown({ name, field }: Slot, place: ViolatingPlace): string | undefined {
  if (name === 'path') return place.path;
  const item = field && itemFor(field.subject, place.item);
  if (field === undefined || item === undefined) return undefined;
  if (mayBeSecret(field, item)) return '***';
  const reading = field.read(item);
  return reading === undefined || isUnknown(reading) || reading === '' ? undefined : showValue(reading);
}

/** Text and names in turn; `names` are those met so far. */
const partsOf = (message: string, names: string[]): (string | Slot)[] =>
  message.split(PLACEHOLDER).map((part, place) => {
    if (place % 2 === 0) return part;
    if (!names.includes(part)) names.push(part);
    return { name: part, field: fieldNamed(part), at: names.indexOf(part) };
  });

function templateOf(message: LocalText): Template {
  const names: string[] = [];
  const en = partsOf(message.en, names);
  const ja = partsOf(message.ja, names);
  const isFixed = en.length === 1 && ja.length === 1;
  const clip = (text: string): string => text.slice(0, MESSAGE_MAX);
  const fixed = isFixed ? { en: clip(message.en), ja: clip(message.ja) } : undefined;
  return { en, ja, fixed };
}

const NOT_SET: Readonly<Record<keyof LocalText, string>> = { en: '(not set)', ja: '（未設定）' };

/** What was read for the names of a message; null where nothing is there. */
type Shown = (string | null | undefined)[];

function filled(
  parts: readonly (string | Slot)[],
  none: string,
  place: ViolatingPlace,
  values: Shown,
): string {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else {
      if (values[part.at] === undefined) values[part.at] = shown(part, place) ?? null;
      text += values[part.at] ?? none;
    }
  }
  return text.length > MESSAGE_MAX ? text.slice(0, MESSAGE_MAX) : text;
}

/** The message of a rule with the values of one place. */
function messageFor({ template: { en, ja, fixed } }: Wording, place: ViolatingPlace): LocalText {
  if (fixed !== undefined) return fixed;
  const values: Shown = [];
  return { en: filled(en, NOT_SET.en, place, values), ja: filled(ja, NOT_SET.ja, place, values) };
}
