// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeywordAutomaton } from './automaton.ts';

const occurrences = (words: readonly string[], text: string, cuts: readonly number[] = []): string[] => {
  const automaton = new KeywordAutomaton(words);
  const found: string[] = [];
  let state = 0;
  let from = 0;
  for (const to of [...[...cuts].sort((a, b) => a - b), text.length]) {
    const base = from;
    state = automaton.scan(Buffer.from(text.slice(from, to), 'latin1'), state, (word, end) =>
      found.push(`${words[word]}@${base + end}`),
    );
    from = Math.max(from, to);
  }
  return found.sort();
};

/** What an occurrence is, said without an automaton. */
const naive = (words: readonly string[], text: string): string[] => {
  const found: string[] = [];
  const lower = text.replaceAll(/[A-Z]/g, (sign) => sign.toLowerCase());
  for (const word of words)
    for (let at = lower.indexOf(word); at !== -1; at = lower.indexOf(word, at + 1))
      found.push(`${word}@${at + word.length}`);
  return found.sort();
};

describe('KeywordAutomaton', () => {
  it('finds keywords inside keywords and across each other', () => {
    expect(occurrences(['he', 'she', 'his', 'hers'], 'ushers')).toEqual(['he@4', 'hers@6', 'she@4']);
  });

  it('takes upper case for lower case and leaves other bytes as they are', () => {
    expect(occurrences(['ghp_', 'é'], 'GHP_x É é')).toEqual(['ghp_@4', 'é@9']);
  });

  it('finds nothing without keywords', () => {
    expect(occurrences([], 'anything')).toEqual([]);
  });

  it('agrees with a plain search, however the text is cut into chunks', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '_'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'B', '_', 'é'), maxLength: 60 }),
        fc.array(fc.nat(60), { maxLength: 4 }),
        (words, text, cuts) => {
          const inside = cuts.map((cut) => Math.min(cut, text.length));
          expect(occurrences(words, text, inside)).toEqual(naive(words, text));
        },
      ),
      { seed: 20_261_125, numRuns: 300 },
    );
  });

  it('agrees with a plain search in long texts, which it reads in parts, and reports by place', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '_'), minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 8 }),
        fc.string({
          unit: fc.constantFrom('a', 'b', 'c', 'A', '_', 'é'),
          minLength: 1_024,
          maxLength: 1_400,
        }),
        fc.nat(1_400),
        (words, text, cut) => {
          expect(occurrences(words, text, [Math.min(cut, text.length)])).toEqual(naive(words, text));
          const ends: number[] = [];
          new KeywordAutomaton(words).scan(Buffer.from(text, 'latin1'), 0, (_word, end) => ends.push(end));
          expect(ends).toEqual([...ends].sort((left, right) => left - right));
        },
      ),
      { seed: 20_261_129, numRuns: 60 },
    );
  });
});
