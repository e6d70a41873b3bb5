// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Filter, Package } from '@bartizan/contracts';
import { type Field, fieldNames, foldText } from './fields.ts';

/** What the packages of one list can be filtered and sorted by. */
export const PACKAGE_FIELDS: readonly Field<Package>[] = [
  { name: 'name', kind: 'text', read: (item) => item.name },
  { name: 'version', kind: 'text', read: (item) => item.version },
  { name: 'ecosystem', kind: 'text', read: (item) => item.ecosystem },
  { name: 'purl', kind: 'text', read: (item) => item.purl },
  { name: 'cataloger', kind: 'text', read: (item) => item.cataloger },
  { name: 'sourceName', kind: 'text', read: (item) => item.sourceName },
  { name: 'architecture', kind: 'text', read: (item) => item.architecture },
  { name: 'ownedBy', kind: 'text', read: (item) => item.ownedBy },
  { name: 'layer', kind: 'text', read: (item) => item.layer },
  { name: 'licence', kind: 'list', read: (item) => item.licenses },
];

/** The texts of a field that a value may match: one of a list is enough, and what has none is the empty text. */
function textsOf(field: Field<Package>, item: Package): readonly string[] {
  const value = field.read(item);
  if (!Array.isArray(value)) return [String(value ?? '')];
  return value.length === 0 ? [''] : value.map(String);
}

/** Whether a text is made of these parts, with anything between them. */
const glob = (pattern: readonly string[]): ((text: string) => boolean) => {
  const parts = pattern.map(foldText);
  return (text) => {
    const folded = foldText(text);
    if (parts.length === 1) return folded === parts[0];
    let at = 0;
    for (const [index, part] of parts.entries()) {
      const found = index === parts.length - 1 ? folded.length - part.length : folded.indexOf(part, at);
      if (found < at || (index === 0 && found !== 0) || !folded.startsWith(part, found)) return false;
      at = found + part.length;
    }
    return true;
  };
};

/** The filter as a predicate, or why it is refused. */
export function packageFilter(filter: Filter): ((item: Package) => boolean) | string {
  const tests: ((item: Package) => boolean)[] = [];
  for (const term of filter) {
    const field = PACKAGE_FIELDS.find((candidate) => candidate.name === term.field);
    if (term.field !== '' && field === undefined) {
      return `unknown field "${term.field.slice(0, 64)}"; known fields: ${fieldNames(PACKAGE_FIELDS)}`;
    }
    if (term.operator !== 'in' && term.operator !== 'exactly')
      return `${term.field}: only numbers can be compared with > and <`;
    const patterns = term.values.map((value) => {
      const parts = term.operator === 'exactly' ? [value] : value.split('*');
      return glob(field === undefined ? ['', ...parts, ''] : parts);
    });
    const read = (item: Package): readonly string[] =>
      field === undefined ? [[item.name, item.version, item.purl].join(' ')] : textsOf(field, item);
    tests.push((item) => patterns.some((matches) => read(item).some(matches)) !== term.negated);
  }
  return (item) => tests.every((test) => test(item));
}
