// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FilterTerm } from '@bartizan/contracts';

/**
 * The filter grammar, as the address bar, the CLI and the API have it: `field:value,value`, `-field:value`,
 * `field:>10`, `field:"two words"`, free text, `-word`. One text, one meaning.
 */

const TOKEN = /-?[A-Za-z][A-Za-z0-9.]*:(?:"(?:[^"\\]|\\.)*"|[^\s"])+|-?"(?:[^"\\]|\\.)*"|\S+/g;
const FIELD = /^(-?)([A-Za-z][A-Za-z0-9.]*):([\s\S]+)$/;
/** Longer filters are cut; the API takes at most this much. */
export const FILTER_MAX = 2_000;

const unquote = (text: string): string =>
  text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? text.slice(1, -1).replace(/\\(.)/g, '$1')
    : text;
const escaped = (text: string): string => text.replace(/(["\\])/g, '\\$1');
const quote = (text: string): string => (/[\s",]/.test(text) ? `"${escaped(text)}"` : text);

const splitValues = (text: string): string[] =>
  (text.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? []).map(unquote).filter((value) => value !== '');

/** Splits a filter into its tokens, as written. */
export const splitTokens = (text: string): string[] =>
  text.slice(0, FILTER_MAX).normalize('NFKC').match(TOKEN) ?? [];

const parseToken = (token: string): FilterTerm => {
  const match = FIELD.exec(token);
  if (match === null) {
    const negated = token.startsWith('-') && token.length > 1;
    return { field: '', operator: 'in', values: [unquote(negated ? token.slice(1) : token)], negated };
  }
  const [, minus, field = '', rest = ''] = match;
  const negated = minus === '-';
  if (rest.startsWith('>')) return { field, operator: 'greater-than', values: [rest.slice(1)], negated };
  if (rest.startsWith('<')) return { field, operator: 'less-than', values: [rest.slice(1)], negated };
  return { field, operator: 'in', values: splitValues(rest), negated };
};

/** Reads a filter. Anything is readable: what is no token is free text. */
export const parseFilter = (text: string): FilterTerm[] => splitTokens(text).map(parseToken);

/** A word that must not be read as a field or as negated. */
const quoteWord = (text: string): string =>
  /^[^\s",:\\-][^\s",:\\]*$/.test(text) ? text : `"${text.replace(/(["\\])/g, '\\$1')}"`;

/** Writes one term so that `parseFilter` reads the same term. */
export const printTerm = (term: FilterTerm): string => {
  const sign = term.operator === 'greater-than' ? '>' : term.operator === 'less-than' ? '<' : '';
  const minus = term.negated ? '-' : '';
  if (term.field === '') return `${minus}${quoteWord(term.values[0] ?? '')}`;
  return `${minus}${term.field}:${sign}${term.values.map(quote).join(',')}`;
};

/** A filter for what somebody typed to find something by its words: `nginx:1.25` and `-x` are words here. */
export const asWords = (text: string): string =>
  splitTokens(text)
    .map((token) => printTerm({ field: '', operator: 'in', values: [unquote(token)], negated: false }))
    .join(' ');

/** Writes one text so that it is searched for as it is. */
export const freeText = (text: string): string =>
  printTerm({ field: '', operator: 'in', values: [text], negated: false });

/** Writes a filter. */
export const printFilter = (terms: readonly FilterTerm[]): string => terms.map(printTerm).join(' ');

/** Puts `field:value` in place of every other term on the same field; without a value the field goes. */
export const withField = (text: string, field: string, values: readonly string[]): string => {
  const rest = parseFilter(text).filter((term) => term.field !== field);
  const own: FilterTerm[] = values.length === 0 ? [] : [{ field, operator: 'in', values, negated: false }];
  return printFilter([...rest, ...own]);
};

/** Joins filters: all must hold. */
export const joinFilters = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' ');
