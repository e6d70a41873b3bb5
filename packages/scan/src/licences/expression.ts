// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { exceptionIdOf, licenceIdOf } from './licence-table.ts';

/** A licence expression (SPDX 2.3, annex D) as a tree. */
export type LicenceExpression =
  | { readonly id: string; readonly exception?: string }
  | { readonly all: readonly LicenceExpression[] }
  | { readonly any: readonly LicenceExpression[] };

const MAX_LENGTH = 4_096;
const MAX_TOKENS = 512;
const MAX_DEPTH = 32;
/** Parts of a text: brackets, and what stands between them. Words of one name are joined again below. */
const TOKEN = /[()]|[^\s()]+/g;
const OPERATORS = new Set(['and', 'or', 'with', '(', ')']);

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  #isNext(word: string): boolean {
    return this.#tokens[this.#at]?.toLowerCase() === word;
  }

  /** OR binds weakest, then AND, then WITH. */
  any(depth: number): LicenceExpression | undefined {
    return this.#joined('or', depth, (terms) => ({ any: terms }));
  }

  #joined(
    operator: 'and' | 'or',
    depth: number,
    join: (terms: readonly LicenceExpression[]) => LicenceExpression,
  ): LicenceExpression | undefined {
    const terms: LicenceExpression[] = [];
    do {
      if (terms.length > 0) this.#at += 1;
      const term = operator === 'or' ? this.#joined('and', depth, (all) => ({ all })) : this.#term(depth);
      if (term === undefined) return undefined;
      terms.push(term);
    } while (this.#isNext(operator));
    return terms.length === 1 ? terms[0] : join(terms);
  }

  #term(depth: number): LicenceExpression | undefined {
    if (depth > MAX_DEPTH) return undefined;
    if (this.#isNext('(')) {
      this.#at += 1;
      const inner = this.any(depth + 1);
      if (inner === undefined || !this.#isNext(')')) return undefined;
      this.#at += 1;
      return inner;
    }
    const id = licenceIdOf(this.#words());
    if (id === undefined) return undefined;
    if (!this.#isNext('with')) return { id };
    this.#at += 1;
    const exception = exceptionIdOf(this.#words());
    return exception === undefined ? undefined : { id, exception };
  }

  /** The words up to the next operator: `ASL 2.0` is one name. */
  #words(): string {
    const from = this.#at;
    while (!this.isAtEnd && !OPERATORS.has(this.#tokens[this.#at]?.toLowerCase() ?? '')) this.#at += 1;
    return this.#tokens.slice(from, this.#at).join(' ');
  }
}

/** Reads what a package declares; undefined when a part of it is not known. */
export const readExpression = (stated: string): LicenceExpression | undefined => {
  if (stated.length > MAX_LENGTH) return undefined;
  // A name may hold brackets and `or` itself: the whole text is looked up first.
  const whole = licenceIdOf(stated);
  if (whole !== undefined) return { id: whole };
  const tokens = stated.match(TOKEN) ?? [];
  if (tokens.length === 0 || tokens.length > MAX_TOKENS) return undefined;
  const reader = new Reader(tokens);
  const expression = reader.any(0);
  return reader.isAtEnd ? expression : undefined;
};

/** The expression as SPDX writes it. */
export const writeExpression = (expression: LicenceExpression, isInner = false): string => {
  if ('id' in expression)
    return expression.exception === undefined
      ? expression.id
      : `${expression.id} WITH ${expression.exception}`;
  const [terms, operator] = 'all' in expression ? [expression.all, ' AND '] : [expression.any, ' OR '];
  const text = terms.map((term) => writeExpression(term, true)).join(operator);
  return isInner ? `(${text})` : text;
};

/** What a package declares, all of it together; undefined when there is nothing, or a part is not known. */
export const expressionOf = (licenses: readonly string[] | undefined): LicenceExpression | undefined => {
  const terms = (licenses ?? []).map(readExpression);
  const known = terms.filter((term) => term !== undefined);
  if (known.length === 0 || known.length < terms.length) return undefined;
  const [first] = known;
  return known.length === 1 ? first : { all: known };
};
