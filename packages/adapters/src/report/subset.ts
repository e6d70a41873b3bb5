// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { invariant } from '@bartizan/contracts';
import type { Font } from './font.ts';

const ARGS_ARE_WORDS = 0x0001;
const HAS_SCALE = 0x0008;
const MORE = 0x0020;
const HAS_XY_SCALE = 0x0040;
const HAS_TWO_BY_TWO = 0x0080;

const KEPT = ['cvt ', 'fpgm', 'head', 'hhea', 'hmtx', 'maxp', 'prep'] as const;

function tableOf(font: Font, tag: string): Buffer {
  const table = font.tables.get(tag);
  invariant(table !== undefined, `the typeface has no table ${tag}`);
  return font.bytes.subarray(table.at, table.at + table.length);
}

/** Where the outline of each glyph lies. */
function outlineReader(font: Font): (glyph: number) => Buffer {
  const glyf = tableOf(font, 'glyf');
  const loca = tableOf(font, 'loca');
  const isLong = tableOf(font, 'head').readInt16BE(50) === 1;
  const offset = (glyph: number): number =>
    isLong ? loca.readUInt32BE(4 * glyph) : 2 * loca.readUInt16BE(2 * glyph);
  return (glyph) => glyf.subarray(offset(glyph), offset(glyph + 1));
}

/** Glyphs that a composed one is made of. */
function partsOf(outline: Buffer): number[] {
  if (outline.length < 10 || outline.readInt16BE(0) >= 0) return [];
  const parts: number[] = [];
  for (let at = 10; ; ) {
    const flags = outline.readUInt16BE(at);
    parts.push(outline.readUInt16BE(at + 2));
    at += 4 + ((flags & ARGS_ARE_WORDS) === 0 ? 2 : 4);
    if ((flags & HAS_SCALE) !== 0) at += 2;
    else if ((flags & HAS_XY_SCALE) !== 0) at += 4;
    else if ((flags & HAS_TWO_BY_TWO) !== 0) at += 8;
    if ((flags & MORE) === 0) return parts;
  }
}

function checksum(table: Buffer): number {
  let sum = 0;
  for (let at = 0; at < table.length; at += 4) {
    let word = 0;
    for (let n = 0; n < 4; n += 1) word = word * 256 + (table[at + n] ?? 0);
    sum = (sum + word) >>> 0;
  }
  return sum;
}

function assemble(tables: ReadonlyMap<string, Buffer>): Buffer {
  const tags = [...tables.keys()].sort();
  const power = 2 ** Math.floor(Math.log2(tags.length));
  const header = Buffer.alloc(12 + 16 * tags.length);
  header.writeUInt32BE(0x00010000, 0);
  header.writeUInt16BE(tags.length, 4);
  header.writeUInt16BE(16 * power, 6);
  header.writeUInt16BE(Math.log2(power), 8);
  header.writeUInt16BE(16 * (tags.length - power), 10);
  const parts = [header];
  let at = header.length;
  for (const [n, tag] of tags.entries()) {
    const table = tables.get(tag) ?? Buffer.alloc(0);
    header.write(tag, 12 + 16 * n, 'latin1');
    header.writeUInt32BE(checksum(table), 12 + 16 * n + 4);
    header.writeUInt32BE(at, 12 + 16 * n + 8);
    header.writeUInt32BE(table.length, 12 + 16 * n + 12);
    const padded = Buffer.alloc(Math.ceil(table.length / 4) * 4);
    table.copy(padded);
    parts.push(padded);
    at += padded.length;
  }
  return Buffer.concat(parts);
}

/** The font with the outlines of `used` only. Glyphs keep their numbers, so that text can be written before it is known. */
export function subsetOf(font: Font, used: ReadonlySet<number>): Buffer {
  const outlineOf = outlineReader(font);
  const kept = new Set<number>([0, ...used]);
  for (const glyph of kept) for (const part of partsOf(outlineOf(glyph))) kept.add(part);
  const loca = Buffer.alloc(4 * (font.glyphs + 1));
  const outlines: Buffer[] = [];
  let at = 0;
  for (let glyph = 0; glyph < font.glyphs; glyph += 1) {
    loca.writeUInt32BE(at, 4 * glyph);
    if (!kept.has(glyph)) continue;
    const outline = outlineOf(glyph);
    outlines.push(outline);
    at += outline.length;
  }
  loca.writeUInt32BE(at, 4 * font.glyphs);
  const tables = new Map<string, Buffer>();
  for (const tag of KEPT) if (font.tables.has(tag)) tables.set(tag, tableOf(font, tag));
  const head = Buffer.from(tableOf(font, 'head'));
  head.writeInt16BE(1, 50);
  tables.set('head', head);
  tables.set('loca', loca);
  tables.set('glyf', Buffer.concat(outlines));
  return assemble(tables);
}
