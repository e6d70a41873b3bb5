// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { COLON, EOF, HASH, isBreak, isFlowIndicator, NEWLINE, SPACE, TAB } from './characters.ts';
import type { Cursor } from './cursor.ts';

/** Whether a `:` at this offset ends a key. */
export const isValueMark = (cursor: Cursor, at: number, inFlow: boolean): boolean => {
  const next = cursor.charAt(at + 1);
  return isBreak(next) || (inFlow && isFlowIndicator(next));
};

/** Plain text of one line: leaves `pos` at what ended it and gives the offset after its last character. */
const plainLine = (cursor: Cursor, inFlow: boolean): number => {
  const { text, end } = cursor;
  let at = cursor.pos;
  let last = at;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === SPACE || code === TAB) continue;
    if (code === NEWLINE) break;
    if (code === COLON) {
      if (isValueMark(cursor, at, inFlow)) break;
    } else if (code === HASH) {
      if (last < at) break;
    } else if (inFlow && isFlowIndicator(code)) break;
    last = at + 1;
  }
  cursor.pos = at;
  return last;
};

/** Whether the line the cursor was moved to goes on with a plain scalar of a node inside indentation `parent`. */
const goesOn = (cursor: Cursor, parent: number, inFlow: boolean): boolean => {
  const code = cursor.charAt(cursor.pos);
  if (code === EOF || code === HASH) return false;
  if (cursor.isMarker(cursor.lineStart)) return false;
  if (!inFlow) return cursor.indent > parent;
  return !isFlowIndicator(code) && !(code === COLON && isValueMark(cursor, cursor.pos, true));
};

/** Line breaks from `pos` on: leaves `pos` at the content after them and gives what they fold to. */
export const foldBreaks = (cursor: Cursor): string => {
  let breaks = 0;
  while (cursor.charAt(cursor.pos) === NEWLINE) {
    breaks++;
    cursor.lineStart = cursor.pos + 1;
    cursor.startLine();
  }
  return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
};

/**
 * A plain scalar from `pos` on. Afterwards `pos` is at the `:` after it, at what else ended it on its line, or at the
 * next content of a later line.
 */
export const plainScalar = (cursor: Cursor, parent: number, inFlow: boolean): void => {
  const start = cursor.pos;
  let value = cursor.text.slice(start, plainLine(cursor, inFlow));
  cursor.style = 'plain';
  cursor.isMultiLine = false;
  while (cursor.charAt(cursor.pos) === NEWLINE) {
    const fold = foldBreaks(cursor);
    if (!goesOn(cursor, parent, inFlow)) break;
    const from = cursor.pos;
    value += fold + cursor.text.slice(from, plainLine(cursor, inFlow));
    cursor.isMultiLine = true;
    if (!inFlow && cursor.charAt(cursor.pos) === COLON)
      cursor.fail(
        'E_YAML_KEY',
        'a key on the line after a value that goes on; is the indentation right?',
        from,
      );
  }
  cursor.value = value;
};
