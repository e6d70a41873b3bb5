// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  AMPERSAND,
  ASTERISK,
  AT,
  BACKTICK,
  BANG,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  GREATER,
  HASH,
  HYPHEN,
  isBreak,
  isFlowIndicator,
  OPEN_BRACE,
  OPEN_BRACKET,
  PERCENT,
  PIPE,
  QUESTION,
  SINGLE_QUOTE,
} from './characters.ts';
import type { Cursor } from './cursor.ts';
import { isValueMark, plainScalar } from './plain.ts';
import { readAlias, readProperties } from './properties.ts';
import { quotedScalar } from './quoted.ts';

/** Refuses a character that no plain scalar may begin with. */
export const expectPlainStart = (cursor: Cursor, code: number, inFlow: boolean): void => {
  if (code === HYPHEN || code === QUESTION || code === COLON) {
    const next = cursor.charAt(cursor.pos + 1);
    if (!isBreak(next) && !(inFlow && isFlowIndicator(next))) return;
    cursor.fail('E_YAML_SYNTAX', 'an indicator where a value should stand');
  }
  if (
    code === COMMA ||
    code === AT ||
    code === BACKTICK ||
    code === PERCENT ||
    code === HASH ||
    code === CLOSE_BRACE ||
    code === CLOSE_BRACKET ||
    code === PIPE ||
    code === GREATER
  )
    cursor.fail('E_YAML_SYNTAX', `a value cannot begin with ${String.fromCharCode(code)}; quote it`);
};

/** The next content inside brackets; the text may not end and no document may begin there. */
const skipInFlow = (cursor: Cursor, open: number): number => {
  const code = cursor.skip();
  if (cursor.isAtEnd(code)) cursor.fail('E_YAML_UNCLOSED', 'a bracket that is never closed', open);
  return code;
};

/** Whether the node read last may have its `:` directly after it, as in JSON. */
const isJsonLike = (code: number): boolean =>
  code === DOUBLE_QUOTE || code === SINGLE_QUOTE || code === OPEN_BRACE || code === OPEN_BRACKET;

/** Whether a `:` at `pos` belongs to the node before it. */
const hasValue = (cursor: Cursor, code: number, isAdjacentFine: boolean): boolean =>
  code === COLON && (isAdjacentFine || isValueMark(cursor, cursor.pos, true));

/** Reads a scalar or alias without telling of it; false when a collection stands there. */
const holdScalar = (cursor: Cursor, code: number): boolean => {
  if (code === OPEN_BRACE || code === OPEN_BRACKET) return false;
  if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) quotedScalar(cursor, code);
  else if (code === ASTERISK) readAlias(cursor);
  else {
    expectPlainStart(cursor, code, true);
    plainScalar(cursor, -1, true);
  }
  return true;
};

const endsEntry = (code: number): boolean => code === COMMA || code === CLOSE_BRACKET || code === CLOSE_BRACE;

/** A node inside brackets, at `pos`; an empty one where nothing stands. */
const flowNode = (cursor: Cursor, first: number, open: number): void => {
  let code = first;
  const at = cursor.pos;
  let anchor: string | undefined;
  let tag: string | undefined;
  if (code === AMPERSAND || code === BANG) {
    readProperties(cursor);
    ({ anchor, tag } = cursor);
    code = skipInFlow(cursor, open);
  }
  if (endsEntry(code) || (code === COLON && isValueMark(cursor, cursor.pos, true)))
    cursor.emitEmpty(anchor, tag, at);
  else if (holdScalar(cursor, code)) cursor.emit(code === ASTERISK, anchor, tag, at);
  else flowCollection(cursor, code, anchor, tag);
};

/** The value after a `:` inside brackets. */
const flowValue = (cursor: Cursor, open: number): void => {
  cursor.pos++;
  flowNode(cursor, skipInFlow(cursor, open), open);
};

/** Between entries: false at the closing bracket, which is consumed. */
const nextEntry = (cursor: Cursor, close: number, open: number): boolean => {
  const code = skipInFlow(cursor, open);
  cursor.pos++;
  if (code === close) return false;
  if (code !== COMMA) cursor.fail('E_YAML_SYNTAX', 'a comma or a closing bracket is missing', cursor.pos - 1);
  return true;
};

