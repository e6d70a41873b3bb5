// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate } from 'node:timers/promises';
import type { ReportBlock } from '@bartizan/engine/frameworks';
import { type Font, loadFace } from './font.ts';
import { FontUse, PdfFile, type PdfInfo } from './pdf-file.ts';

/** A4, in points. */
const PAGE = { width: 595, height: 842, left: 42, right: 42, top: 46, bottom: 48 };
const WIDTH = PAGE.width - PAGE.left - PAGE.right;
const LINE = 1.45;
const CELL_LINES_MAX = 12;
const GAP = 6;
/** Room for the labels of fields. */
const LABEL = 116;
/** Characters that may not begin a line in Japanese. */
const NOT_FIRST = new Set(
  '、。，．・：；？！）」』】〉》〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ)]}.,:;!?',
);
const GREY = '0.36 0.38 0.42 rg';
const BLACK = '0.09 0.10 0.12 rg';

/** The text in lines no wider than `most` points; words stay whole where they fit, Japanese breaks anywhere allowed. */
export function wrap(text: string, font: Font, size: number, most: number): string[] {
  const limit = (most * 1000) / size;
  const lines: string[] = [];
  for (const paragraph of text.replaceAll('\t', ' ').split(/\r?\n/u)) {
    let line = '';
    let width = 0;
    let space = -1;
    for (const character of paragraph) {
      const step = font.widthOf(font.glyphOf(character.codePointAt(0) ?? 0));
      if (width + step > limit && line !== '' && !NOT_FIRST.has(character)) {
        const whole = space > 0 && isLatin(character) && line.length - space < 40;
        const rest = whole ? line.slice(space + 1) : '';
        lines.push(whole ? line.slice(0, space) : line);
        line = rest;
        width = widthOf(rest, font);
        space = -1;
      }
      if (character === ' ') space = line.length;
      line += character;
      width += step;
    }
    lines.push(line);
  }
  return lines;
}

const isLatin = (character: string): boolean => (character.codePointAt(0) ?? 0) < 0x2e80;
const widthOf = (text: string, font: Font): number => {
  let width = 0;
  for (const character of text) width += font.widthOf(font.glyphOf(character.codePointAt(0) ?? 0));
  return width;
};

interface Style {
  readonly size: number;
  readonly bold?: boolean;
  readonly color?: string;
}

/** Puts blocks on pages, one page at a time. */
class Pages {
  readonly file: PdfFile;
  readonly #regular = new FontUse(loadFace('regular'));
  readonly #bold = new FontUse(loadFace('bold'));
  readonly #foot: string;
  readonly #done: Buffer[] = [];
  #content: string[] = [];
  #y = PAGE.height - PAGE.top;
  #number = 0;
  #columns: Extract<ReportBlock, { kind: 'columns' }> | undefined;

