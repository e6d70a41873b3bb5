// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition } from '@bartizan/contracts';
import { type Convert, converted } from './converted.ts';
import { allOf, compare, not, numberOf, setCondition, valuesOf } from './values.ts';

const PATH_MAX = 16;
const KEY = /^[A-Za-z0-9_./~*-]{1,253}$/;

/** `item.spec.containers[_].image` as a field of ours: below `spec` of the pod, else below the object. */
export function fieldOfPath(path: string): { readonly field: string; readonly hasStar: boolean } | undefined {
  const steps = path
    .replaceAll(/\[(\d{1,4}|_|\*)?\]/g, (_whole, index: string | undefined) =>
      index !== undefined && /^\d/.test(index) ? `.${index}` : '.*',
    )
    .split('.')
    .filter((step) => step !== '');
  const below = steps[0] === 'item' || steps[0] === 'object' ? steps.slice(1) : steps;
  const template = below.indexOf('template');
  const rest = template >= 0 && below[template + 1] === 'spec' ? below.slice(template + 1) : below;
  if (rest.length === 0 || rest.length > PATH_MAX || !rest.every((step) => KEY.test(step))) return undefined;
  const isPod = rest[0] === 'spec' && rest.length > 1;
  const keys = (isPod ? rest.slice(1) : rest).map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1'));
  return { field: `${isPod ? 'pod' : 'object'}.path/${keys.join('/')}`, hasStar: keys.includes('*') };
}

const NUMBERS: Readonly<Record<string, (field: string, value: number) => AdmissionCondition>> = {
  '=': (field, value) => compare(field, 'equals', value),
  '!=': (field, value) => not(compare(field, 'equals', value)),
  '>': (field, value) => compare(field, 'greater-than', value),
  '>=': (field, value) => allOf([compare(field, 'present'), not(compare(field, 'less-than', value))]),
  '<=': (field, value) => allOf([compare(field, 'present'), not(compare(field, 'greater-than', value))]),
};

function textCondition(
  field: string,
  hasStar: boolean,
  operator: string,
  values: readonly string[],
): AdmissionCondition | undefined {
  const some = (patterns: readonly string[]) => compare(field, 'any-glob', [...patterns]);
  // Among several values, "one that is none of these" cannot be asked for.
  const other = (patterns: readonly string[]) => allOf([compare(field, 'present'), not(some(patterns))]);
  return setCondition(operator, values, hasStar ? { some } : { some, other });
}

/** `customPath`: any place of the pod template, asked as a key, text, number or truth value. */
export const customPath: Convert = ({ path, type, operator, value }) => {
  const place = fieldOfPath(path);
  if (place === undefined) return converted('pod', undefined);
  const { field, hasStar } = place;
  switch (type) {
    case 'key':
      if (operator !== 'exist' && operator !== 'notExist') return converted('pod', undefined);
      return converted('pod', compare(field, operator === 'exist' ? 'present' : 'absent'));
    case 'number': {
      const wanted = numberOf(value);
      const build = NUMBERS[operator];
      return converted(
        'pod',
        wanted === undefined || build === undefined || hasStar ? undefined : build(field, wanted),
      );
    }
    case 'boolean':
      if (operator !== '=' || (value !== 'true' && value !== 'false')) return converted('pod', undefined);
      return converted(
        'pod',
        hasStar ? compare(field, 'any-glob', [value]) : compare(field, 'equals', value === 'true'),
      );
    default:
      return converted('pod', textCondition(field, hasStar, operator, valuesOf(value)));
  }
};
