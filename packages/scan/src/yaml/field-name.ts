// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { COLON, DOT, HYPHEN, isBreak, SLASH, UNDERSCORE } from './characters.ts';
import type { Cursor } from './cursor.ts';
import { plainValue } from './scalar-value.ts';

/** Longer names are not kept: there are few of them, and each is another. */
const NAME_CHARS = 64;
const SLOTS = 2048;

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);

/** Characters of which the names of fields are made, but for those that nearly none has. */
const IN_NAME = Uint8Array.from({ length: 128 }, (_, code) => {
  const isDigit = code >= 48 && code <= 57;
  return isLetter(code) || isDigit || [DOT, HYPHEN, SLASH, UNDERSCORE].includes(code) ? 1 : 0;
});

/**
 * Names that fields had before, by a hash of their characters: manifests use the same few hundred, and a name that is
 * known need not be cut out of the text, nor looked up among all names that objects have.
 */
const names = new Array<string>(SLOTS).fill('');

/** The text as names of objects are held, so that what is made of it holds nothing of the document. */
const held = (name: string): string => Object.keys({ [name]: 0 })[0] ?? name;

/** The name between two offsets; undefined for one that is a word with another meaning, or that is long. */
const nameBetween = (text: string, from: number, to: number, hash: number): string | undefined => {
  const slot = (hash ^ (hash >>> 11)) & (SLOTS - 1);
  const known = names[slot] ?? '';
  if (known.length === to - from && text.startsWith(known, from)) return known;
  if (to - from > NAME_CHARS) return undefined;
  const name = held(text.slice(from, to));
  if (plainValue(name) !== name) return undefined;
  names[slot] = name;
  return name;
};

/**
 * Reads a plain key of one line that is made of letters, digits and the like, which nearly all keys are: false, with
 * nothing read, where anything else stands. Afterwards `pos` is at its colon.
 */
export const fieldName = (cursor: Cursor): boolean => {
  const { text, end, pos: from } = cursor;
  let at = from;
  let hash = 0;
  let code = -1;
  for (; at < end; at++) {
    code = text.charCodeAt(at);
    if (code > 127 || IN_NAME[code] === 0) break;
    hash = (Math.imul(hash, 31) + code) | 0;
  }
  if (code !== COLON || at === end || !isBreak(cursor.charAt(at + 1))) return false;
  if (!isLetter(text.charCodeAt(from))) return false;
  const name = nameBetween(text, from, at, hash);
  if (name === undefined) return false;
  cursor.value = name;
  cursor.style = 'name';
  cursor.isMultiLine = false;
  cursor.pos = at;
  return true;
};