/** `? key : value` after its question mark was seen. */
const explicitPair = (cursor: Cursor, open: number): void => {
  cursor.pos++;
  flowNode(cursor, skipInFlow(cursor, open), open);
  if (hasValue(cursor, skipInFlow(cursor, open), true)) flowValue(cursor, open);
  else cursor.emitEmpty(undefined, undefined);
};

const isExplicit = (cursor: Cursor, code: number): boolean =>
  code === QUESTION && isBreak(cursor.charAt(cursor.pos + 1));

/** An entry of a sequence that may turn out to be a mapping of one pair. */
const sequenceEntry = (cursor: Cursor, first: number, open: number): void => {
  const { sink } = cursor;
  const at = cursor.pos;
  const line = cursor.lineStart;
  let code = first;
  let anchor: string | undefined;
  let tag: string | undefined;
  if (code === AMPERSAND || code === BANG) {
    readProperties(cursor);
    ({ anchor, tag } = cursor);
    code = skipInFlow(cursor, open);
  }
  const isEmpty = endsEntry(code) || (code === COLON && isValueMark(cursor, cursor.pos, true));
  const isHeld = isEmpty || holdScalar(cursor, code);
  if (isEmpty) {
    cursor.value = '';
    cursor.style = 'plain';
  }
  if (!isHeld) flowCollection(cursor, code, anchor, tag);
  const isPair = hasValue(cursor, skipInFlow(cursor, open), isJsonLike(code));
  if (isPair) {
    if (cursor.lineStart !== line) cursor.fail('E_YAML_KEY', 'a key in a list may not span lines', at);
    if (isHeld) sink.startMapping(true, undefined, undefined, at);
    else sink.wrapAsKey(true, undefined, undefined, at);
  }
  if (isHeld) cursor.emit(code === ASTERISK && !isEmpty, anchor, tag, at);
  if (!isPair) return;
  flowValue(cursor, open);
  sink.endMapping();
};

const flowSequence = (cursor: Cursor, open: number): void => {
  for (let more = true; more; more = nextEntry(cursor, CLOSE_BRACKET, open)) {
    const code = skipInFlow(cursor, open);
    if (code === CLOSE_BRACKET) {
      cursor.pos++;
      return;
    }
    if (code === COMMA) cursor.fail('E_YAML_SYNTAX', 'an entry of a list is missing before a comma');
    if (isExplicit(cursor, code)) {
      cursor.sink.startMapping(true, undefined, undefined, cursor.pos);
      explicitPair(cursor, open);
      cursor.sink.endMapping();
    } else sequenceEntry(cursor, code, open);
  }
};

const flowMapping = (cursor: Cursor, open: number): void => {
  for (let more = true; more; more = nextEntry(cursor, CLOSE_BRACE, open)) {
    const code = skipInFlow(cursor, open);
    if (code === CLOSE_BRACE) {
      cursor.pos++;
      return;
    }
    if (code === COMMA) cursor.fail('E_YAML_SYNTAX', 'an entry of a mapping is missing before a comma');
    if (isExplicit(cursor, code)) explicitPair(cursor, open);
    else {
      flowNode(cursor, code, open);
      if (hasValue(cursor, skipInFlow(cursor, open), isJsonLike(code))) flowValue(cursor, open);
      else cursor.emitEmpty(undefined, undefined);
    }
  }
};

/** A list or mapping in brackets from its opening bracket on; afterwards `pos` is after the closing one. */
export const flowCollection = (
  cursor: Cursor,
  bracket: number,
  anchor: string | undefined,
  tag: string | undefined,
): void => {
  const open = cursor.pos;
  cursor.enter();
  cursor.pos++;
  if (bracket === OPEN_BRACKET) {
    cursor.sink.startSequence(true, anchor, tag, open);
    flowSequence(cursor, open);
    cursor.sink.endSequence();
  } else {
    cursor.sink.startMapping(true, anchor, tag, open);
    flowMapping(cursor, open);
    cursor.sink.endMapping();
  }
  cursor.leave();
};
