// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  err,
  type Failure,
  type Filter,
  type FilterTerm,
  failure,
  ok,
  type Result,
} from '@bartizan/contracts';

/** Longest filter, in characters. */
export const FILTER_MAX = 2000;
/** Most terms of a filter. */
export const FILTER_TERMS_MAX = 32;
/** Most values of one term. */
export const FILTER_VALUES_MAX = 64;

type FilterFailure = Failure<'E_FILTER'>;
const FIELD = /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$/;
const refuse = (detail: string): Result<never, FilterFailure> => err(failure('E_FILTER', detail));

interface Piece {
  readonly text: string;
  /** Places in `text` that stood inside quotes: there `,`, `:`, `<`, `>`, `-` have no meaning. */
  readonly quoted: ReadonlySet<number>;
}

/** Splits at white space outside quotes; inside quotes a backslash keeps the next character as it is. */
function split(text: string): Result<Piece[], FilterFailure> {
  const pieces: Piece[] = [];
  let current = '';
  let quotedAt = new Set<number>();
  let inQuotes = false;
  let started = false;
  const close = (): void => {
    if (started) pieces.push({ text: current, quoted: quotedAt });
    current = '';
    quotedAt = new Set();
    started = false;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      inQuotes = !inQuotes;
      started = true;
    } else if (!inQuotes && /\s/.test(character)) close();
    else {
      const escaped = inQuotes && character === '\\' && at + 1 < text.length;
      if (escaped) at += 1;
      if (inQuotes) quotedAt.add(current.length);
      current += escaped ? text.charAt(at) : character;
      started = true;
    }
  }
  if (inQuotes) return refuse('a quotation mark is not closed');
  close();
  return ok(pieces);
}

const isPlain = (piece: Piece, at: number, character: string): boolean =>
  piece.text.charAt(at) === character && !piece.quoted.has(at);

function splitValues(piece: Piece, from: number): string[] {
  const values: string[] = [];
  let current = '';
  for (let at = from; at < piece.text.length; at += 1) {
    if (isPlain(piece, at, ',')) {
      values.push(current);
      current = '';
    } else current += piece.text.charAt(at);
  }
  values.push(current);
  return values.filter((value) => value !== '');
}

function comparison(
  piece: Piece,
  from: number,
  head: Pick<FilterTerm, 'field' | 'negated'>,
): Result<FilterTerm, FilterFailure> {
  const operator = piece.text.charAt(from) === '>' ? 'greater-than' : 'less-than';
  const value = piece.text.slice(from + 1);
  if (value === '' || !Number.isFinite(Number(value)))
    return refuse(`${head.field}: ${piece.text.charAt(from)} needs a number, not "${value.slice(0, 64)}"`);
  return ok({ ...head, operator, values: [value] });
}

function term(piece: Piece): Result<FilterTerm, FilterFailure> {
  const negated = isPlain(piece, 0, '-') && piece.text.length > 1;
  const start = negated ? 1 : 0;
  const colon = [...piece.text].length === 0 ? -1 : piece.text.indexOf(':', start);
  const field = colon < 0 ? '' : piece.text.slice(start, colon);
  if (colon < 0 || piece.quoted.has(start) || piece.quoted.has(colon) || !FIELD.test(field))
    return ok({ field: '', operator: 'in', values: [piece.text.slice(start)], negated });
  const from = colon + 1;
  if (isPlain(piece, from, '>') || isPlain(piece, from, '<'))
    return comparison(piece, from, { field, negated });
  const values = splitValues(piece, from);
  if (values.length === 0) return refuse(`${field}: a value is missing`);
  if (values.length > FILTER_VALUES_MAX) return refuse(`${field}: more than ${FILTER_VALUES_MAX} values`);
  return ok({ field, operator: 'in', values, negated });
}

/**
 * Reads a filter: `field:value,value` (any of them, `*` is a wildcard), `-field:value` (none of them), `field:>10`,
 * `field:<10`, `"two words"` and plain words (free text); all terms must hold. With `fields`, any other field name is
 * refused. E_FILTER says what is wrong.
 */
export function parseFilter(text: string, fields?: readonly string[]): Result<Filter, FilterFailure> {
  if (text.length > FILTER_MAX) return refuse(`longer than ${FILTER_MAX} characters`);
  const pieces = split(text.normalize('NFKC'));
  if (!pieces.ok) return pieces;
  if (pieces.value.length > FILTER_TERMS_MAX) return refuse(`more than ${FILTER_TERMS_MAX} terms`);
  const terms: FilterTerm[] = [];
  for (const piece of pieces.value) {
    if (piece.text === '') continue;
    const read = term(piece);
    if (!read.ok) return read;
    if (fields !== undefined && read.value.field !== '' && !fields.includes(read.value.field))
      return refuse(`there is no field ${read.value.field.slice(0, 64)}; fields: ${fields.join(', ')}`);
    terms.push(read.value);
  }
  return ok(terms);
}

const quote = (value: string): string => `"${value.replace(/(["\\])/g, '\\$1')}"`;
const writeValue = (value: string): string =>
  /^[^\s",<>:\\-][^\s",\\]*$/.test(value) ? value : quote(value);
const writeWord = (value: string): string => (/^[^\s",:\\-][^\s",:\\]*$/.test(value) ? value : quote(value));

function writeTerm({ field, operator, values, negated }: FilterTerm): string {
  const sign = negated ? '-' : '';
  if (field === '') return `${sign}${writeWord(values[0] ?? '')}`;
  if (operator === 'in' || operator === 'exactly')
    return `${sign}${field}:${values.map(writeValue).join(',')}`;
  return `${sign}${field}:${operator === 'greater-than' ? '>' : '<'}${values[0] ?? ''}`;
}

/** Writes a filter so that `parseFilter` reads the same terms. */
export const formatFilter = (filter: Filter): string => filter.map(writeTerm).join(' ');
