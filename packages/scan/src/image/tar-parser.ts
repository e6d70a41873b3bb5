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

/** What is no UTF-8 decodes to this, whatever it is. */
const UNKNOWN = '\ufffd';
const BEYOND_ASCII = /[^\0-\x7f]/g;

/** Bytes as text. Where not all is UTF-8 its bytes are written out: two names of a container must not be one here. */
const decode = (bytes: Buffer, start: number, end: number): string => {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes(UNKNOWN)) return text;
  return bytes
    .toString('latin1', start, end)
    .replaceAll(BEYOND_ASCII, (byte) => `${UNKNOWN}${byte.charCodeAt(0).toString(16)}`);
};

const readText = (block: Buffer, start: number, length: number): string => {
  if (block[start] === 0) return '';
  const end = block.indexOf(0, start);
  return decode(block, start, end < 0 || end > start + length ? start + length : end);
};

const SPACE = 32;
const ZERO = 48;
const SEVEN = 55;
const NINE = 57;
const PLUS = 43;
const NEWLINE = 10;
const SPARSE_FAULT = 'a sparse file';

/** Octal digits between spaces and NULs, without a text for each; -1 for what is written in any other way. */
const readOctal = (block: Buffer, start: number, end: number): number => {
  let at = start;
  while (at < end && (block[at] === SPACE || block[at] === 0)) at += 1;
  let value = 0;
  for (let byte = block[at] ?? 0; at < end && byte >= ZERO && byte <= SEVEN; byte = block[at] ?? 0) {
    value = value * 8 + byte - ZERO;
    at += 1;
  }
  // A NUL ends the text, whatever is behind it; behind a space there may be nothing more.
  if (block[at] === 0) return value;
  while (at < end && (block[at] === SPACE || block[at] === 0)) at += 1;
  return at >= end ? value : -1;
};

/** Octal digits, or, when the first bit is set, a base-256 number (GNU); -1 for what is neither or negative. */
const readNumber = (block: Buffer, start: number, length: number): number => {
  const first = block[start] ?? 0;
  if ((first & 0x80) === 0) return readOctal(block, start, start + length);
  let value = first & 0x7f;
  for (let at = start + 1; at < start + length; at += 1) value = value * 256 + (block[at] ?? 0);
  return Number.isSafeInteger(value) ? value : -1;
};

const PREFIX = 345;
const SECOND_TIME = 357;
const TIME_BYTES = 12;

/** Whether a field of GNU's header holds a time, or nothing. One in base 256 has a sign and may have 64 bits. */
const isTime = (block: Buffer, start: number): boolean => {
  const first = block[start] ?? 0;
  if ((first & 0x80) === 0) return first === 0 || readOctal(block, start, start + TIME_BYTES) >= 0;
  const value = BigInt.asIntN(95, BigInt(`0x${block.toString('hex', start, start + TIME_BYTES)}`));
  return BigInt.asIntN(64, value) === value;
};

