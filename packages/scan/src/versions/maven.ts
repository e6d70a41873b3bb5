// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, compareText, type Ordering } from './scheme.ts';

/**
 * One token of a Maven version with the separator before it, as in the "Version Order Specification" of the POM
 * reference: a change between digits and letters separates like a hyphen.
 */
interface Token {
  readonly mark: '.' | '-';
  readonly text: string;
}

const QUALIFIERS: readonly string[] = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const SYNONYMS: Readonly<Record<string, string>> = { cr: 'rc', ga: '', final: '', release: '' };
const SHORT: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };

const isNumber = (token: Token): boolean => /^\d/.test(token.text);
const isNull = (token: Token): boolean => token.text === '' || /^0+$/.test(token.text);

const canonical = (word: string, isBeforeDigit: boolean): string =>
  (isBeforeDigit ? SHORT[word] : undefined) ?? SYNONYMS[word] ?? word;

const tokensOf = (version: string): Token[] => {
  const tokens: Token[] = [];
  let mark: Token['mark'] = '-';
  let isAfterToken = false;
  const pattern = /(\d+)|([.-])|([^\d.-]+)/g;
  const text = bounded(version.trim().toLowerCase());
  for (const found of text.matchAll(pattern)) {
    const [, digits, separator, word] = found;
    if (separator !== undefined) {
      if (!isAfterToken) tokens.push({ mark, text: '0' });
      mark = separator === '.' ? '.' : '-';
      isAfterToken = false;
      continue;
    }
    const end = (found.index ?? 0) + found[0].length;
    const value = digits ?? canonical(word ?? '', /\d/.test(text[end] ?? ''));
    tokens.push({ mark: isAfterToken ? '-' : mark, text: value });
    isAfterToken = true;
  }
  const trimmed = trim(tokens);
  // Nothing at all is version zero.
  return trimmed.length === 0 ? [{ mark: '-', text: '0' }] : trimmed;
};

/** Drops null values at the end and before each hyphen: 1.0.0-foo is 1-foo. */
const trim = (tokens: readonly Token[]): Token[] => {
  const kept: Token[] = [];
  for (const token of tokens) {
    if (token.mark === '-') dropNulls(kept);
    kept.push(token);
  }
  dropNulls(kept);
  return kept;
};

const dropNulls = (kept: Token[]): void => {
  for (let last = kept.at(-1); last !== undefined && kept.length > 1 && isNull(last); last = kept.at(-1))
    kept.pop();
  const only = kept[0];
  if (kept.length === 1 && only !== undefined && only.text === '') kept[0] = { mark: only.mark, text: '0' };
};

const rankOf = (word: string): number => {
  const at = QUALIFIERS.indexOf(word);
  return at < 0 ? QUALIFIERS.length : at;
};

/** `.qualifier` < `-qualifier` < `-number` < `.number`. */
const kindRank = (token: Token): number => {
  if (isNumber(token)) return token.mark === '-' ? 2 : 3;
  return token.mark === '-' ? 1 : 0;
};

const compareToken = (left: Token, right: Token): Ordering => {
  if (isNumber(left) && isNumber(right)) {
    const marks = kindRank(left) - kindRank(right);
    return marks !== 0 ? marks : compareDigits(left.text, right.text);
  }
  if (isNumber(left) || isNumber(right)) return kindRank(left) - kindRank(right);
  const marks = kindRank(left) - kindRank(right);
  if (marks !== 0) return marks;
  return rankOf(left.text) - rankOf(right.text) || compareText(left.text, right.text);
};

/** What stands in for a missing token: a zero beside a number, an empty qualifier beside a word. */
const padding = (other: Token): Token => ({ mark: other.mark, text: isNumber(other) ? '0' : '' });

/** Order of Maven versions (Apache Maven POM reference, "Version Order Specification"). */
export const compareMaven = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = tokensOf(left);
  const b = tokensOf(right);
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const x = a[at];
    const y = b[at];
    const order = compareToken(
      x ?? padding(y ?? { mark: '.', text: '' }),
      y ?? padding(x ?? { mark: '.', text: '' }),
    );
    if (order !== 0) return order;
  }
  return 0;
};