  constructor(info: PdfInfo, foot: string) {
    this.file = new PdfFile(info, [this.#regular, this.#bold]);
    this.#foot = foot;
  }

  /** Pages that are complete. */
  take(): Buffer[] {
    return this.#done.splice(0);
  }

  finish(): void {
    if (this.#content.length > 0 || this.#number === 0) this.#turn();
  }

  add(block: ReportBlock): void {
    if (block.kind === 'row') return this.#row(block.cells, { size: 7.5 });
    if (block.kind === 'columns') {
      this.#columns = block;
      return this.#head();
    }
    this.#columns = undefined;
    if (block.kind === 'page') {
      if (this.#content.length > 0) this.#turn();
      return undefined;
    }
    if (block.kind === 'title') return this.#text(block.text, { size: 18, bold: true }, 10);
    if (block.kind === 'heading')
      return this.#text(
        block.text,
        { size: block.level === 1 ? 13 : 10, bold: true },
        block.level === 1 ? 14 : 10,
        30,
      );
    if (block.kind === 'field') return this.#field(block.label, block.value);
    return this.#text(block.text, { size: 8.5, ...(block.quiet === true ? { color: GREY } : {}) }, 4);
  }

  #use(style: Style): FontUse {
    return style.bold === true ? this.#bold : this.#regular;
  }

  #text(text: string, style: Style, before: number, keep = 0): void {
    const lines = wrap(text, this.#use(style).font, style.size, WIDTH);
    if (this.#y - before - lines.length * style.size * LINE - keep < PAGE.bottom && lines.length < 20)
      this.#turn();
    this.#y -= before;
    for (const line of lines) {
      if (this.#y - style.size * LINE < PAGE.bottom) this.#turn();
      this.#y -= style.size * LINE;
      this.#draw(line, PAGE.left, this.#y, style);
    }
  }

  #field(label: string, value: string): void {
    const style = { size: 8 };
    const lines = wrap(value, this.#regular.font, style.size, WIDTH - LABEL);
    if (this.#y - lines.length * style.size * LINE < PAGE.bottom) this.#turn();
    for (const [n, line] of lines.entries()) {
      this.#y -= style.size * LINE;
      if (n === 0) this.#draw(label, PAGE.left, this.#y, { ...style, color: GREY });
      this.#draw(line, PAGE.left + LABEL, this.#y, style);
    }
  }

  #head(): void {
    const columns = this.#columns;
    if (columns === undefined) return;
    this.#y -= GAP;
    this.#row(columns.titles, { size: 7.5, bold: true }, true);
  }

  #row(cells: readonly string[], style: Style, isHead = false): void {
    const columns = this.#columns;
    if (columns === undefined) return;
    const { font } = this.#use(style);
    const wrapped = cells.map((cell, n) => {
      const lines = wrap(cell, font, style.size, WIDTH * (columns.widths[n] ?? 0) - GAP);
      return lines.length <= CELL_LINES_MAX
        ? lines
        : [...lines.slice(0, CELL_LINES_MAX - 1), `${lines[CELL_LINES_MAX - 1] ?? ''}…`];
    });
    const height = Math.max(1, ...wrapped.map((lines) => lines.length)) * style.size * LINE + 4;
    if (this.#y - height - (isHead ? 24 : 0) < PAGE.bottom) {
      this.#turn();
      if (!isHead) this.#head();
    }
    let x = PAGE.left;
    for (const [n, lines] of wrapped.entries()) {
      for (const [at, line] of lines.entries())
        this.#draw(line, x, this.#y - (at + 1) * style.size * LINE, style);
      x += WIDTH * (columns.widths[n] ?? 0);
    }
    this.#y -= height;
    const weight = isHead ? '0.8 w 0.36 0.38 0.42 RG' : '0.4 w 0.84 0.85 0.87 RG';
    this.#content.push(
      `${weight} ${PAGE.left} ${round(this.#y)} m ${PAGE.left + WIDTH} ${round(this.#y)} l S`,
    );
  }

  #draw(text: string, x: number, y: number, style: Style): void {
    if (text === '') return;
    const use = this.#use(style);
    const face = style.bold === true ? 'F1' : 'F0';
    this.#content.push(
      `BT ${style.color ?? BLACK} /${face} ${style.size} Tf ${round(x)} ${round(y)} Td ${use.encode(text)} Tj ET`,
    );
  }

  #turn(): void {
    this.#number += 1;
    const style = { size: 7, color: GREY };
    const number = String(this.#number);
    const [foot = ''] = wrap(this.#foot, this.#regular.font, style.size, WIDTH - 40);
    this.#draw(foot, PAGE.left, 26, style);
    this.#draw(
      number,
      PAGE.left + WIDTH - (widthOf(number, this.#regular.font) * style.size) / 1000,
      26,
      style,
    );
    this.#done.push(this.file.page(this.#content.join('\n'), PAGE.width, PAGE.height));
    this.#content = [];
    this.#y = PAGE.height - PAGE.top;
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;
const PAGES_A_TURN = 8;

/** A report as the bytes of a PDF, a page at a time; other work gets its turn between pages. */
export async function* pdfOf(
  blocks: Iterable<ReportBlock>,
  info: PdfInfo & { readonly foot: string },
): AsyncGenerator<Buffer> {
  const pages = new Pages(info, info.foot);
  yield pages.file.start();
  let made = 0;
  for (const block of blocks) {
    pages.add(block);
    for (const bytes of pages.take()) {
      yield bytes;
      made += 1;
      if (made % PAGES_A_TURN === 0) await setImmediate();
    }
  }
  pages.finish();
  yield* pages.take();
  yield pages.file.end();
}
