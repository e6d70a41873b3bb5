// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  DOT,
  EOF,
  HASH,
  HYPHEN,
  isBlank,
  isBreak,
  NEWLINE,
  PERCENT,
  SPACE,
  TAB,
  TILDE,
} from './characters.ts';

/** The bytes of at most one document of YAML, or of several objects of JSON. */
export interface DocumentBytes {
  readonly bytes: Uint8Array;
  /** The line of the stream it begins in, from 1. */
  readonly firstLine: number;
  /** Whether they are ASCII without control characters but tabs and line breaks. */
  readonly isPlain: boolean;
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

const TOPS = 0x80808080 | 0;
const SPACES = 0x20202020;
const ONES = 0x01010101;

/** What the bytes of a document are, all of them looked at once. */
interface Survey {
  readonly lines: number;
  /** Whether all are ASCII, and none a control character but tabs and line breaks. */
  readonly isPlain: boolean;
}

const surveyBytes = (bytes: Uint8Array, from: number, to: number): Survey => {
  let lines = 0;
  let isPlain = true;
  for (let at = from; at < to; at++) {
    const code = bytes[at] ?? EOF;
    if (code === NEWLINE) lines++;
    else if ((code < SPACE && code !== TAB) || code > TILDE) isPlain = false;
  }
  return { lines, isPlain };
};

/** Says of a number of lines that not all bytes were plain. */
const STRANGE = 1 << 31;

/**
 * Looks at bytes four at a time: those beyond ASCII, and the last of it, set a top bit when one is added to each; where a
 * control character is among the four, they are looked at one by one. Gives the number of lines, and STRANGE. Nothing is
 * done behind the loop, which is compiled while it runs, when nothing is known yet of what stands there.
 */
const surveyWords = (words: Int32Array): number => {
  let found = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? 0;
    if (((word | (word + ONES)) & TOPS) !== 0) found |= STRANGE;
    if (((word - SPACES) & ~word & TOPS) === 0) continue;
    for (let bits = 0; bits < 32; bits += 8) {
      const code = (word >>> bits) & 0xff;
      if (code === NEWLINE) found++;
      else if (code < SPACE && code !== TAB) found |= STRANGE;
    }
  }
  return found;
};

/** Looks at all bytes of a document. */
const survey = (bytes: Uint8Array): Survey => {
  const start = Math.min(bytes.length, (4 - (bytes.byteOffset & 3)) & 3);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, (bytes.length - start) >>> 2);
  const head = surveyBytes(bytes, 0, start);
  const tail = surveyBytes(bytes, start + words.length * 4, bytes.length);
  const found = surveyWords(words);
  const isPlain = head.isPlain && tail.isPlain && found >= 0;
  return { lines: head.lines + tail.lines + (found & ~STRANGE), isPlain };
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
  /** Where a piece is looked at, behind the tail of the one before. */
  private window = Buffer.alloc(0);
  private line = 1;

  /** Takes a piece of the stream; gives the documents that it completes, whose bytes are there until the next push. */
  push(piece: Uint8Array): DocumentBytes[] {
    const { tail } = this;
    const length = tail.length + piece.length;
    if (this.window.length < length) this.window = Buffer.allocUnsafeSlow(length + MARKER_BYTES * 2);
    this.window.set(tail);
    this.window.set(piece, tail.length);
    return this.cut(this.window.subarray(0, length), false);
  }

  /** The stream has ended; gives what is left. */
  end(): DocumentBytes[] {
    const found = this.cut(Buffer.from(this.tail), true);
    const last = this.take(new Uint8Array());
    return last.length === 0 ? found : [...found, this.documentOf(last)];
  }

  private cut(window: Buffer, isLast: boolean): DocumentBytes[] {
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
      const bytes = this.take(window.subarray(from, to));
      if (isEnd || hasContent(bytes)) found.push(this.documentOf(bytes));
      else this.pieces.push(new Uint8Array(bytes));
      from = to;
      if (isEnd) dots = nextMarker(window, DOT, to - 1);
      else hyphens = nextMarker(window, HYPHEN, to);
      if (isEnd && hyphens !== -1 && hyphens < to - 1) hyphens = nextMarker(window, HYPHEN, to - 1);
    }
    const kept = Math.max(from, wait);
    // What goes on in the next piece is copied out of the window, which that one is put into.
    if (kept > from) this.pieces.push(new Uint8Array(window.subarray(from, kept)));
    this.tail = new Uint8Array(window.subarray(kept));
    return found;
  }

  private lineAfter(window: Buffer, at: number, isLast: boolean): number {
    const lineEnd = window.indexOf(NEWLINE, at + 1);
    if (lineEnd !== -1) return lineEnd + 1;
    return isLast ? window.length : -1;
  }

  private documentOf(bytes: Uint8Array): DocumentBytes {
    const { lines, isPlain } = survey(bytes);
    const firstLine = this.line;
    this.line += lines;
    return { bytes, firstLine, isPlain };
  }

  /** The bytes of the current document, this last part of it included; what follows is another. */
  private take(last: Uint8Array): Uint8Array {
    this.pieces.push(last);
    const bytes = this.pieces.length === 1 ? last : Buffer.concat(this.pieces);
    this.pieces = [];
    return bytes;
  }
}
