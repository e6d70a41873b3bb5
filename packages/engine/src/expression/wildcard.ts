// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Longest pattern that is accepted. */
export const WILDCARD_MAX = 512;
/** Longest run with `?` between two stars: such runs are compared place by place. */
const WILD_RUN_MAX = 64;
/** Below this product of lengths the built-in search is quicker than building on the table, whatever the texts are. */
const SMALL_SEARCH = 65_536;

interface Segment {
  readonly text: string;
  readonly wild: boolean;
  /** Made by the first long text that is searched: most patterns never meet one. */
  table: readonly number[] | undefined;
}

/** Failure table of Knuth, Morris and Pratt: keeps the search linear on hostile text. */
function failureTable(text: string): number[] {
  const table = new Array<number>(text.length).fill(0);
  let length = 0;
  for (let at = 1; at < text.length; at += 1) {
    while (length > 0 && text[at] !== text[length]) length = table[length - 1] ?? 0;
    if (text[at] === text[length]) length += 1;
    table[at] = length;
  }
  return table;
}

const segmentOf = (text: string): Segment => ({ text, wild: text.includes('?'), table: undefined });

function matchesAt(segment: Segment, text: string, start: number): boolean {
  if (start < 0 || start + segment.text.length > text.length) return false;
  if (!segment.wild) return text.startsWith(segment.text, start);
  for (let at = 0; at < segment.text.length; at += 1) {
    const wanted = segment.text[at];
    if (wanted !== '?' && wanted !== text[start + at]) return false;
  }
  return true;
}

function searchTable(segment: Segment, text: string, from: number): number {
  segment.table ??= failureTable(segment.text);
  const { table } = segment;
  let length = 0;
  for (let at = from; at < text.length; at += 1) {
    while (length > 0 && text[at] !== segment.text[length]) length = table[length - 1] ?? 0;
    if (text[at] === segment.text[length]) length += 1;
    if (length === segment.text.length) return at - length + 1;
  }
  return -1;
}

function find(segment: Segment, text: string, from: number): number {
  if (segment.text === '') return from;
  if (segment.wild) {
    for (let at = from; at + segment.text.length <= text.length; at += 1)
      if (matchesAt(segment, text, at)) return at;
    return -1;
  }
  return (text.length - from) * segment.text.length <= SMALL_SEARCH
    ? text.indexOf(segment.text, from)
    : searchTable(segment, text, from);
}

/** Whether a pattern can be compiled: not empty, at most WILDCARD_MAX long, no long run with `?`. */
export const isWildcard = (pattern: string): boolean =>
  pattern !== '' &&
  pattern.length <= WILDCARD_MAX &&
  pattern.split('*').every((run) => !run.includes('?') || run.length <= WILD_RUN_MAX);

/**
 * Compiles a wildcard (operator `glob`) into a test of the whole text: `*` stands for any run of characters (also `/`),
 * `?` for exactly one. Not the patterns of paths in scan, where `*` ends at a slash and `?` is a character like others.
 * There is no way to escape either, and no regular expression: time is linear in the text.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const segments = pattern.split('*').map(segmentOf);
  const [first, ...rest] = segments;
  const last = rest.pop();
  if (first === undefined) return (text) => text === '';
  if (last === undefined) return (text) => text.length === first.text.length && matchesAt(first, text, 0);
  const middle = rest.filter((segment) => segment.text !== '');
  return (text) => {
    if (!matchesAt(first, text, 0)) return false;
    let from = first.text.length;
    for (const segment of middle) {
      const at = find(segment, text, from);
      if (at < 0) return false;
      from = at + segment.text.length;
    }
    const tail = text.length - last.text.length;
    return tail >= from && matchesAt(last, text, tail);
  };
}
