// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { deflateSync } from 'node:zlib';
import type { Font } from './font.ts';
import { subsetOf } from './subset.ts';

/** What a PDF says about itself. */
export interface PdfInfo {
  readonly title: string;
  readonly language: 'en' | 'ja';
  readonly producer: string;
  readonly createdAtMs: number;
}

/** A text as a PDF string: UTF-16 with a byte order mark, so that every character survives. */
const textString = (text: string): string => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  return `<${bytes.toString('hex')}>`;
};

const dateString = (atMs: number): string => {
  const digits = new Date(atMs).toISOString().replaceAll(/[-:T]/gu, '').slice(0, 14);
  return `(D:${digits}Z)`;
};

/** Which glyphs of a font were used, and for which character. */
export class FontUse {
  readonly font: Font;
  readonly glyphs = new Map<number, number>();
  readonly #hex: string[] = [];

  constructor(font: Font) {
    this.font = font;
  }

  /** The text as glyph numbers. A character the font lacks becomes a visible replacement. */
  encode(text: string): string {
    let hex = '';
    for (const character of text) {
      const codePoint = character.codePointAt(0) ?? 0;
      const glyph = this.font.glyphOf(codePoint) || this.font.glyphOf(0x3013);
      let digits = this.#hex[glyph];
      if (digits === undefined) {
        digits = glyph.toString(16).padStart(4, '0');
        this.#hex[glyph] = digits;
        this.glyphs.set(glyph, codePoint);
      }
      hex += digits;
    }
    return `<${hex}>`;
  }
}

/**
 * Writes a PDF 1.7 front to back: each part is handed over when it is made and forgotten, so that memory does not grow
 * with the pages. What is known only at the end - the fonts, the list of pages - has its numbers from the start.
 */
export class PdfFile {
  readonly #offsets: number[] = [];
  readonly #pages: number[] = [];
  #at = 0;
  readonly #info: PdfInfo;
  readonly #fonts: readonly FontUse[];
  readonly #fontIds: readonly number[];
  readonly #pagesId: number;

  constructor(info: PdfInfo, fonts: readonly FontUse[]) {
    this.#info = info;
    this.#fonts = fonts;
    this.#pagesId = this.#reserve();
    this.#fontIds = fonts.map(() => this.#reserve());
  }

  start(): Buffer {
    return this.#emit(Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1'));
  }

