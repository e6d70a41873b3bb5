// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spend } from '../effort.ts';
import { type Assertion, type RegexNode, readPattern } from './syntax.ts';

/** Most steps of a compiled pattern: repetitions are written out. */
export const PROGRAM_MAX = 10_000;

/** Steps in which one value is looked at, as a power of two, and how many are counted at once. */
const STEPS_SHIFT = 4;
const COUNTED_AT = 1024;

type Step =
  | { readonly op: 'set'; readonly test: (code: number) => boolean }
  | { readonly op: 'assert'; readonly assertion: Assertion }
  | { readonly op: 'match' }
  /** Goes on at both places; the first is preferred. */
  | { readonly op: 'split'; first: number; second: number };

class TooLarge extends Error {}

class Compiler {
  readonly steps: Step[] = [];
  #emitted = 0;
  #push(step: Step): number {
    if (this.steps.length >= PROGRAM_MAX) throw new TooLarge();
    return this.steps.push(step) - 1;
  }
  #split(): { readonly op: 'split'; first: number; second: number } {
    const step = { op: 'split' as const, first: 0, second: 0 };
    this.#push(step);
    return step;
  }
  #choice(parts: readonly RegexNode[]): void {
    const ends: { first: number; second: number }[] = [];
    for (const [index, part] of parts.entries()) {
      const split = index < parts.length - 1 ? this.#split() : undefined;
      if (split !== undefined) split.first = this.steps.length;
      this.emit(part);
      if (split === undefined) break;
      ends.push(this.#split());
      split.second = this.steps.length;
    }
    for (const end of ends) {
      end.first = this.steps.length;
      end.second = this.steps.length;
    }
  }
  #optional(part: RegexNode, greedy: boolean, more: () => void): void {
    const split = this.#split();
    const inside = this.steps.length;
    this.emit(part);
    more();
    split.first = greedy ? inside : this.steps.length;
    split.second = greedy ? this.steps.length : inside;
  }
  #repeat({ part, least, most, greedy }: Extract<RegexNode, { kind: 'repeat' }>): void {
    for (let count = 0; count < least; count += 1) this.emit(part);
    if (most === undefined) {
      const start = this.steps.length;
      this.#optional(part, greedy, () => {
        const back = this.#split();
        back.first = start;
        back.second = start;
      });
      return;
    }
    const splits: { readonly split: { first: number; second: number }; readonly inside: number }[] = [];
    for (let count = least; count < most; count += 1) {
      const split = this.#split();
      splits.push({ split, inside: this.steps.length });
      this.emit(part);
    }
    for (const { split, inside } of splits) {
      split.first = greedy ? inside : this.steps.length;
      split.second = greedy ? this.steps.length : inside;
    }
  }
  emit(node: RegexNode): void {
    // Repetitions of nothing make no step, but they take time.
    this.#emitted += 1;
    if (this.#emitted > PROGRAM_MAX * 10) throw new TooLarge();
    if (node.kind === 'set') this.#push({ op: 'set', test: node.test });
    else if (node.kind === 'assert') this.#push({ op: 'assert', assertion: node.assertion });
    else if (node.kind === 'all') for (const part of node.parts) this.emit(part);
    else if (node.kind === 'any') this.#choice(node.parts);
    else this.#repeat(node);
  }
  finish(): readonly Step[] {
    this.#push({ op: 'match' });
    return this.steps;
  }
}

const isWord = (code: number): boolean =>
  (code >= 48 && code < 58) || (code >= 65 && code < 91) || code === 95 || (code >= 97 && code < 123);

function holds(assertion: Assertion, before: number, after: number): boolean {
  switch (assertion) {
    case 'textStart':
      return before < 0;
    case 'textEnd':
      return after < 0;
    case 'lineStart':
      return before < 0 || before === 10;
    case 'lineEnd':
      return after < 0 || after === 10;
    case 'word':
      return isWord(before) !== isWord(after);
    default:
      return isWord(before) === isWord(after);
  }
}

