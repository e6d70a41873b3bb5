// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { EOF, GREATER, HASH, HYPHEN, isBlank, NEWLINE, PLUS, SPACE, TAB } from './characters.ts';
import type { Cursor } from './cursor.ts';

type Chomping = 'strip' | 'clip' | 'keep';

interface Header {
  readonly chomping: Chomping;
  /** Spaces beyond the parent's, where the header says so. */
  readonly spaces: number | undefined;
}

const ZERO = 48;
const NINE = 57;

/** The header after `|` or `>`: leaves the cursor at the start of the next line. */
const readHeader = (cursor: Cursor): Header => {
  let chomping: Chomping | undefined;
  let spaces: number | undefined;
  cursor.pos++;
  for (;;) {
    const code = cursor.charAt(cursor.pos);
    if (chomping === undefined && (code === HYPHEN || code === PLUS))
      chomping = code === PLUS ? 'keep' : 'strip';
    else if (spaces === undefined && code > ZERO && code <= NINE) spaces = code - ZERO;
    else break;
    cursor.pos++;
  }
  const isBlankNext = isBlank(cursor.charAt(cursor.pos));
  const code = cursor.skipBlanks();
  if (code !== NEWLINE && code !== EOF && !(code === HASH && isBlankNext))
    cursor.fail(
      'E_YAML_SYNTAX',
      'the header of a block of text takes one digit, one of + and -, and a comment',
    );
  const lineEnd = cursor.text.indexOf('\n', cursor.pos);
  cursor.pos = lineEnd === -1 ? cursor.end : lineEnd + 1;
  cursor.lineStart = cursor.pos;
  return { chomping: chomping ?? 'clip', spaces };
};

const spacesAt = (cursor: Cursor, at: number): number => {
  let end = at;
  while (cursor.charAt(end) === SPACE) end++;
  return end - at;
};

/** The indentation of the text: that of its first line that is not empty. */
const detectIndent = (cursor: Cursor, parent: number): number => {
  let widest = 0;
  for (let at = cursor.pos; ; ) {
    const spaces = spacesAt(cursor, at);
    const code = cursor.charAt(at + spaces);
    if (code === NEWLINE) {
      widest = Math.max(widest, spaces);
      at += spaces + 1;
    } else if (code === EOF) return Math.max(widest, spaces, parent + 1);
    else {
      if (code === TAB && spaces <= parent)
        cursor.fail('E_YAML_TAB', 'a tab where spaces must indent', at + spaces);
      if (spaces <= parent) return Math.max(widest, parent + 1);
      if (widest > spaces)
        cursor.fail(
          'E_YAML_INDENTATION',
          'an empty line before a block of text has more spaces than the text',
          at,
        );
      return spaces;
    }
  }
};

/** Puts lines together; in a folded block neighbours become one line, except those that start with a blank. */
class TextJoiner {
  value = '';
  /** Line breaks since the last line with text. */
  breaks = 0;
  readonly isFolded: boolean;
  private isFirst = true;
  private wasMore = false;

  constructor(isFolded: boolean) {
    this.isFolded = isFolded;
  }

  add(line: string): void {
    const first = line.charCodeAt(0);
    const isMore = first === SPACE || first === TAB;
    if (this.isFolded && !this.isFirst && !isMore && !this.wasMore)
      this.value += this.breaks === 1 ? ' ' : '\n'.repeat(this.breaks - 1);
    else this.value += this.breaks === 1 ? '\n' : '\n'.repeat(this.breaks);
    this.value += line;
    this.breaks = 0;
    this.isFirst = false;
    this.wasMore = isMore;
  }

  finish(chomping: Chomping): string {
    if (chomping === 'strip') return this.value;
    if (chomping === 'keep') return this.value + '\n'.repeat(this.breaks);
    return this.isFirst || this.breaks === 0 ? this.value : `${this.value}\n`;
  }
}

/** Reads lines of at least `indent` spaces; leaves the cursor at the start of the first other line. */
const readLines = (cursor: Cursor, indent: number, joiner: TextJoiner): void => {
  const { text, end } = cursor;
  while (cursor.pos < end) {
    const start = cursor.pos;
    const found = text.indexOf('\n', start);
    const lineEnd = found === -1 ? end : found;
    let at = start;
    const most = Math.min(start + indent, lineEnd);
    while (at < most && text.charCodeAt(at) === SPACE) at++;
    if (at === lineEnd) {
      if (found === -1) {
        cursor.pos = end;
        break;
      }
    } else if (at - start < indent || (indent === 0 && cursor.isMarker(at))) break;
    else joiner.add(text.slice(at, lineEnd));
    if (found !== -1) joiner.breaks++;
    cursor.pos = found === -1 ? end : found + 1;
    cursor.lineStart = cursor.pos;
  }
};

/** A literal or folded block of text from its indicator on; afterwards the cursor is at the start of a line. */
export const blockScalar = (cursor: Cursor, indicator: number, parent: number): void => {
  const { chomping, spaces } = readHeader(cursor);
  const indent = spaces === undefined ? detectIndent(cursor, parent) : Math.max(parent, 0) + spaces;
  const joiner = new TextJoiner(indicator === GREATER);
  readLines(cursor, indent, joiner);
  // The lines above leave the cursor at a line's start; a tab there is for whoever reads on.
  cursor.startLine();
  cursor.pos = cursor.lineStart;
  cursor.style = indicator === GREATER ? 'folded' : 'literal';
  cursor.isMultiLine = true;
  cursor.value = joiner.finish(chomping);
};
