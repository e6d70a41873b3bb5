// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { blockScalar } from './block-scalar.ts';
import {
  AMPERSAND,
  ASTERISK,
  BANG,
  COLON,
  DOUBLE_QUOTE,
  EOF,
  GREATER,
  HASH,
  HYPHEN,
  isBreak,
  NEWLINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  PIPE,
  QUESTION,
  SINGLE_QUOTE,
} from './characters.ts';
import type { Cursor } from './cursor.ts';
import { fieldName } from './field-name.ts';
import { expectPlainStart, flowCollection } from './flow.ts';
import { plainScalar } from './plain.ts';
import { readAlias, readProperties } from './properties.ts';
import { quotedScalar } from './quoted.ts';

const isIndicator = (cursor: Cursor, code: number, indicator: number): boolean =>
  code === indicator && isBreak(cursor.charAt(cursor.pos + 1));

const endsLine = (code: number): boolean => code === NEWLINE || code === EOF || code === HASH;

/** Refuses a block collection where none may begin. */
const expectCollection = (cursor: Cursor, inline: boolean, at: number): void => {
  if (!inline) cursor.fail('E_YAML_NESTED', 'a list or mapping may not begin on this line', at);
  if (cursor.hasTab) cursor.fail('E_YAML_TAB', 'a tab where spaces must indent', at);
};

/** Whether a `:` at `pos` makes a key of what was read since the line began at `line`. */
const isKey = (cursor: Cursor, code: number, line: number): boolean =>
  isIndicator(cursor, code, COLON) && cursor.lineStart === line;

/** Reads what may be a key, a scalar or alias, without telling of it; false when a collection stands there. */
const holdKey = (cursor: Cursor, code: number, parent: number): boolean => {
  if (code === OPEN_BRACE || code === OPEN_BRACKET) return false;
  if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) quotedScalar(cursor, code);
  else if (code === ASTERISK) readAlias(cursor);
  else {
    expectPlainStart(cursor, code, false);
    plainScalar(cursor, parent, false);
  }
  return true;
};

const isPlain = (code: number): boolean =>
  code !== OPEN_BRACE &&
  code !== OPEN_BRACKET &&
  code !== DOUBLE_QUOTE &&
  code !== SINGLE_QUOTE &&
  code !== ASTERISK;

const blockSequence = (
  cursor: Cursor,
  indent: number,
  anchor: string | undefined,
  tag: string | undefined,
): void => {
  cursor.enter();
  cursor.sink.startSequence(false, anchor, tag, cursor.pos);
  for (;;) {
    cursor.pos++;
    blockNode(cursor, indent, true, false);
    const code = cursor.skip();
    if (cursor.isAtEnd(code) || cursor.indent < indent) break;
    if (cursor.indent > indent)
      cursor.fail('E_YAML_INDENTATION', 'more spaces than the list before, and not part of its last entry');
    if (!isIndicator(cursor, code, HYPHEN)) break;
    if (cursor.hasTab) cursor.fail('E_YAML_TAB', 'a tab where spaces must indent');
  }
  cursor.sink.endSequence();
  cursor.leave();
};

/** `? key` and the `: value` that may follow it on a line of its own. */
const explicitEntry = (cursor: Cursor, indent: number): void => {
  cursor.pos++;
  blockNode(cursor, indent, true, true);
  const code = cursor.skip();
  const hasValue = !cursor.isAtEnd(code) && cursor.indent === indent && isIndicator(cursor, code, COLON);
  if (!hasValue) {
    cursor.emitEmpty(undefined, undefined);
    return;
  }
  if (cursor.hasTab) cursor.fail('E_YAML_TAB', 'a tab where spaces must indent');
  cursor.pos++;
  blockNode(cursor, indent, true, true);
};

