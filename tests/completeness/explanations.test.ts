// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Finding, Finding as FindingSchema, inLanguage, parser, stepWords } from '@bartizan/contracts';
import { aFinding } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { readText, repositoryFiles } from '../architecture/repository.ts';

const JAPANESE = /[ぁ-んァ-ヶ一-龠]/;
/** Where steps of explanations are made. */
const PRODUCERS =
  /^(packages\/(scan|engine)\/src\/(matchers|secrets|findings|posture|explain)\/|apps\/controller\/src\/report\/api\/explain-routes\.ts)/;
const sources = repositoryFiles()
  .filter((path) => PRODUCERS.test(path) && path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map((path) => ({ path, text: readText(path) }));
/** Steps of the explanation of a decision, which the console shows as a list of comparisons. */
const COMPARISONS = new Set(['near-miss']);

/** Places where a step has its detail in one language only. */
export const untranslated = (text: string): string[] =>
  [...text.matchAll(/\bstep: [^\n]*?\bdetail: *(['"`][^\n]*)/g)].map((match) => match[1] ?? '');

describe('the steps of explanations', () => {
  const steps = [
    ...new Set(
      sources.flatMap(({ text }) =>
        [...text.matchAll(/\bstep: '([a-z-]+)'/g)].map((match) => match[1] ?? ''),
      ),
    ),
  ].filter((step) => !COMPARISONS.has(step));

  it('are found at all', () => {
    expect(steps.length).toBeGreaterThan(10);
  });

  it.each(steps)('%s has a name in Japanese', (step) => {
    expect(stepWords(step).ja).toMatch(JAPANESE);
  });

  it('have their detail in both languages', () => {
    expect(
      sources.flatMap(({ path, text }) => untranslated(text).map((found) => `${path}: ${found}`)),
    ).toEqual([]);
    expect(untranslated("{ step: 'fix', detail: 'no fix' }")).toEqual(["'no fix' }"]);
  });

  it('say in Japanese what they say, wherever they say it in words', () => {
    const pairs = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/\bja: (['`])([^'`]*)\1/g)].map((match) => ({ path, ja: match[2] ?? '' })),
    );
    expect(pairs.length).toBeGreaterThan(20);
    // What is filled in speaks for itself: only words of ours count.
    const wordy = pairs.filter(({ ja }) => /[A-Za-z]/.test(ja.replaceAll(/\$\{[^}]*\}/g, '')));
    expect(wordy.filter(({ ja }) => !JAPANESE.test(ja))).toEqual([]);
  });
});

describe('a finding of a release that knew English only', () => {
  const old: Finding = { ...aFinding(), why: [{ step: 'range', detail: 'introduced 1, fixed 2' }] };

  it('is still a finding, and shows what it has', () => {
    const read = parser(FindingSchema)(JSON.parse(JSON.stringify(old)));
    expect(read.ok).toBe(true);
    expect(inLanguage(old.why[0]?.detail ?? '', 'ja')).toBe('introduced 1, fixed 2');
  });
});
