// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition } from '@bartizan/contracts';
import { quantity } from '../../admission/index.ts';
import { allOf, anyOf, compare, not } from '../neuvector/values.ts';
import type { KnownField } from './place.ts';

const COMPARISONS: Readonly<Record<string, (field: string, value: number) => AdmissionCondition>> = {
  '>=': (field, value) => allOf([compare(field, 'present'), not(compare(field, 'less-than', value))]),
  '<=': (field, value) => allOf([compare(field, 'present'), not(compare(field, 'greater-than', value))]),
  '>': (field, value) => compare(field, 'greater-than', value),
  '<': (field, value) => compare(field, 'less-than', value),
};

/** A value that is only what it says: a glob, a truth value or a number. */
function plain(text: string, { name, type }: KnownField): AdmissionCondition | undefined {
  const isTruth = text === 'true' || text === 'false';
  if (type === 'boolean') return isTruth ? compare(name, 'equals', text === 'true') : undefined;
  const number = quantity(text);
  if (type === 'number') return number === undefined ? undefined : compare(name, 'equals', number);
  const asText = compare(name, 'any-glob', [text]);
  if (type !== undefined) return asText;
  if (isTruth) return anyOf([asText, compare(name, 'equals', text === 'true')]);
  return number === undefined ? asText : anyOf([asText, compare(name, 'equals', number)]);
}

/** Something that is there and not empty. */
const filled = ({ name, type }: KnownField): AdmissionCondition =>
  type === undefined || type === 'text'
    ? allOf([compare(name, 'present'), not(compare(name, 'equals', ''))])
    : compare(name, 'present');

function compared(text: string, name: string): AdmissionCondition | undefined | 'no' {
  for (const [sign, build] of Object.entries(COMPARISONS)) {
    if (!text.startsWith(sign)) continue;
    const value = quantity(text.slice(sign.length).trim());
    // Processors are counted in thousandths.
    return value === undefined ? undefined : build(name, name.endsWith('.cpu') ? value * 1000 : value);
  }
  return 'no';
}

/** `10-20`: a range, which is not read. */
const isRange = (text: string): boolean => /^\d\S*-\d\S*$/.test(text);

function atom(text: string, field: KnownField): AdmissionCondition | undefined {
  const { name } = field;
  if (text.startsWith('!')) {
    const inner = text.startsWith('!!') ? undefined : atom(text.slice(1), field);
    return inner && allOf([compare(name, 'present'), not(inner)]);
  }
  const comparison = compared(text, name);
  if (comparison !== 'no') return comparison;
  if (text === 'null') return compare(name, 'absent');
  if (text === '*') return compare(name, 'present');
  if (text === '?*') return filled(field);
  return text === '' || isRange(text) ? undefined : plain(text, field);
}

/** What a value has to be: `a | b`, `!a`, `a & b`, `>0`, globs, truth values, numbers. Nothing when it says something else. */
export function scalarCondition(pattern: unknown, field: KnownField): AdmissionCondition | undefined {
  if (pattern === null) return compare(field.name, 'absent');
  if (typeof pattern === 'boolean' || typeof pattern === 'number') return atom(String(pattern), field);
  if (typeof pattern !== 'string' || pattern === '' || pattern.includes('{{')) return undefined;
  const parts = pattern.split('|').map((part) => {
    const atoms = part.split('&').map((one) => atom(one.trim(), field));
    return atoms.every((one) => one !== undefined) ? allOf(atoms.flatMap((one) => one ?? [])) : undefined;
  });
  return parts.every((part) => part !== undefined) ? anyOf(parts.flatMap((part) => part ?? [])) : undefined;
}
