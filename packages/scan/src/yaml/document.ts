// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { blockNode } from './block.ts';
import { EOF, FORBIDDEN, HYPHEN, OPEN_BRACE, PERCENT } from './characters.ts';
import { Cursor } from './cursor.ts';
import type { YamlLimits } from './limits.ts';
import type { YamlSink } from './sink.ts';

/** Where a document was marked, for whoever writes it again. */
export interface DocumentMarks {
  readonly isExplicitStart: boolean;
  readonly isExplicitEnd: boolean;
  /** Where the next document of the same text begins; its length when there is none. */
  readonly next: number;
}

const checkCharacters = (cursor: Cursor): void => {
  const at = cursor.text.search(FORBIDDEN);
  if (at === -1) return;
  const code = cursor.text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  cursor.fail('E_YAML_CHARACTER', `the control character U+${code}`, at);
};

const VERSION = /^%YAML[ \t]+1\.\d+[ \t]*(?:[ \t]#.*)?$/;
const HANDLE = /^%TAG[ \t]+(!(?:[\w-]*!)?)[ \t]+(\S+)[ \t]*(?:[ \t]#.*)?$/;

const readDirective = (cursor: Cursor, line: string, isVersioned: boolean): boolean => {
  if (/^%YAML\b/.test(line)) {
    if (isVersioned) cursor.fail('E_YAML_DIRECTIVE', 'a second %YAML for one document');
    if (!VERSION.test(line)) cursor.fail('E_YAML_DIRECTIVE', '%YAML takes a version, 1.1 or 1.2');
    return true;
  }
  if (/^%TAG\b/.test(line)) {
    const [, handle, prefix] = HANDLE.exec(line) ?? [];
    if (handle === undefined || prefix === undefined)
      return cursor.fail('E_YAML_DIRECTIVE', '%TAG takes a handle and a prefix');
    cursor.handles.set(handle, prefix);
  }
  return isVersioned;
};

/** Directives before the document; afterwards `pos` is at its first content. */
const readDirectives = (cursor: Cursor): number => {
  let isVersioned = false;
  let isAny = false;
  let code = cursor.skip();
  while (code === PERCENT && cursor.pos === cursor.lineStart) {
    const found = cursor.text.indexOf('\n', cursor.pos);
    const lineEnd = found === -1 ? cursor.end : found;
    isVersioned = readDirective(cursor, cursor.text.slice(cursor.pos, lineEnd), isVersioned);
    isAny = true;
    cursor.pos = lineEnd;
    code = cursor.skip();
  }
  const isMarked = code === HYPHEN && cursor.pos === cursor.lineStart && cursor.isMarker(cursor.pos);
  if (isAny && !isMarked) cursor.fail('E_YAML_DIRECTIVE', 'a directive without a document after it');
  return code;
};

/**
 * Reads one document of a text that holds no second `---`; undefined when it holds none at all. `isPlain`: it is known
 * to hold no character that may not be there.
 */
export const readDocument = (
  text: string,
  sink: YamlSink,
  limits: YamlLimits,
  from = 0,
  isPlain = false,
): DocumentMarks | undefined => {
  const cursor = new Cursor(text, sink, limits, from);
  if (from === 0) {
    if (text.length > limits.documentChars)
      cursor.fail('E_YAML_LIMIT', `a document of more than ${limits.documentChars} characters`);
    if (!isPlain) checkCharacters(cursor);
  }
  const first = readDirectives(cursor);
  if (first === EOF) return undefined;
  const isExplicitStart = cursor.isAtEnd(first) && first === HYPHEN;
  if (!isExplicitStart && cursor.isAtEnd(first)) return undefined;
  if (isExplicitStart) cursor.pos += 3;
  blockNode(cursor, -1, !isExplicitStart, false);
  return finish(cursor, isExplicitStart, first);
};

/** After the root: the text ends, `...` stands there, or the next object of concatenated JSON. */
const finish = (cursor: Cursor, isExplicitStart: boolean, first: number): DocumentMarks => {
  const code = cursor.skip();
  if (code === EOF) return { isExplicitStart, isExplicitEnd: false, next: cursor.end };
  if (cursor.isAtEnd(code) && code !== HYPHEN) {
    cursor.pos += 3;
    cursor.expectLineEnd();
    if (cursor.skip() !== EOF) cursor.fail('E_YAML_SYNTAX', 'something follows the end of the document');
    return { isExplicitStart, isExplicitEnd: true, next: cursor.end };
  }
  if (code === OPEN_BRACE && first === OPEN_BRACE && !isExplicitStart)
    return { isExplicitStart, isExplicitEnd: false, next: cursor.pos };
  return cursor.fail(
    'E_YAML_SYNTAX',
    'something follows the value of the document; is the indentation right?',
  );
};
