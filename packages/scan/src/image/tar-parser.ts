// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TreeEntryKind } from '../tree/file-tree.ts';

/** One entry of a tar archive. */
export interface TarEntry {
  readonly path: string;
  readonly kind: TreeEntryKind | 'hard-link';
  readonly sizeBytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedAtMs: number;
  /** Target of a link. */
  readonly target: string;
  /** Where the content starts, counted from the start of the archive. */
  readonly offset: number;
}

/** What the reader of an archive does with an entry. */
export interface TarVisitor {
  /** Called at each entry. The returned function, if any, gets the content in pieces and `undefined` at its end. */
  entry(entry: TarEntry): ((piece: Buffer | undefined) => void) | undefined;
}

/** Why an archive cannot be read on. */
export class TarFault extends Error {
  override readonly name = 'TarFault';
}

const BLOCK = 512;
const MAX_EXTENDED_BYTES = 1024 * 1024;
const MAX_ENTRIES = 5_000_000;
const NOTHING: Buffer = Buffer.alloc(0);

/** Whether a header has the magic of POSIX, and so a prefix. */
const isUstar = (block: Buffer): boolean => block.toString('latin1', 257, 262) === 'ustar';

const readText = (block: Buffer, start: number, length: number): string => {
  if (block[start] === 0) return '';
  const end = block.indexOf(0, start);
  return block.toString('utf8', start, end < 0 || end > start + length ? start + length : end);
};

const SPACE = 32;
const ZERO = 48;
const SEVEN = 55;

/** Digits between spaces, up to a NUL, without a text for each; undefined for what is written in any other way. */
const readPlainOctal = (block: Buffer, start: number, end: number): number | undefined => {
  let at = start;
  while (at < end && block[at] === SPACE) at += 1;
  let value = 0;
  for (let byte = block[at] ?? 0; at < end && byte >= ZERO && byte <= SEVEN; byte = block[at] ?? 0) {
    value = value * 8 + byte - ZERO;
    at += 1;
  }
  while (at < end && block[at] === SPACE) at += 1;
  return at >= end || block[at] === 0 ? value : undefined;
};

/** Octal digits, or, when the first bit is set, a base-256 number (GNU). */
const readNumber = (block: Buffer, start: number, length: number): number => {
  const first = block[start] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    for (let at = start + 1; at < start + length; at += 1) value = value * 256 + (block[at] ?? 0);
    return Number.isSafeInteger(value) ? value : -1;
  }
  const plain = readPlainOctal(block, start, start + length);
  if (plain !== undefined) return plain;
  const text = readText(block, start, length).trim();
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : -1;
};

const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'link',
  '3': 'other',
  '4': 'other',
  '5': 'directory',
  '6': 'other',
};

const hasValidChecksum = (block: Buffer): boolean => {
  let sum = 8 * SPACE;
  for (let at = 0; at < 148; at += 1) sum += block[at] ?? 0;
  for (let at = 156; at < BLOCK; at += 1) sum += block[at] ?? 0;
  return sum === readNumber(block, 148, 8);
};

/** Extended header records: `length key=value\n` (POSIX pax). */
export const readPaxRecords = (bytes: Buffer): Map<string, string> => {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(32, at);
    const length = space < 0 ? 0 : Number(bytes.toString('latin1', at, space));
    if (!Number.isInteger(length) || length < 5 || at + length > bytes.length) break;
    const record = bytes.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
};

/** Names that earlier records give to the next entry. */
interface Overrides {
  path?: string;
  target?: string;
  sizeBytes?: number;
}