/** What stands before the name in a header whose prefix field is not empty. Where it is, the magic tells. */
const readPrefix = (block: Buffer): string => {
  const magic = block.toString('latin1', 257, 265);
  if (magic.startsWith('ustar\0'))
    return readText(block, PREFIX, block.toString('latin1', 508, 512) === 'tar\0' ? 131 : 155);
  if (magic !== 'ustar  \0' || (isTime(block, PREFIX) && isTime(block, SECOND_TIME))) return '';
  // GNU has times there. Go before 1.8 wrote a prefix, so its reader takes for one what is no time and is ASCII.
  const prefix = readText(block, PREFIX, 155);
  return Buffer.byteLength(prefix) === prefix.length ? prefix : '';
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

/** Fields of a header in text, which ends at a NUL: pax may not put one into them. */
const PAX_TEXTS: ReadonlySet<string> = new Set(['path', 'linkpath', 'uname', 'gname']);

const PAX_FAULT = 'an extended header with a malformed record';

/** Extended header records: `length key=value\n` (POSIX pax). Throws TarFault where a runtime refuses them. */
export const readPaxRecords = (bytes: Buffer): Map<string, string> => {
  const records = new Map<string, string>();
  const hasNul = bytes.includes(0);
  let at = 0;
  while (at < bytes.length) {
    let space = bytes[at] === PLUS ? at + 1 : at;
    let length = 0;
    for (let byte = bytes[space] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[space] ?? 0) {
      length = length * 10 + byte - ZERO;
      space += 1;
    }
    const end = at + length;
    if (bytes[space] !== SPACE || length < 5 || end <= space + 1 || bytes[end - 1] !== NEWLINE)
      throw new TarFault(PAX_FAULT);
    const record = decode(bytes, space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals <= 0) throw new TarFault(PAX_FAULT);
    const key = record.slice(0, equals);
    const value = record.slice(equals + 1);
    if (hasNul && (PAX_TEXTS.has(key) ? value : key).includes('\0')) throw new TarFault(PAX_FAULT);
    records.set(key, value);
    at = end;
  }
  return records;
};

/** What a pax header says of the next entry. */
interface PaxFields {
  readonly path?: string | undefined;
  readonly target?: string | undefined;
  readonly sizeBytes?: number | undefined;
}

const NO_FIELDS: PaxFields = {};

/** A field that a record sets; an empty one leaves what the header of the entry says. */
const fieldOf = (records: ReadonlyMap<string, string>, key: string): string | undefined =>
  records.get(key) || undefined;

const paxFields = (records: ReadonlyMap<string, string>): PaxFields => {
  // Its content in the archive is not what a runtime writes, and its name may be another.
  for (const key of records.keys()) if (key.startsWith('GNU.sparse.')) throw new TarFault(SPARSE_FAULT);
  const size = fieldOf(records, 'size');
  // Two readers that disagree about a size see two different archives: such a header is not guessed at.
  if (size !== undefined && !/^\d{1,15}$/.test(size))
    throw new TarFault('an extended size that is no number');
  return {
    path: fieldOf(records, 'path'),
    target: fieldOf(records, 'linkpath'),
    sizeBytes: size === undefined ? undefined : Number(size),
  };
};

/** Entries that say something of the next one: records of pax, for one file or for all, and long names of GNU. */
const isExtension = (type: string): boolean => type === 'x' || type === 'g' || type === 'L' || type === 'K';

/**
 * Reads a tar archive (ustar, pax, GNU long names) pushed in pieces of any size, as Go's archive/tar reads it: runtimes
 * are written in Go, and a reader that sees another archive misses what they unpack. Throws TarFault when it cannot go on.
 */
export class TarParser {
  readonly #visitor: TarVisitor;
  #rest: Buffer = NOTHING;
  #offset = 0;
  #left = 0;
  #padding = 0;
  #sink: ((piece: Buffer | undefined) => void) | undefined;
  #longName = '';
  #longTarget = '';
  #pax = NO_FIELDS;
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
    if (stated < 0) throw new TarFault('a size that is no number');
    if (type === 'S') throw new TarFault(SPARSE_FAULT);
    if (isExtension(type)) {
      this.#expect(stated);
      this.#sink = this.#collect(type, stated);
    } else {
      const path = this.#path(block);
      // In archives of before POSIX a directory is a file whose name ends so; what size it states, it has no content.
      const kind = type === '\0' && path.endsWith('/') ? 'directory' : KINDS[type];
      this.#expect(kind === 'file' || kind === undefined ? (this.#pax.sizeBytes ?? stated) : 0);
      if (kind !== undefined) this.#sink = this.#visitor.entry(this.#entry(block, path, kind));
      this.#forget();
    }
    if (this.#left === 0) this.#endEntry();
  }

  /** How much content comes before the next header. */
  #expect(sizeBytes: number): void {
    this.#left = sizeBytes;
    this.#padding = (BLOCK - (sizeBytes % BLOCK)) % BLOCK;
  }

  #path(block: Buffer): string {
    const other = this.#longName || this.#pax.path;
    if (other !== undefined) return other;
    const name = readText(block, 0, 100);
    const prefix = block[PREFIX] === 0 ? '' : readPrefix(block);
    return prefix === '' ? name : `${prefix}/${name}`;
  }

  #entry(block: Buffer, path: string, kind: TarEntry['kind']): TarEntry {
    return {
      path,
      kind,
      sizeBytes: this.#left,
      mode: Math.max(0, readNumber(block, 100, 8)) & 0o7777,
      uid: Math.max(0, readNumber(block, 108, 8)),
      gid: Math.max(0, readNumber(block, 116, 8)),
      modifiedAtMs: Math.max(0, readNumber(block, 136, 12)) * 1000,
      target: (this.#longTarget || this.#pax.target) ?? readText(block, 157, 100),
      offset: this.#offset + BLOCK,
    };
  }

  /** What was said of one entry is said of that one only. */
  #forget(): void {
    this.#longName = '';
    this.#longTarget = '';
    this.#pax = NO_FIELDS;
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
    if (type === 'L') this.#longName = readText(bytes, 0, bytes.length);
    else if (type === 'K') this.#longTarget = readText(bytes, 0, bytes.length);
    else {
      const records = readPaxRecords(bytes);
      // A second header takes the place of the first, and one for all entries ends what was said of the next.
      if (type === 'x') this.#pax = paxFields(records);
      else this.#forget();
    }
  }
}