/** An entry after the first: its key, and its value. */
const nextEntry = (cursor: Cursor, indent: number, first: number): void => {
  const at = cursor.pos;
  const line = cursor.lineStart;
  let code = first;
  let anchor: string | undefined;
  let tag: string | undefined;
  if (code === AMPERSAND || code === BANG) {
    readProperties(cursor);
    ({ anchor, tag } = cursor);
    code = cursor.charAt(cursor.pos);
  } else if (isIndicator(cursor, code, QUESTION)) {
    explicitEntry(cursor, indent);
    return;
  }
  if (isIndicator(cursor, code, COLON)) cursor.emitEmpty(anchor, tag, at);
  else {
    if (endsLine(code) || isIndicator(cursor, code, HYPHEN))
      cursor.fail('E_YAML_KEY', 'a key and a colon should stand here', at);
    const isHeld = fieldName(cursor) || holdKey(cursor, code, indent);
    if (!isHeld) flowCollection(cursor, code, anchor, tag);
    if (!isKey(cursor, isPlain(code) ? cursor.charAt(cursor.pos) : cursor.skipBlanks(), line))
      cursor.fail('E_YAML_KEY', 'a key without a colon after it, on one line', at);
    if (isHeld) cursor.emit(code === ASTERISK, anchor, tag, at);
  }
  cursor.pos++;
  blockNode(cursor, indent, false, true);
};

/** The entries of a mapping; `pos` is at the first `:`, or at a `?`, and the first key was told of. */
const blockMapping = (cursor: Cursor, indent: number, isExplicit: boolean): void => {
  if (isExplicit) explicitEntry(cursor, indent);
  else {
    cursor.pos++;
    blockNode(cursor, indent, false, true);
  }
  for (;;) {
    const code = cursor.skip();
    if (cursor.isAtEnd(code) || cursor.indent < indent) break;
    if (cursor.indent > indent)
      cursor.fail('E_YAML_INDENTATION', 'more spaces than the keys before, and not part of the last value');
    if (cursor.hasTab) cursor.fail('E_YAML_TAB', 'a tab where spaces must indent');
    nextEntry(cursor, indent, code);
  }
  cursor.sink.endMapping();
  cursor.leave();
};

/** Anchors and tags met before the content: of the line before it, and of its own line. */
interface Properties {
  outerAnchor: string | undefined;
  outerTag: string | undefined;
  anchor: string | undefined;
  tag: string | undefined;
}

const NONE: Properties = { outerAnchor: undefined, outerTag: undefined, anchor: undefined, tag: undefined };

/** Whether one node would have two anchors or two tags, those of two lines. */
const isTwice = (found: Properties): boolean =>
  (found.outerAnchor !== undefined && found.anchor !== undefined) ||
  (found.outerTag !== undefined && found.tag !== undefined);

/** Properties of two lines for one node: it has one anchor and one tag. */
const merge = (cursor: Cursor, found: Properties): void => {
  if (isTwice(found)) cursor.fail('E_YAML_PROPERTIES', 'two anchors or two tags for one value');
};

const startMapping = (cursor: Cursor, found: Properties, at: number): void => {
  cursor.enter();
  cursor.sink.startMapping(false, found.outerAnchor, found.outerTag, at);
};

/** A node whose first character is `code`; what properties it has are known. */
const content = (
  cursor: Cursor,
  code: number,
  indent: number,
  parent: number,
  inline: boolean,
  found: Properties,
): void => {
  const at = cursor.pos;
  const hasOwn = found !== NONE && (found.anchor !== undefined || found.tag !== undefined);
  if (isIndicator(cursor, code, HYPHEN) || isIndicator(cursor, code, QUESTION)) {
    if (hasOwn)
      cursor.fail('E_YAML_PROPERTIES', 'the anchor or tag of a list or mapping stands on a line before it');
    expectCollection(cursor, inline, at);
    if (code === HYPHEN) {
      blockSequence(cursor, indent, found.outerAnchor, found.outerTag);
      return;
    }
    startMapping(cursor, found, at);
    blockMapping(cursor, indent, true);
    return;
  }
  if (code === PIPE || code === GREATER) {
    merge(cursor, found);
    blockScalar(cursor, code, parent);
    cursor.emit(false, found.anchor ?? found.outerAnchor, found.tag ?? found.outerTag, at);
    return;
  }
  scalarOrMapping(cursor, code, indent, parent, inline, found);
};

