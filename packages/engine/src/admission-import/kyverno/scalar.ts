// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition } from '@bartizan/contracts';
import { quantity } from '../../admission/index.ts';
import { allOf, anyOf, compare, not } from '../neuvector/values.ts';
import type { KnownField } from './place.ts';

const COMPARISONS: Readonly<Record<string, (field: string, value: number) => AdmissionCondition>> = {
  // By what holds, not by what does not: text at a free path is neither above nor below a number.
  '>=': (field, value) => anyOf([compare(field, 'greater-than', value), compare(field, 'equals', value)]),
  '<=': (field, value) => anyOf([compare(field, 'less-than', value), compare(field, 'equals', value)]),
  '>': (field, value) => compare(field, 'greater-than', value),
  '<': (field, value) => compare(field, 'less-than', value),
};

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * A quantity in the unit of a field: processors are counted in thousandths. Fields for a free path have none, and what
 * stands there is text, which would be compared letter by letter: for those only plain numbers can be given.
 */
function amountFor({ name, type }: KnownField, text: string): number | undefined {
  if (type === undefined) return PLAIN_NUMBER.test(text) ? Number(text) : undefined;
  const number = type === 'number' ? quantity(text) : undefined;
  if (number === undefined) return undefined;
  // Rounded as the field is, so that both are the same number.
  return Math.round(number * (name.endsWith('.cpu') ? 1000 : 1) * 1000) / 1000;
}

/** A value that is only what it says: a glob, a truth value or a number. */
function plain(text: string, field: KnownField): AdmissionCondition | undefined {
  const { name, type } = field;
  const isTruth = text === 'true' || text === 'false';
  if (type === 'boolean') return isTruth ? compare(name, 'equals', text === 'true') : undefined;
  const number = amountFor(field, text);
  if (type === 'number') return number === undefined ? undefined : compare(name, 'equals', number);
  const asText = compare(name, 'any-glob', [text]);
  if (type !== undefined) return asText;
  if (isTruth) return anyOf([asText, compare(name, 'equals', text === 'true')]);
  if (number !== undefined) return anyOf([asText, compare(name, 'equals', number)]);
  // Kyverno takes 1Gi for 1024Mi, and text does not.
  return quantity(text) === undefined ? asText : undefined;
}

/** Something that is there and not empty. */
const filled = ({ name, type }: KnownField): AdmissionCondition =>
  type === undefined || type === 'text'
    ? allOf([compare(name, 'present'), not(compare(name, 'equals', ''))])
    : compare(name, 'present');

function compared(text: string, field: KnownField): AdmissionCondition | undefined | 'no' {
  for (const [sign, build] of Object.entries(COMPARISONS)) {
    if (!text.startsWith(sign)) continue;
    const value = amountFor(field, text.slice(sign.length).trim());
    return value === undefined ? undefined : build(field.name, value);
  }
  return 'no';
}

/** `10-20`: a range, which is not read. */
const isRange = (text: string): boolean => /^\d\S*-\d\S*$/.test(text);

/**
 * What stands at a free path may be a list or a map, of which one item would do for ours. Lists of text are known by
 * their places; of anything else a value that is none is asked in vain, as in Kyverno.
 */
const ofValue = ({ name, type }: KnownField, condition: AdmissionCondition): AdmissionCondition =>
  type === undefined ? allOf([condition, compare(`${name}/*`, 'absent')]) : condition;

function asked(text: string, field: KnownField): AdmissionCondition | undefined {
  const { name } = field;
  const comparison = compared(text, field);
  if (comparison !== 'no') return comparison;
  if (text === 'null') return compare(name, 'absent');
  if (text === '*') return compare(name, 'present');
  if (text === '?*') return filled(field);
  return text === '' || isRange(text) ? undefined : plain(text, field);
}

function atom(text: string, field: KnownField): AdmissionCondition | undefined {
  if (text.startsWith('!')) {
    const inner = text.startsWith('!!') ? undefined : asked(text.slice(1), field);
    return inner && allOf([compare(field.name, 'present'), not(inner)]);
  }
  const inner = asked(text, field);
  return inner && (text === 'null' || text === '*' ? inner : ofValue(field, inner));
}

/** What every item of a list has to be, where that can be said of the list: that none of them is one of some. */
function listAtom(text: string, { name, isOfIds }: KnownField): AdmissionCondition | undefined {
  const none = (globs: string[]): AdmissionCondition =>
    allOf([compare(name, 'present'), not(compare(name, 'any-glob', globs))]);
  if (text === 'null') return compare(name, 'absent');
  if (text === '*' || text === '?*') return compare(name, 'present');
  if (isOfIds === true && /^(?:>\s*0|>=\s*1)$/.test(text)) return none(['0']);
  const glob = text.slice(1);
  const isWord = text.startsWith('!') && !/^[!*<>=]|^null$|^$/.test(glob);
  return isWord && !isRange(glob) && quantity(glob) === undefined ? none([glob]) : undefined;
}

const joined = (
  pattern: string,
  of: (text: string) => AdmissionCondition | undefined,
): AdmissionCondition | undefined => {
  const parts = pattern.split('|').map((part) => {
    const atoms = part.split('&').map((one) => of(one.trim()));
    return atoms.every((one) => one !== undefined) ? allOf(atoms.flatMap((one) => one ?? [])) : undefined;
  });
  return parts.every((part) => part !== undefined) ? anyOf(parts.flatMap((part) => part ?? [])) : undefined;
};

/** A value asked of a list is asked of every item of it. */
function listCondition(pattern: string, field: KnownField): AdmissionCondition | undefined {
  const { name, each } = field;
  const isOfItems = each !== undefined && !/(?:^|[|&!])\s*(?:null|\*)\s*(?:$|[|&])/.test(pattern);
  if (isOfItems) {
    const where = scalarCondition(pattern, { name: each.field, type: 'text' });
    return where && allOf([compare(name, 'present'), { every: each.collection, where }]);
  }
  // One item may fit the one alternative, and another the other.
  return pattern.includes('|') ? undefined : joined(pattern, (text) => listAtom(text, field));
}

/** What a value has to be: `a | b`, `!a`, `a & b`, `>0`, globs, truth values, numbers. Nothing when it says something else. */
export function scalarCondition(pattern: unknown, field: KnownField): AdmissionCondition | undefined {
  if (pattern === null) return compare(field.name, 'absent');
  const text = typeof pattern === 'boolean' || typeof pattern === 'number' ? String(pattern) : pattern;
  if (typeof text !== 'string' || text === '' || text.includes('{{')) return undefined;
  return field.type === 'list' ? listCondition(text, field) : joined(text, (one) => atom(one, field));
}
