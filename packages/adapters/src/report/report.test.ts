// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { inflateSync } from 'node:zlib';
import type { ReportBlock } from '@bartizan/engine/frameworks';
import { describe, expect, it } from 'vitest';
import { loadFace } from './font.ts';
import { pdfOf } from './index.ts';
import { wrap } from './layout.ts';
import { subsetOf } from './subset.ts';

const INFO = {
  title: 'レポート',
  language: 'ja',
  producer: 'bartizan',
  createdAtMs: 0,
  foot: 'foot',
} as const;

async function bytesOf(blocks: Iterable<ReportBlock>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of pdfOf(blocks, INFO)) parts.push(part);
  return Buffer.concat(parts);
}

/** Every stream of the file, unpacked. */
function streamsOf(pdf: Buffer): Buffer[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/\/Length (\d+)\/Filter\/FlateDecode[^>]*>>\nstream\n/gu)].map((match) => {
    const at = match.index + match[0].length;
    return inflateSync(pdf.subarray(at, at + Number(match[1])));
  });
}

describe('PDF', () => {
  it('has a table of places that is right for every object', async () => {
    const pdf = await bytesOf([{ kind: 'title', text: '監査 Report' }]);
    const text = pdf.toString('latin1');
    const table = Number(/startxref\n(\d+)\n%%EOF\n$/u.exec(text)?.[1]);
    const rows = text.slice(table).split('\n').slice(3);
    const places = rows.filter((row) => / n $/u.test(row)).map((row) => Number(row.slice(0, 10)));
    expect(places.length).toBeGreaterThan(10);
    for (const [n, place] of places.entries())
      expect(text.slice(place, place + 12)).toMatch(new RegExp(`^${n + 1} 0 obj`));
  });
  it('can be searched: glyphs lead back to the characters, Japanese too', async () => {
    const pdf = await bytesOf([{ kind: 'text', text: '管理策 A' }]);
    const maps = streamsOf(pdf)
      .map(String)
      .filter((stream) => stream.includes('beginbfchar'));
    for (const character of '管理策A') {
      const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
      expect(maps.join('')).toContain(`><${code}>`);
    }
  });
  it('turns the page and repeats the head of a table', async () => {
    function* rows(): Generator<ReportBlock> {
      yield { kind: 'columns', titles: ['頭'], widths: [1] };
      for (let n = 0; n < 120; n += 1) yield { kind: 'row', cells: [`row ${n}`] };
    }
    const pdf = (await bytesOf(rows())).toString('latin1');
    const pages = Number(/\/Count (\d+)/u.exec(pdf)?.[1]);
    expect(pages).toBeGreaterThan(2);
    const head = loadFace('bold')
      .glyphOf('頭'.codePointAt(0) ?? 0)
      .toString(16)
      .padStart(4, '0');
    const drawn = streamsOf(Buffer.from(pdf, 'latin1'))
      .map(String)
      .filter((one) => one.includes(`<${head}> Tj`));
    expect(drawn).toHaveLength(pages);
  });
  it('puts a visible mark where the typeface has no character, and survives a cell of any length', async () => {
    const pdf = await bytesOf([
      { kind: 'columns', titles: ['x'], widths: [0.2] },
      { kind: 'row', cells: ['\u{1F600}'.repeat(5000)] },
    ]);
    expect(pdf.length).toBeGreaterThan(1000);
    expect(loadFace('regular').glyphOf(0x3013)).toBeGreaterThan(0);
  });
  it('carries the outlines that are used and no others', () => {
    const font = loadFace('regular');
    const subset = subsetOf(font, new Set([font.glyphOf(0x41)]));
    expect(subset.length).toBeLessThan(font.bytes.length / 10);
  });
});

describe('wrapping', () => {
  const font = loadFace('regular');
  it('keeps words whole, breaks Japanese anywhere, and begins no line with a full stop', () => {
    expect(wrap('alpha beta', font, 10, 40)).toEqual(['alpha', 'beta']);
    const lines = wrap('これは長い文章です。次の文章も長い。', font, 10, 60);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).not.toMatch(/^[、。]/u);
    expect(lines.join('')).toBe('これは長い文章です。次の文章も長い。');
  });
  it('breaks a word that no line can hold', () => {
    expect(wrap('a'.repeat(100), font, 10, 50).every((line) => line.length < 20)).toBe(true);
  });
});
