// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CharSet, PERL, POSIX, setTest, unicodeClass } from './classes.ts';

export type Assertion = 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'word' | 'notWord';
export type RegexNode =
  | { readonly kind: 'set'; readonly test: (code: number) => boolean }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'all'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'any'; readonly parts: readonly RegexNode[] }
  | {
      readonly kind: 'repeat';
      readonly part: RegexNode;
      readonly least: number;
      readonly most: number | undefined;
      readonly greedy: boolean;
    };

/** Longest pattern, in UTF-16 units. */
export const PATTERN_MAX = 16_384;
const NESTING_MAX = 200;
const REPEAT_MAX = 1000;

class PatternFault extends Error {}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly swapGreed: boolean;
}
const LETTERS: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  U: 'swapGreed',
};
const ESCAPES: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: 'textStart',
  z: 'textEnd',
  b: 'word',
  B: 'notWord',
};
const set = (ranges: CharSet['ranges'], negated = false, tests: CharSet['tests'] = []): CharSet => ({
  ranges,
  tests,
  negated,
});
const single = (code: number): CharSet => set([[code, code]]);

/**
 * Whether a repetition, with those inside of it, makes no more than so many copies of anything. Each that makes several divides what
 * is left, so few are nested, and no part is walked often.
 */
function repeatsAtMost(node: RegexNode, copies: number): boolean {
  if (node.kind === 'all' || node.kind === 'any')
    return node.parts.every((part) => repeatsAtMost(part, copies));
  if (node.kind !== 'repeat') return true;
  if (node.most === 0) return true;
  const times = node.most ?? node.least;
  if (times > copies) return false;
  return repeatsAtMost(node.part, times > 0 ? Math.floor(copies / times) : copies);
}

class PatternReader {
  readonly #source: string;
  #at = 0;
  #depth = 0;
  #flags: Flags = { ignoreCase: false, multiline: false, dotAll: false, swapGreed: false };
  constructor(source: string) {
    this.#source = source;
  }

