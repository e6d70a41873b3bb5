// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DOT, EOF, HASH, HYPHEN, isBlank, isBreak, NEWLINE, PERCENT } from './characters.ts';

/** The bytes of at most one document of YAML, or of several objects of JSON. */
export interface DocumentBytes {
  readonly bytes: Uint8Array;
  /** The line of the stream it begins in, from 1. */
  readonly firstLine: number;
}

/** A line break, a marker and the character after it. */
const MARKER_BYTES = 5;

/** Whether something but blank lines, comments and directives stands there. */
const hasContent = (bytes: Uint8Array): boolean => {
  let isLineStart = true;
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] ?? EOF;
    if (code === NEWLINE) isLineStart = true;
    else if (code === HASH || (code === PERCENT && isLineStart)) {
      const lineEnd = bytes.indexOf(NEWLINE, at);
      if (lineEnd === -1) return false;
      at = lineEnd - 1;
    } else if (!isBlank(code)) return true;
    else isLineStart = false;
  }
  return false;
};

const SEVENS = 0x7f7f7f7f;
const NEWLINES = 0x0a0a0a0a;

const countByBytes = (bytes: Uint8Array, from: number, to: number): number => {
  let lines = 0;
  for (let at = from; at < to; at++) if (bytes[at] === NEWLINE) lines++;
  return lines;
};

/** Line breaks, four bytes at a time: each leaves the top bit of its byte set when the others are masked out. */
const countLines = (bytes: Uint8Array): number => {
  const head = Math.min(bytes.length, (4 - (bytes.byteOffset & 3)) & 3);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >>> 2);
  let lines = countByBytes(bytes, 0, head) + countByBytes(bytes, head + words.length * 4, bytes.length);
  for (let at = 0; at < words.length; at++) {
    const differing = (words[at] ?? 0) ^ NEWLINES;
    const marks = ~(((differing & SEVENS) + SEVENS) | differing | SEVENS);
    if (marks !== 0) lines += Math.imul(marks >>> 7, 0x01010101) >>> 24;
  }
  return lines;
};

/** The next line that is a marker, by the line break before it; -1 when there is none. */
const nextMarker = (window: Buffer, character: number, from: number): number => {
  const wanted = Buffer.from([NEWLINE, character, character, character]);
  for (let at = window.indexOf(wanted, from); at !== -1; at = window.indexOf(wanted, at + 1)) {
    const after = window[at + 4];
    if (after === undefined || isBreak(after) || after === 13) return at;
  }
  return -1;
};

/**
 * Cuts a stream into its documents. A marker at the start of a line ends a document wherever it stands, so this needs
 * no grammar, and a document that cannot be read never takes the next one with it.
 */
export class DocumentSplitter {
  /** The current document as far as it is known to hold no marker. */
  private pieces: Uint8Array[] = [];
  private tail: Uint8Array = new Uint8Array();
  private line = 1;

  /** Takes a piece of the stream; gives the documents that it completes. The piece must not be written to later. */
  push(piece: Uint8Array): DocumentBytes[] {
    return this.cut(this.tail.length === 0 ? piece : Buffer.concat([this.tail, piece]), false);
  }

  /** The stream has ended; gives what is left. */
  end(): DocumentBytes[] {
    const found = this.cut(this.tail, true);
    const last = this.take(new Uint8Array());
    return last.bytes.length === 0 ? found : [...found, last];
  }

  private cut(bytes: Uint8Array, isLast: boolean): DocumentBytes[] {
    const window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found: DocumentBytes[] = [];
    let from = 0;
    let hyphens = nextMarker(window, HYPHEN, 0);
    let dots = nextMarker(window, DOT, 0);
    let wait = isLast ? window.length : Math.max(0, window.length - MARKER_BYTES);
    while (hyphens !== -1 || dots !== -1) {
      const isEnd = hyphens === -1 || (dots !== -1 && dots < hyphens);
      const at = isEnd ? dots : hyphens;
      const to = isEnd ? this.lineAfter(window, at, isLast) : at + 1;
      if (to === -1 || (!isLast && at + MARKER_BYTES > window.length)) {
        wait = Math.min(wait, at);
        break;
      }
      const document = this.take(window.subarray(from, to));
      if (isEnd || hasContent(document.bytes)) {
        found.push(document);
        this.line += countLines(document.bytes);
      } else this.pieces.push(document.bytes);
      from = to;
      if (isEnd) dots = nextMarker(window, DOT, to - 1);
      else hyphens = nextMarker(window, HYPHEN, to);
      if (isEnd && hyphens !== -1 && hyphens < to - 1) hyphens = nextMarker(window, HYPHEN, to - 1);
    }
    const kept = Math.max(from, wait);
    if (kept > from) this.pieces.push(window.subarray(from, kept));
    this.tail = window.subarray(kept);
    return found;
  }

  private lineAfter(window: Buffer, at: number, isLast: boolean): number {
    const lineEnd = window.indexOf(NEWLINE, at + 1);
    if (lineEnd !== -1) return lineEnd + 1;
    return isLast ? window.length : -1;
  }

  /** The current document, this last part of it included; what follows is another. */
  private take(last: Uint8Array): DocumentBytes {
    this.pieces.push(last);
    const bytes = this.pieces.length === 1 ? last : Buffer.concat(this.pieces);
    this.pieces = [];
    return { bytes, firstLine: this.line };
  }
}
