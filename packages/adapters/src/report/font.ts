// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { invariant } from '@bartizan/contracts';

/** A TrueType font as reports use it: widths, outlines, and a copy that holds only what was used. */
export interface Font {
  readonly name: string;
  readonly bytes: Buffer;
  readonly tables: ReadonlyMap<string, { readonly at: number; readonly length: number }>;
  readonly unitsPerEm: number;
  readonly glyphs: number;
  readonly ascent: number;
  readonly descent: number;
  /** Glyph of a code point; 0 = the font has none. */
  readonly glyphOf: (codePoint: number) => number;
  /** Width in thousandths of the size. */
  readonly widthOf: (glyph: number) => number;
}

const PACKAGE = '@expo-google-fonts/biz-udpgothic';
const FACES = {
  regular: { file: '400Regular/BIZUDPGothic_400Regular.ttf', name: 'BIZUDPGothic-Regular' },
  bold: { file: '700Bold/BIZUDPGothic_700Bold.ttf', name: 'BIZUDPGothic-Bold' },
} as const;
export type Face = keyof typeof FACES;

const loaded = new Map<Face, Font>();

/** One face of the Japanese typeface that ships with the product; read once. */
export function loadFace(face: Face): Font {
  const known = loaded.get(face);
  if (known !== undefined) return known;
  const path = createRequire(import.meta.url).resolve(`${PACKAGE}/${FACES[face].file}`);
  const font = readFont(readFileSync(path), FACES[face].name);
  loaded.set(face, font);
  return font;
}

/** Reads a TrueType file that is part of the product. */
export function readFont(bytes: Buffer, name: string): Font {
  const tables = new Map<string, { at: number; length: number }>();
  const count = bytes.readUInt16BE(4);
  for (let n = 0; n < count; n += 1) {
    const at = 12 + 16 * n;
    tables.set(bytes.toString('latin1', at, at + 4), {
      at: bytes.readUInt32BE(at + 8),
      length: bytes.readUInt32BE(at + 12),
    });
  }
  const place = (tag: string): number => {
    const table = tables.get(tag);
    invariant(table !== undefined, `the typeface has no table ${tag}`);
    return table.at;
  };
  const head = place('head');
  const hhea = place('hhea');
  const hmtx = place('hmtx');
  const unitsPerEm = bytes.readUInt16BE(head + 18);
  const metrics = bytes.readUInt16BE(hhea + 34);
  const scale = (value: number): number => Math.round((1000 * value) / unitsPerEm);
  const widths = Uint16Array.from({ length: metrics }, (_, glyph) =>
    scale(bytes.readUInt16BE(hmtx + 4 * glyph)),
  );
  return {
    name,
    bytes,
    tables,
    unitsPerEm,
    glyphs: bytes.readUInt16BE(place('maxp') + 4),
    ascent: scale(bytes.readInt16BE(hhea + 4)),
    descent: scale(bytes.readInt16BE(hhea + 6)),
    glyphOf: glyphReader(bytes, place('cmap')),
    widthOf: (glyph) => widths[Math.min(glyph, metrics - 1)] ?? 0,
  };
}

/** The character map for all of Unicode where there is one (format 12), else that of the first plane (format 4). */
function glyphReader(bytes: Buffer, cmap: number): (codePoint: number) => number {
  let wide: number | undefined;
  let plain: number | undefined;
  const count = bytes.readUInt16BE(cmap + 2);
  for (let n = 0; n < count; n += 1) {
    const at = cmap + bytes.readUInt32BE(cmap + 4 + 8 * n + 4);
    const format = bytes.readUInt16BE(at);
    if (format === 12) wide = at;
    if (format === 4) plain = at;
  }
  const find =
    wide !== undefined ? wideReader(bytes, wide) : plain !== undefined ? plainReader(bytes, plain) : () => 0;
  // Looked up once a character of the first plane: most of the time of a long report would go into it. 0 = not yet.
  const known = new Uint16Array(0x10000);
  return (codePoint) => {
    if (codePoint > 0xffff) return find(codePoint);
    const seen = known[codePoint] ?? 0;
    if (seen !== 0) return seen - 1;
    const glyph = find(codePoint);
    known[codePoint] = glyph + 1;
    return glyph;
  };
}

function wideReader(bytes: Buffer, at: number): (codePoint: number) => number {
  const groups = bytes.readUInt32BE(at + 12);
  return (codePoint) => {
    let low = 0;
    let high = groups - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const group = at + 16 + 12 * middle;
      if (codePoint < bytes.readUInt32BE(group)) high = middle - 1;
      else if (codePoint > bytes.readUInt32BE(group + 4)) low = middle + 1;
      else return bytes.readUInt32BE(group + 8) + codePoint - bytes.readUInt32BE(group);
    }
    return 0;
  };
}

function plainReader(bytes: Buffer, at: number): (codePoint: number) => number {
  const twice = bytes.readUInt16BE(at + 6);
  const ends = at + 14;
  const starts = ends + twice + 2;
  return (codePoint) => {
    if (codePoint > 0xffff) return 0;
    let n = 0;
    while (n < twice && bytes.readUInt16BE(ends + n) < codePoint) n += 2;
    if (n >= twice || bytes.readUInt16BE(starts + n) > codePoint) return 0;
    const delta = bytes.readUInt16BE(starts + twice + n);
    const offsetAt = starts + 2 * twice + n;
    const offset = bytes.readUInt16BE(offsetAt);
    if (offset === 0) return (codePoint + delta) & 0xffff;
    const glyph = bytes.readUInt16BE(offsetAt + offset + 2 * (codePoint - bytes.readUInt16BE(starts + n)));
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  };
}