  whole(): RegexNode {
    const node = this.#alternatives();
    if (this.#at < this.#source.length) throw new PatternFault('an unexpected )');
    return node;
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }
  #accept(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
  #code(): number {
    const code = this.#source.codePointAt(this.#at);
    if (code === undefined) throw new PatternFault('the pattern ends too early');
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }
  #node(chars: CharSet): RegexNode {
    return { kind: 'set', test: setTest(chars, this.#flags.ignoreCase) };
  }

  #alternatives(): RegexNode {
    this.#depth += 1;
    if (this.#depth > NESTING_MAX) throw new PatternFault(`groups nested deeper than ${NESTING_MAX}`);
    const parts = [this.#sequence()];
    while (this.#accept('|')) parts.push(this.#sequence());
    this.#depth -= 1;
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'any', parts };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#source.length && this.#peek() !== '|' && this.#peek() !== ')') {
      if (this.#accept('\\Q')) parts.push(...this.#verbatim());
      else parts.push(this.#repeated(this.#atom()));
    }
    return { kind: 'all', parts };
  }

  /** Text between `\\Q` and `\\E`, taken as it stands; what follows repeats its last sign. */
  #verbatim(): RegexNode[] {
    const parts: RegexNode[] = [];
    while (this.#at < this.#source.length && !this.#accept('\\E'))
      parts.push(this.#node(single(this.#code())));
    const last = parts.pop();
    return last === undefined ? [] : [...parts, this.#repeated(last)];
  }

  #repeated(atom: RegexNode): RegexNode {
    const bounds = this.#bounds();
    if (bounds === undefined) return atom;
    const lazy = this.#accept('?');
    const [least, most] = bounds;
    const node: RegexNode = {
      kind: 'repeat',
      part: atom,
      least,
      most,
      greedy: lazy === this.#flags.swapGreed,
    };
    if (Math.max(least, most ?? 0) >= 2 && !repeatsAtMost(node, REPEAT_MAX))
      throw new PatternFault(`a repetition of more than ${REPEAT_MAX} copies`);
    if (this.#bounds() !== undefined) throw new PatternFault('a repetition of a repetition');
    return node;
  }

  #bounds(): readonly [number, number | undefined] | undefined {
    if (this.#accept('*')) return [0, undefined];
    if (this.#accept('+')) return [1, undefined];
    if (this.#accept('?')) return [0, 1];
    const match = /^\{(\d{1,5})(,(\d{1,5})?)?\}/.exec(this.#source.slice(this.#at, this.#at + 16));
    if (match === null) return undefined;
    this.#at += match[0].length;
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === undefined ? undefined : Number(match[3]);
    if (least > REPEAT_MAX || (most ?? 0) > REPEAT_MAX || (most !== undefined && most < least))
      throw new PatternFault('a repetition with wrong bounds');
    return [least, most];
  }

  #atom(): RegexNode {
    if (this.#accept('(')) return this.#group();
    if (this.#accept('[')) return this.#node(this.#class());
    if (this.#accept('.')) return this.#node(this.#flags.dotAll ? set([], true) : set([[10, 10]], true));
    if (this.#accept('^'))
      return { kind: 'assert', assertion: this.#flags.multiline ? 'lineStart' : 'textStart' };
    if (this.#accept('$'))
      return { kind: 'assert', assertion: this.#flags.multiline ? 'lineEnd' : 'textEnd' };
    if (this.#accept('\\')) return this.#escape();
    if (/[*+?]/.test(this.#peek())) throw new PatternFault('a repetition of nothing');
    return this.#node(single(this.#code()));
  }

  #group(): RegexNode {
    const before = this.#flags;
    if (this.#accept('?')) {
      const named = /^P?<[A-Za-z_][A-Za-z0-9_]{0,63}>/.exec(this.#source.slice(this.#at, this.#at + 80));
      if (named !== null) this.#at += named[0].length;
      else if (this.#flagGroup()) return { kind: 'all', parts: [] };
    }
    const inner = this.#alternatives();
    if (!this.#accept(')')) throw new PatternFault('a missing )');
    this.#flags = before;
    return inner;
  }

  /** Reads `i`, `i-s`, `i:` after `(?`; true when the group only sets flags for what follows. */
  #flagGroup(): boolean {
    const match = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.#source.slice(this.#at, this.#at + 16));
    if (match === null) throw new PatternFault('a group of a kind that does not exist here');
    this.#at += match[0].length;
    for (const letter of match[1] ?? '') this.#setFlag(letter, true);
    for (const letter of match[2] ?? '') this.#setFlag(letter, false);
    return match[3] === ')';
  }
  #setFlag(letter: string, on: boolean): void {
    const name = LETTERS[letter];
    if (name !== undefined) this.#flags = { ...this.#flags, [name]: on };
  }

  #escape(): RegexNode {
    const letter = this.#peek();
    const assertion = Object.hasOwn(ASSERTIONS, letter) ? ASSERTIONS[letter] : undefined;
    if (assertion !== undefined) {
      this.#at += 1;
      return { kind: 'assert', assertion };
    }
    if (letter === 'C') throw new PatternFault('\\C does not exist here');
    return this.#node(this.#escapedClass() ?? single(this.#escapedCode()));
  }

  /** `\\d`, `\\W`, `\\pL`, `\\P{Greek}`; undefined when no class follows. */
  #escapedClass(): CharSet | undefined {
    const letter = this.#peek();
    const perl = Object.hasOwn(PERL, letter.toLowerCase()) ? PERL[letter.toLowerCase()] : undefined;
    if (perl !== undefined) {
      this.#at += 1;
      return set(perl, letter !== letter.toLowerCase());
    }
    const match = /^[pP](?:\{(\^?)([A-Za-z_]{1,31})\}|([A-Z]))/.exec(
      this.#source.slice(this.#at, this.#at + 40),
    );
    if (match === null) return undefined;
    this.#at += match[0].length;
    const test = unicodeClass(match[2] ?? match[3] ?? '');
    if (test === undefined) throw new PatternFault('a Unicode class that does not exist');
    return set([], (letter === 'P') !== (match[1] === '^'), [test]);
  }

  #escapedCode(): number {
    const rest = this.#source.slice(this.#at, this.#at + 12);
    const match = /^(?:x\{([0-9a-fA-F]{1,8})\}|x([0-9a-fA-F]{2})|(0[0-7]{0,2}|[1-7][0-7]{2}))/.exec(rest);
    if (match !== null) {
      this.#at += match[0].length;
      const code =
        match[3] === undefined
          ? Number.parseInt(match[1] ?? match[2] ?? '', 16)
          : Number.parseInt(match[3], 8);
      if (code > 0x10ffff) throw new PatternFault('no code point');
      return code;
    }
    const letter = this.#peek();
    if (Object.hasOwn(ESCAPES, letter)) {
      this.#at += 1;
      return ESCAPES[letter] ?? 0;
    }
    if (/[A-Za-z0-9]/.test(letter)) throw new PatternFault(`\\${letter} does not exist here`);
    return this.#code();
  }

  #class(): CharSet {
    const negated = this.#accept('^');
    const ranges: (readonly [number, number])[] = [];
    const tests: ((code: number) => boolean)[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const inner = this.#classPart();
      if (inner.negated || inner.tests.length > 0) tests.push(setTest(inner, false));
      else ranges.push(...inner.ranges);
    }
    this.#at += 1;
    return set(ranges, negated, tests);
  }

  #classPart(): CharSet {
    const posix = /^\[:(\^?)([a-z]{1,8}):\]/.exec(this.#source.slice(this.#at, this.#at + 16));
    if (posix !== null) {
      const named = POSIX[posix[2] ?? ''];
      if (named === undefined) throw new PatternFault('a class that does not exist');
      this.#at += posix[0].length;
      return set(named, posix[1] === '^');
    }
    if (this.#peek() === '\\') {
      this.#at += 1;
      const found = this.#escapedClass();
      if (found !== undefined) return found;
      this.#at -= 1;
    }
    const first = this.#classCode();
    if (this.#peek() !== '-' || this.#source[this.#at + 1] === ']') return single(first);
    this.#at += 1;
    const last = this.#classCode();
    if (last < first) throw new PatternFault('a range that runs backwards');
    return set([[first, last]]);
  }
  #classCode(): number {
    return this.#accept('\\') ? this.#escapedCode() : this.#code();
  }
}

/** Reads a pattern of RE2; a text tells what is wrong with it. */
export function readPattern(source: string): RegexNode | string {
  if (source.length > PATTERN_MAX) return `a pattern of more than ${PATTERN_MAX} characters`;
  try {
    return new PatternReader(source).whole();
  } catch (fault) {
    if (fault instanceof PatternFault) return fault.message;
    throw fault;
  }
}