/** Threads of one place of the text, in order of preference. */
class Threads {
  readonly at: Int32Array;
  readonly starts: Int32Array;
  readonly #seen: Int32Array;
  count = 0;
  #round = 0;
  constructor(size: number) {
    this.at = new Int32Array(size);
    this.starts = new Int32Array(size);
    this.#seen = new Int32Array(size);
  }
  clear(): void {
    this.count = 0;
    this.#round += 1;
  }
  /** False when the step is in the list already. */
  visit(step: number): boolean {
    if (this.#seen[step] === this.#round) return false;
    this.#seen[step] = this.#round;
    return true;
  }
}

/** A pattern of RE2. Every match takes time in proportion to pattern times text, whatever they are. */
export class Regex {
  readonly #steps: readonly Step[];
  readonly #open: Int32Array;
  #now: Threads;
  #next: Threads;
  /** Steps that were looked at and not yet counted. */
  #looked = 0;
  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#now = new Threads(steps.length);
    this.#next = new Threads(steps.length);
    this.#open = new Int32Array(steps.length * 2 + 2);
  }

  /** Follows everything that takes no character, in order of preference. */
  #follow(threads: Threads, step: number, start: number, before: number, after: number): void {
    const open = this.#open;
    let top = 0;
    open[top++] = step;
    while (top > 0) {
      const at = open[--top] ?? 0;
      this.#looked += 1;
      if (!threads.visit(at)) continue;
      const one = this.#steps[at];
      if (one === undefined) continue;
      if (one.op === 'split') {
        open[top++] = one.second;
        open[top++] = one.first;
      } else if (one.op !== 'assert') {
        threads.at[threads.count] = at;
        threads.starts[threads.count] = start;
        threads.count += 1;
      } else if (holds(one.assertion, before, after)) open[top++] = at + 1;
    }
  }

  /** Takes one character with every thread; a match ends those that are less preferred. */
  #advance(at: number, code: number, after: number): readonly [number, number] | undefined {
    this.#next.clear();
    for (let index = 0; index < this.#now.count; index += 1) {
      const step = this.#now.at[index] ?? 0;
      const start = this.#now.starts[index] ?? 0;
      const one = this.#steps[step];
      if (one?.op === 'match') return [start, at];
      if (one?.op === 'set' && code >= 0 && one.test(code))
        this.#follow(this.#next, step + 1, start, code, after);
    }
    return undefined;
  }

  /** First match at or after a place, as start and end; with `any` the first that is found, which is quicker. */
  find(text: string, from = 0, any = false): readonly [number, number] | undefined {
    let found: readonly [number, number] | undefined;
    let before = from === 0 ? -1 : text.charCodeAt(from - 1);
    this.#now.clear();
    for (let at = from; ; ) {
      const code = at < text.length ? (text.codePointAt(at) ?? -1) : -1;
      // A new attempt may begin here while nothing was found further left.
      if (found === undefined) this.#follow(this.#now, 0, at, before, code);
      this.#looked += this.#now.count;
      if (this.#looked >= COUNTED_AT) this.#count();
      const next = at + (code > 0xffff ? 2 : 1);
      const after = next < text.length ? (text.codePointAt(next) ?? -1) : -1;
      found = this.#advance(at, code, after) ?? found;
      [this.#now, this.#next] = [this.#next, this.#now];
      if (code < 0 || (found !== undefined && (any || this.#now.count === 0))) return found;
      before = code;
      at = next;
    }
  }

  /** Steps count for the evaluation: a short pattern may have a thousand at each character, and be looked for again and again. */
  #count(): void {
    const looked = this.#looked;
    this.#looked = 0;
    spend(looked >> STEPS_SHIFT);
  }

  test(text: string): boolean {
    return this.find(text, 0, true) !== undefined;
  }
}

/** Compiles a pattern of RE2; a text tells why it cannot be. */
export function compileRegex(pattern: string): Regex | string {
  const node = readPattern(pattern);
  if (typeof node === 'string') return node;
  const compiler = new Compiler();
  try {
    compiler.emit(node);
    return new Regex(compiler.finish());
  } catch (fault) {
    if (fault instanceof TooLarge) return `a pattern of more than ${PROGRAM_MAX} steps`;
    throw fault;
  }
}
