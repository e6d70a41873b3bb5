// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A set of code points: ranges, and classes that only a question to the Unicode tables answers. */
export interface CharSet {
  /** Pairs of first and last. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly tests: readonly ((code: number) => boolean)[];
  readonly negated: boolean;
}

const range = (from: string, to: string): readonly [number, number] => [from.charCodeAt(0), to.charCodeAt(0)];
const DIGIT = [range('0', '9')];
const UPPER = [range('A', 'Z')];
const LOWER = [range('a', 'z')];
const SPACE: readonly (readonly [number, number])[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];
const WORD = [...DIGIT, ...UPPER, ...LOWER, range('_', '_')];

/** Classes of Perl: `\\d`, `\\s`, `\\w`; ASCII only, as in RE2. */
export const PERL: Readonly<Record<string, CharSet['ranges']>> = { d: DIGIT, s: SPACE, w: WORD };
/** Classes of POSIX: `[[:alpha:]]`. */
export const POSIX: Readonly<Record<string, CharSet['ranges']>> = {
  alnum: [...DIGIT, ...UPPER, ...LOWER],
  alpha: [...UPPER, ...LOWER],
  ascii: [[0, 127]],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit: DIGIT,
  graph: [[33, 126]],
  lower: LOWER,
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  upper: UPPER,
  word: WORD,
  xdigit: [...DIGIT, range('A', 'F'), range('a', 'f')],
};

const unicodeTests = new Map<string, ((code: number) => boolean) | undefined>();

/** Whether a name is a general category or a script that the Unicode tables know. */
function makeUnicodeTest(name: string): ((code: number) => boolean) | undefined {
  if (!/^[A-Z][A-Za-z_]{0,30}$/.test(name)) return undefined;
  if (name === 'Any') return () => true;
  const property = /^[CLMNPSZ][a-z]?$/.test(name) ? name : `Script=${name}`;
  try {
    // One code point against one class: there is nothing to go back over.
    const single = new RegExp(`^\\p{${property}}$`, 'u');
    return (code) => single.test(String.fromCodePoint(code));
  } catch {
    return undefined;
  }
}

/** The test of a Unicode class; undefined when there is no such class. */
export function unicodeClass(name: string): ((code: number) => boolean) | undefined {
  if (!unicodeTests.has(name) && unicodeTests.size < 512) unicodeTests.set(name, makeUnicodeTest(name));
  return unicodeTests.get(name);
}

const inRanges = (ranges: CharSet['ranges'], code: number): boolean => {
  for (const [first, last] of ranges) if (code >= first && code <= last) return true;
  return false;
};
const contains = (set: CharSet, code: number): boolean =>
  inRanges(set.ranges, code) || set.tests.some((test) => test(code));

/** Spellings of a letter in the other case, by simple folding: one code point to one. */
function otherCases(code: number): readonly number[] {
  const text = String.fromCodePoint(code);
  const forms = [text.toLowerCase(), text.toUpperCase(), text.toUpperCase().toLowerCase()];
  return forms
    .filter((form) => form !== '' && String.fromCodePoint(form.codePointAt(0) ?? 0) === form)
    .map((form) => form.codePointAt(0) ?? 0);
}

const ASCII = 128;
const IN = 1;
const OUT = 2;

/** Compiles a set into a test; ASCII is answered from a table, which is filled as it is asked: a pattern may have thousands of sets. */
export function setTest(set: CharSet, ignoreCase: boolean): (code: number) => boolean {
  const slow = (code: number): boolean =>
    (contains(set, code) || (ignoreCase && otherCases(code).some((other) => contains(set, other)))) !==
    set.negated;
  const [only] = set.ranges;
  if (set.ranges.length === 1 && set.tests.length === 0 && !set.negated && !ignoreCase) {
    const [first, last] = only ?? [0, -1];
    return (code) => code >= first && code <= last;
  }
  const table = new Uint8Array(ASCII);
  return (code) => {
    if (code >= ASCII) return slow(code);
    const known = table[code];
    if (known !== 0) return known === IN;
    const isIn = slow(code);
    table[code] = isIn ? IN : OUT;
    return isIn;
  };
}
