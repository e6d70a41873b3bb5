// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AMPERSAND, ASTERISK, BANG, COMMA, GREATER, isBreak, isFlowIndicator } from './characters.ts';
import type { Cursor } from './cursor.ts';

const NAME_CHARS = 512;

/** A name after `&` or `*`. */
const readName = (cursor: Cursor): string => {
  const from = cursor.pos + 1;
  let at = from;
  for (let code = cursor.charAt(at); !isBreak(code) && !isFlowIndicator(code); code = cursor.charAt(at)) at++;
  if (at === from) cursor.fail('E_YAML_ALIAS', 'an anchor or alias without a name');
  if (at - from > NAME_CHARS) cursor.fail('E_YAML_LIMIT', `a name of more than ${NAME_CHARS} characters`);
  cursor.pos = at;
  return cursor.text.slice(from, at);
};

/** An alias at `pos`; its name lies in `value` afterwards. */
export const readAlias = (cursor: Cursor): void => {
  cursor.value = readName(cursor);
  cursor.isMultiLine = false;
};

const decodeTag = (cursor: Cursor, suffix: string): string => {
  if (!suffix.includes('%')) return suffix;
  try {
    return decodeURIComponent(suffix);
  } catch {
    return cursor.fail('E_YAML_TAG', 'a tag with an escape that is none');
  }
};

/** A tag at `pos`: `!<verbatim>`, `!handle!suffix`, `!!suffix`, `!suffix` or `!` alone. */
const readTag = (cursor: Cursor): string => {
  const from = cursor.pos;
  let at = from + 1;
  if (cursor.text[at] === '<') {
    for (let code = cursor.charAt(at); code !== GREATER; code = cursor.charAt(++at))
      if (isBreak(code)) cursor.fail('E_YAML_TAG', 'a tag that never ends');
    cursor.pos = at + 1;
    return cursor.text.slice(from + 2, at);
  }
  for (let code = cursor.charAt(at); !isBreak(code) && !isFlowIndicator(code); code = cursor.charAt(at)) at++;
  if (at - from > NAME_CHARS) cursor.fail('E_YAML_LIMIT', `a tag of more than ${NAME_CHARS} characters`);
  const written = cursor.text.slice(from, at);
  const handleEnd = written.indexOf('!', 1);
  const handle = handleEnd === -1 ? '!' : written.slice(0, handleEnd + 1);
  const prefix = cursor.handles.get(handle) ?? (handle === '!' ? '!' : undefined);
  if (prefix === undefined) return cursor.fail('E_YAML_TAG', 'a tag whose handle no directive declares');
  cursor.pos = at;
  return written === '!' ? '!' : prefix + decodeTag(cursor, written.slice(handle.length));
};

/** Anchor and tag at `pos`, in either order, on one line; they lie in `anchor` and `tag` afterwards. */
export const readProperties = (cursor: Cursor): void => {
  cursor.anchor = undefined;
  cursor.tag = undefined;
  for (
    let code = cursor.charAt(cursor.pos);
    code === AMPERSAND || code === BANG;
    code = cursor.skipBlanks()
  ) {
    const begin = cursor.pos;
    if (code === AMPERSAND) {
      if (cursor.anchor !== undefined) cursor.fail('E_YAML_PROPERTIES', 'two anchors for one value');
      cursor.anchor = readName(cursor);
    } else {
      if (cursor.tag !== undefined) cursor.fail('E_YAML_PROPERTIES', 'two tags for one value');
      cursor.tag = readTag(cursor);
    }
    const next = cursor.charAt(cursor.pos);
    if (!isBreak(next) && next !== COMMA && !isFlowIndicator(next))
      cursor.fail('E_YAML_PROPERTIES', 'an anchor or tag without a blank after it', begin);
  }
  if (cursor.charAt(cursor.pos) === ASTERISK)
    cursor.fail('E_YAML_PROPERTIES', 'an alias takes no anchor and no tag of its own');
};