  /** One page with what is drawn on it. */
  page(content: string, width: number, height: number): Buffer {
    const stream = this.#reserve();
    const page = this.#reserve();
    this.#pages.push(page);
    const fonts = this.#fontIds.map((id, n) => `/F${n} ${id} 0 R`).join(' ');
    return Buffer.concat([
      this.#stream(stream, Buffer.from(content, 'latin1')),
      this.#object(
        page,
        `<</Type/Page/Parent ${this.#pagesId} 0 R/MediaBox[0 0 ${width} ${height}]/Contents ${stream} 0 R/Resources<</Font<<${fonts}>>>>>>`,
      ),
    ]);
  }

  /** Fonts, the list of pages and the table of places. */
  end(): Buffer {
    const parts = this.#fonts.map((use, n) => this.#font(use, this.#fontIds[n] ?? 0));
    const kids = this.#pages.map((id) => `${id} 0 R`).join(' ');
    parts.push(this.#object(this.#pagesId, `<</Type/Pages/Count ${this.#pages.length}/Kids[${kids}]>>`));
    const { title, producer, language, createdAtMs } = this.#info;
    const catalog = this.#reserve();
    parts.push(
      this.#object(
        catalog,
        `<</Type/Catalog/Pages ${this.#pagesId} 0 R/Lang(${language})/ViewerPreferences<</DisplayDocTitle true>>>>`,
      ),
    );
    const info = this.#reserve();
    parts.push(
      this.#object(
        info,
        `<</Title ${textString(title)}/Producer ${textString(producer)}/CreationDate ${dateString(createdAtMs)}>>`,
      ),
    );
    const table = this.#at;
    const rows = this.#offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
    const size = this.#offsets.length + 1;
    parts.push(
      this.#emit(
        Buffer.from(
          `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<</Size ${size}/Root ${catalog} 0 R/Info ${info} 0 R>>\nstartxref\n${table}\n%%EOF\n`,
          'latin1',
        ),
      ),
    );
    return Buffer.concat(parts);
  }

  #reserve(): number {
    this.#offsets.push(0);
    return this.#offsets.length;
  }
  #emit(bytes: Buffer): Buffer {
    this.#at += bytes.length;
    return bytes;
  }
  #object(id: number, body: string): Buffer {
    this.#offsets[id - 1] = this.#at;
    return this.#emit(Buffer.from(`${id} 0 obj\n${body}\nendobj\n`, 'latin1'));
  }
  #stream(id: number, bytes: Buffer, more = ''): Buffer {
    const packed = deflateSync(bytes);
    this.#offsets[id - 1] = this.#at;
    return this.#emit(
      Buffer.concat([
        Buffer.from(
          `${id} 0 obj\n<</Length ${packed.length}/Filter/FlateDecode${more}>>\nstream\n`,
          'latin1',
        ),
        packed,
        Buffer.from('\nendstream\nendobj\n', 'latin1'),
      ]),
    );
  }

  #font(use: FontUse, id: number): Buffer {
    const { font, glyphs } = use;
    const file = this.#reserve();
    const descriptor = this.#reserve();
    const descendant = this.#reserve();
    const toUnicode = this.#reserve();
    const subset = subsetOf(font, new Set(glyphs.keys()));
    const name = `BARTZN+${font.name}`;
    const widths = [...glyphs.keys()]
      .sort((one, two) => one - two)
      .map((glyph) => `${glyph}[${font.widthOf(glyph)}]`);
    return Buffer.concat([
      this.#stream(file, subset, `/Length1 ${subset.length}`),
      this.#object(
        descriptor,
        `<</Type/FontDescriptor/FontName/${name}/Flags 4/FontBBox[-200 ${font.descent} 1200 ${font.ascent}]/ItalicAngle 0/Ascent ${font.ascent}/Descent ${font.descent}/CapHeight 700/StemV 80/FontFile2 ${file} 0 R>>`,
      ),
      this.#object(
        descendant,
        `<</Type/Font/Subtype/CIDFontType2/BaseFont/${name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor ${descriptor} 0 R/DW 1000/W[${widths.join('')}]/CIDToGIDMap/Identity>>`,
      ),
      this.#stream(toUnicode, Buffer.from(unicodeMap(glyphs), 'latin1')),
      this.#object(
        id,
        `<</Type/Font/Subtype/Type0/BaseFont/${name}/Encoding/Identity-H/DescendantFonts[${descendant} 0 R]/ToUnicode ${toUnicode} 0 R>>`,
      ),
    ]);
  }
}

const MAP_ROWS = 100;

/** The way back from glyphs to characters, so that text can be searched and copied. */
function unicodeMap(glyphs: ReadonlyMap<number, number>): string {
  const rows = [...glyphs].map(([glyph, codePoint]) => {
    const utf16 = Buffer.from(String.fromCodePoint(codePoint), 'utf16le').swap16().toString('hex');
    return `<${glyph.toString(16).padStart(4, '0')}><${utf16}>`;
  });
  const blocks: string[] = [];
  for (let at = 0; at < rows.length; at += MAP_ROWS) {
    const part = rows.slice(at, at + MAP_ROWS);
    blocks.push(`${part.length} beginbfchar\n${part.join('\n')}\nendbfchar\n`);
  }
  return `/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def 1 begincodespacerange<0000><ffff>endcodespacerange\n${blocks.join('')}endcmap CMapName currentdict/CMap defineresource pop end end`;
}
