// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** How often the thing before may repeat. */
interface Repetition {
  readonly most: number;
  readonly isVariable: boolean;
}

interface Group {
  /** Something inside repeats a varying number of times. */
  hasVariable: boolean;
}

const MAX_REPETITION = 16_384;
const CLASS = /\[(?:\\.|[^\]\\])*\]/y;
const GROUP_OPEN = /\((?:\?(?::|=|!|<[A-Za-z]+>))?/y;
const COUNT = /\{(\d+)(,(\d*))?\}\??/y;

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/** The repetition at a place, with the length of its text; undefined where there is none, text where it is refused. */
const repetitionAt = (
  source: string,
  at: number,
): { value: Repetition; length: number } | string | undefined => {
  const sign = source[at];
  if (sign === '*' || sign === '+') return `an unbounded repetition at ${at}`;
  if (sign === '?') return { value: { most: 1, isVariable: true }, length: 1 };
  if (sign !== '{') return undefined;
  const count = matchAt(COUNT, source, at);
  if (count === null) return undefined;
  const [text, least, range, most] = count;
  if (range !== undefined && most === '') return `an unbounded repetition at ${at}`;
  const upper = Number(range === undefined ? least : most);
  if (upper > MAX_REPETITION) return `a repetition of more than ${MAX_REPETITION} at ${at}`;
  return { value: { most: upper, isVariable: range !== undefined && least !== most }, length: text.length };
};

/** The length of the unit (character, class, escape) at a place; text where it is refused. */
const unitAt = (source: string, at: number): number | string => {
  if (source[at] === '[') return matchAt(CLASS, source, at)?.[0].length ?? `a class without an end at ${at}`;
  if (source[at] !== '\\') return 1;
  return /[1-9k]/.test(source[at + 1] ?? '') ? `a back reference at ${at}` : 2;
};

class Guard {
  readonly #source: string;
  readonly #groups: Group[] = [{ hasVariable: false }];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  run(): string | undefined {
    while (this.#at < this.#source.length) {
      const fault = this.#step();
      if (fault !== undefined) return fault;
    }
    return this.#groups.length === 1 ? undefined : 'a group without an end';
  }

  #step(): string | undefined {
    const sign = this.#source[this.#at];
    if (sign === '(') return this.#open();
    if (sign === ')') return this.#close();
    if (sign === '|') this.#vary();
    const length = unitAt(this.#source, this.#at);
    if (typeof length === 'string') return length;
    this.#at += length;
    return this.#repeat(false);
  }

  #open(): string | undefined {
    const opened = matchAt(GROUP_OPEN, this.#source, this.#at);
    const next = this.#source[this.#at + (opened?.[0].length ?? 1)];
    if (opened === null || next === '?') return `a group of a kind that is not allowed at ${this.#at}`;
    this.#at += opened[0].length;
    this.#groups.push({ hasVariable: false });
    return undefined;
  }

  #close(): string | undefined {
    const inner = this.#groups.length > 1 ? this.#groups.pop() : undefined;
    if (inner === undefined) return `a group without a begin at ${this.#at}`;
    this.#at += 1;
    const outer = this.#groups.at(-1);
    if (outer !== undefined && inner.hasVariable) outer.hasVariable = true;
    return this.#repeat(inner.hasVariable);
  }

  /** A varying repetition of something that itself varies is what makes backtracking explode. */
  #repeat(isInnerVariable: boolean): string | undefined {
    const repetition = repetitionAt(this.#source, this.#at);
    if (typeof repetition === 'string' || repetition === undefined) return repetition;
    if (isInnerVariable && repetition.value.most > 1) return `a nested repetition at ${this.#at}`;
    if (repetition.value.isVariable) this.#vary();
    this.#at += repetition.length;
    return undefined;
  }

  #vary(): void {
    const group = this.#groups.at(-1);
    if (group !== undefined) group.hasVariable = true;
  }
}

/**
 * Why a pattern may not run on hostile text, or undefined when it may: JavaScript's expressions backtrack, so every
 * repetition must be bounded, none may stand inside another, and there are no back references and no look-behinds.
 */
export const patternFault = (source: string): string | undefined => new Guard(source).run();
