// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spendWalked } from '../effort.ts';
import { define, type Library } from '../function.ts';
import { CelError, noOverload, type Value } from '../value.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function toBase64(bytes: Uint8Array): string {
  spendWalked(bytes.length);
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = Math.min(3, bytes.length - at);
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let part = 0; part < 4; part += 1)
      text += part <= left ? (ALPHABET[(group >> (18 - part * 6)) & 63] ?? '') : '=';
  }
  return text;
}

/** Reads base64 with or without its padding; undefined when it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  spendWalked(text.length);
  const match = /^([A-Za-z0-9+/]*)={0,2}$/.exec(text.replace(/[\r\n]/g, ''));
  const digits = match?.[1];
  if (digits === undefined || digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let group = 0;
  let held = 0;
  let filled = 0;
  for (const digit of digits) {
    group = ((group << 6) | ALPHABET.indexOf(digit)) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[filled] = (group >> held) & 255;
    filled += 1;
  }
  return bytes;
}

const decode = (text: Value): Value =>
  typeof text === 'string'
    ? (fromBase64(text) ?? new CelError('not base64'))
    : noOverload('base64.decode', text);

/** Base64. */
export const ENCODERS: Library = [
  define('base64.encode', '(bytes) string', (bytes) =>
    bytes instanceof Uint8Array ? toBase64(bytes) : noOverload('base64.encode', bytes),
  ),
  define('base64.decode', '(string) bytes', decode),
];
