// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS, type ErrorCode, failure, Problem, parser, toldFailure } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { isErrorCode } from './api-routes.ts';
import { preferredLanguage, problemOf } from './problem.ts';

const codes: ErrorCode[] = Object.keys(ERRORS).filter(isErrorCode);
const parse = parser(Problem);

describe('an error answer', () => {
  it.each(codes)('of %s has the form of the contract in both languages', (code) => {
    for (const language of ['en', 'ja'] as const) {
      const problem = problemOf(failure(code, 'x'.repeat(5000)), language, 'trace');
      expect(parse(problem).ok).toBe(true);
      expect(problem.title).toBe(ERRORS[code].title[language]);
    }
  });

  it('has its detail in the language of the caller where it is said in both', () => {
    const told = toldFailure('E_CERTIFICATE', { en: 'it was refused', ja: '拒否されました' });
    expect(problemOf(told, 'ja', 't')).toMatchObject({ detail: '拒否されました', detailLanguage: 'ja' });
    expect(problemOf(told, 'en', 't')).toMatchObject({ detail: 'it was refused', detailLanguage: 'en' });
    const untold = failure('E_CERTIFICATE', 'it was refused');
    expect(problemOf(untold, 'ja', 't')).toMatchObject({ detail: 'it was refused', detailLanguage: 'en' });
  });

  it('keeps what happened inside to the log', () => {
    expect(problemOf(failure('E_INTERNAL', 'a secret path'), 'en', 't')).not.toHaveProperty('detail');
  });
});

describe('the language', () => {
  it.each([
    [undefined, 'en'],
    ['ja', 'ja'],
    ['ja-JP,ja;q=0.9,en;q=0.8', 'ja'],
    ['en-GB,en;q=0.9,ja;q=0.5', 'en'],
    ['fr;q=1, ja;q=0.3', 'ja'],
    ['ja;q=0, en;q=0.1', 'en'],
    ['*', 'en'],
    [';;;q=q', 'en'],
  ])('of %j is %s', (header, language) => {
    expect(preferredLanguage(header)).toBe(language);
  });
});
