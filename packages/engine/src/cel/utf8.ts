// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** The engine is compiled without TextEncoder: UTF-8 is written out here. */

function encodePoint(code: number): readonly number[] {
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), 0x80 | (code & 63)];
  if (code < 0x10000) return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)];
  return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)];
}

/** The UTF-8 bytes of a text; a lone surrogate becomes the replacement character. */
export function toUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes.push(...encodePoint(code >= 0xd800 && code < 0xe000 ? 0xfffd : code));
  }
  return Uint8Array.from(bytes);
}

/** Length of the sequence a first byte begins, the bits it brings and the smallest code point of that length. */
function lead(byte: number): readonly [length: number, bits: number, least: number] | undefined {
  if (byte < 0x80) return [1, byte, 0];
  if (byte >= 0xc2 && byte < 0xe0) return [2, byte & 31, 0x80];
  if (byte >= 0xe0 && byte < 0xf0) return [3, byte & 15, 0x800];
  if (byte >= 0xf0 && byte < 0xf5) return [4, byte & 7, 0x10000];
  return undefined;
}

function pointAt(bytes: Uint8Array, at: number): readonly [code: number, length: number] | undefined {
  const first = lead(bytes[at] ?? 0xff);
  if (first === undefined) return undefined;
  const [length, bits, least] = first;
  let code = bits;
  for (let next = 1; next < length; next += 1) {
    const byte = bytes[at + next];
    if (byte === undefined || (byte & 0xc0) !== 0x80) return undefined;
    code = (code << 6) | (byte & 63);
  }
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
  return [code, length];
}

/** The text of UTF-8 bytes; undefined when they are not valid. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  const parts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const point = pointAt(bytes, at);
    if (point === undefined) return undefined;
    parts.push(String.fromCodePoint(point[0]));
    at += point[1];
  }
  return parts.join('');
}