/** Reads a tar archive (ustar, pax, GNU long names) pushed in pieces of any size. Throws TarFault when it cannot go on. */
export class TarParser {
  readonly #visitor: TarVisitor;
  #rest: Buffer = NOTHING;
  #offset = 0;
  #left = 0;
  #padding = 0;
  #sink: ((piece: Buffer | undefined) => void) | undefined;
  #overrides: Overrides = {};
  #entries = 0;
  #isAtEnd = false;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  /** Whether the end of the archive was met: an archive that stops before is truncated. */
  get isComplete(): boolean {
    return (
      this.#isAtEnd ||
      (this.#left === 0 && this.#padding === 0 && this.#rest.length === 0 && this.#entries > 0)
    );
  }

  push(chunk: Buffer): void {
    let at = 0;
    if (this.#rest.length > 0 && !this.#isAtEnd) {
      // Only a header can be left over: it is completed alone, and the chunk not copied.
      const missing = BLOCK - this.#rest.length;
      const block = Buffer.concat([this.#rest, chunk.subarray(0, missing)]);
      if (block.length < BLOCK) {
        this.#rest = block;
        return;
      }
      this.#header(block, 0);
      this.#offset += BLOCK;
      at = missing;
    }
    while (at < chunk.length && !this.#isAtEnd) {
      const used = this.#left > 0 || this.#padding > 0 ? this.#content(chunk, at) : this.#header(chunk, at);
      if (used === 0) break;
      at += used;
      this.#offset += used;
    }
    // A copy, so that a few bytes do not keep the whole chunk alive.
    this.#rest = this.#isAtEnd || at >= chunk.length ? NOTHING : Buffer.from(chunk.subarray(at));
  }

  /** Takes what a chunk has of the content: no view of it is made where nobody wants to see it. */
  #content(chunk: Buffer, at: number): number {
    const there = chunk.length - at;
    if (this.#left > 0) {
      const take = Math.min(this.#left, there);
      this.#sink?.(chunk.subarray(at, at + take));
      this.#left -= take;
      if (this.#left === 0) this.#endEntry();
      return take;
    }
    const skip = Math.min(this.#padding, there);
    this.#padding -= skip;
    return skip;
  }

  #endEntry(): void {
    this.#sink?.(undefined);
    this.#sink = undefined;
  }

  #header(chunk: Buffer, at: number): number {
    if (chunk.length - at < BLOCK) return 0;
    const block = chunk.subarray(at, at + BLOCK);
    if (block[0] === 0 && block.every((byte) => byte === 0)) {
      this.#isAtEnd = true;
      return BLOCK;
    }
    if (!hasValidChecksum(block)) throw new TarFault('a header with a wrong checksum');
    this.#entries += 1;
    if (this.#entries > MAX_ENTRIES) throw new TarFault(`more than ${MAX_ENTRIES} entries`);
    this.#begin(block);
    return BLOCK;
  }

  #begin(block: Buffer): void {
    const type = String.fromCharCode(block[156] ?? 0);
    const stated = readNumber(block, 124, 12);
    const sizeBytes = 'xgLK'.includes(type) ? stated : (this.#overrides.sizeBytes ?? stated);
    if (sizeBytes < 0) throw new TarFault('a size that is no number');
    const kind = KINDS[type];
    const hasContent = kind === 'file' || kind === undefined;
    this.#left = hasContent ? sizeBytes : 0;
    this.#padding = (BLOCK - (this.#left % BLOCK)) % BLOCK;
    if ('xgLK'.includes(type)) {
      this.#sink = this.#collect(type, sizeBytes);
    } else {
      const overrides = this.#overrides;
      this.#overrides = {};
      if (kind !== undefined)
        this.#sink = this.#visitor.entry(this.#entry(block, kind, { overrides, sizeBytes: this.#left }));
    }
    if (this.#left === 0) this.#endEntry();
  }

  #entry(block: Buffer, kind: TarEntry['kind'], more: { overrides: Overrides; sizeBytes: number }): TarEntry {
    const prefix = block[345] !== 0 && isUstar(block) ? readText(block, 345, 155) : '';
    const name = readText(block, 0, 100);
    return {
      path: more.overrides.path ?? (prefix === '' ? name : `${prefix}/${name}`),
      kind,
      sizeBytes: more.sizeBytes,
      mode: Math.max(0, readNumber(block, 100, 8)) & 0o7777,
      uid: Math.max(0, readNumber(block, 108, 8)),
      gid: Math.max(0, readNumber(block, 116, 8)),
      modifiedAtMs: Math.max(0, readNumber(block, 136, 12)) * 1000,
      target: more.overrides.target ?? readText(block, 157, 100),
      offset: this.#offset + BLOCK,
    };
  }

  /** Gathers an extended header, which must stay small. */
  #collect(type: string, sizeBytes: number): (piece: Buffer | undefined) => void {
    if (sizeBytes > MAX_EXTENDED_BYTES) throw new TarFault(`an extended header of ${sizeBytes} bytes`);
    const pieces: Buffer[] = [];
    return (piece) => {
      if (piece === undefined) this.#apply(type, Buffer.concat(pieces));
      else pieces.push(Buffer.from(piece));
    };
  }

  #apply(type: string, bytes: Buffer): void {
    if (type === 'L') this.#overrides.path = readText(bytes, 0, bytes.length);
    else if (type === 'K') this.#overrides.target = readText(bytes, 0, bytes.length);
    else if (type === 'x') {
      const records = readPaxRecords(bytes);
      const path = records.get('path');
      const target = records.get('linkpath');
      const size = records.get('size');
      if (path !== undefined) this.#overrides.path = path;
      if (target !== undefined) this.#overrides.target = target;
      if (size === undefined) return;
      // Two readers that disagree about a size see two different archives: such a header is not guessed at.
      if (!/^\d{1,15}$/.test(size)) throw new TarFault('an extended size that is no number');
      this.#overrides.sizeBytes = Number(size);
    }
  }
}