/** A scalar, alias or collection in brackets; or the mapping whose first key it is. */
const scalarOrMapping = (
  cursor: Cursor,
  code: number,
  indent: number,
  parent: number,
  inline: boolean,
  found: Properties,
): void => {
  const at = cursor.pos;
  const line = cursor.lineStart;
  const { hasTab } = cursor;
  if (isIndicator(cursor, code, COLON)) {
    expectCollection(cursor, inline, at);
    startMapping(cursor, found, at);
    cursor.emitEmpty(found.anchor, found.tag, at);
    blockMapping(cursor, indent, false);
    return;
  }
  // What stands behind a colon, on its line, begins no mapping.
  const isHeld = (inline && fieldName(cursor)) || holdKey(cursor, code, parent);
  if (!isHeld) {
    flowCollection(cursor, code, found.anchor ?? found.outerAnchor, found.tag ?? found.outerTag);
  }
  const next = isPlain(code) ? cursor.charAt(cursor.pos) : cursor.skipBlanks();
  if (isKey(cursor, next, line)) {
    cursor.hasTab = hasTab;
    expectCollection(cursor, inline, at);
    if (isHeld) startMapping(cursor, found, at);
    else {
      cursor.enter();
      const { outerAnchor, outerTag } = isTwice(found) ? found : NONE;
      cursor.sink.wrapAsKey(false, outerAnchor, outerTag, at);
    }
    if (isHeld) cursor.emit(code === ASTERISK, found.anchor, found.tag, at);
    blockMapping(cursor, indent, false);
    return;
  }
  const isConcatenated = parent === -1 && code === OPEN_BRACE && next === OPEN_BRACE;
  if (!isPlain(code) && !isConcatenated) cursor.expectLineEnd();
  merge(cursor, found);
  if (!isHeld) return;
  cursor.emit(code === ASTERISK, found.anchor ?? found.outerAnchor, found.tag ?? found.outerTag, at);
};

/** Whether nothing stands where a node could: the text ends, or the next content belongs to something outside. */
const isMissing = (cursor: Cursor, code: number, parent: number, sequenceAtParent: boolean): boolean => {
  if (cursor.isAtEnd(code)) return true;
  if (!cursor.isFresh || cursor.indent > parent) return false;
  return !(sequenceAtParent && cursor.indent === parent && isIndicator(cursor, code, HYPHEN));
};

/** A node with an anchor or tag: they belong to it, or to the key it begins with. */
const nodeWithProperties = (
  cursor: Cursor,
  parent: number,
  canBeInline: boolean,
  sequenceAtParent: boolean,
): void => {
  const found: Properties = { ...NONE };
  let inline = canBeInline;
  for (let code = cursor.charAt(cursor.pos); ; code = cursor.skip()) {
    if (cursor.isFresh) inline = true;
    const at = cursor.pos;
    if (isMissing(cursor, code, parent, sequenceAtParent)) {
      cursor.emitEmpty(found.outerAnchor, found.outerTag, at);
      return;
    }
    const indent = cursor.column();
    if (code === AMPERSAND || code === BANG) {
      readProperties(cursor);
      ({ anchor: found.anchor, tag: found.tag } = cursor);
      code = cursor.charAt(cursor.pos);
      if (endsLine(code)) {
        merge(cursor, found);
        found.outerAnchor ??= found.anchor;
        found.outerTag ??= found.tag;
        found.anchor = undefined;
        found.tag = undefined;
        continue;
      }
    }
    content(cursor, code, indent, parent, inline, found);
    return;
  }
};

/**
 * A node in block style, somewhere after `pos`. `parent` is the indentation of what it is in (-1 at the root);
 * `canBeInline`, whether a block collection may begin on the line of the indicator before it; `sequenceAtParent`,
 * whether a sequence may stand at the parent's own indentation, as the value of a key may.
 */
export const blockNode = (
  cursor: Cursor,
  parent: number,
  canBeInline: boolean,
  sequenceAtParent: boolean,
): void => {
  const code = cursor.skip();
  if (isMissing(cursor, code, parent, sequenceAtParent)) cursor.emitEmpty(undefined, undefined);
  else if (code === AMPERSAND || code === BANG)
    nodeWithProperties(cursor, parent, canBeInline, sequenceAtParent);
  else content(cursor, code, cursor.column(), parent, canBeInline || cursor.isFresh, NONE);
};
