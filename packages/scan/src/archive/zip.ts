// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { inflateRawSync } from 'node:zlib';
import { err, ok, type Result } from '@bartizan/contracts';

/** Bytes at offsets; shorter at the end. */
export interface ZipSource {
  readonly sizeBytes: number;
  readAt(offset: number, lengthBytes: number): Buffer;
}

/** One file of a zip archive, as its central directory states it: sizes are claims, checked when it is read. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly headerOffset: number;
  readonly isEncrypted: boolean;
}

/** Why an archive or an entry of it cannot be read. */
export interface ZipError {
  readonly code: 'malformed' | 'too-large' | 'unsupported';
  readonly detail: string;
}

const END_BYTES = 22;
const MAX_COMMENT = 65_535;
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 200_000;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const NOT_IN_32_BITS = 0xffffffff;

const fail = (code: ZipError['code'], detail: string): Result<never, ZipError> => err({ code, detail });

interface Directory {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Archives above four gigabytes keep the place of their directory in a second end record. */
const findDirectory64 = (source: ZipSource, endAt: number): Directory | undefined => {
  if (endAt < 20) return undefined;
  const locator = source.readAt(endAt - 20, 20);
  if (locator.length < 20 || locator.readUInt32LE(0) !== 0x07064b50) return undefined;
  const end = source.readAt(Number(locator.readBigUInt64LE(8)), 56);
  if (end.length < 56 || end.readUInt32LE(0) !== 0x06064b50) return undefined;
  return { offset: Number(end.readBigUInt64LE(48)), sizeBytes: Number(end.readBigUInt64LE(40)) };
};

const findDirectory = (source: ZipSource): Directory | undefined => {
  const tailBytes = Math.min(source.sizeBytes, END_BYTES + MAX_COMMENT);
  const tailAt = source.sizeBytes - tailBytes;
  const tail = source.readAt(tailAt, tailBytes);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== 0x06054b50) continue;
    const sizeBytes = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    if (offset === NOT_IN_32_BITS || sizeBytes === NOT_IN_32_BITS)
      return findDirectory64(source, tailAt + at);
    // Bytes before the archive (a shell script that starts it) shift every offset.
    const shift = tailAt + at - sizeBytes - offset;
    return shift < 0 ? undefined : { offset: offset + shift, sizeBytes };
  }
  return undefined;
};

const readEntry = (bytes: Buffer, at: number): { entry: ZipEntry; end: number } | undefined => {
  if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) return undefined;
  const nameBytes = bytes.readUInt16LE(at + 28);
  const end = at + ENTRY_BYTES + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  return {
    entry: {
      name: bytes.toString('utf8', at + ENTRY_BYTES, Math.min(at + ENTRY_BYTES + nameBytes, bytes.length)),
      method: bytes.readUInt16LE(at + 10),
      compressedBytes: bytes.readUInt32LE(at + 20),
      sizeBytes: bytes.readUInt32LE(at + 24),
      headerOffset: bytes.readUInt32LE(at + 42),
      isEncrypted: (bytes.readUInt16LE(at + 8) & 1) !== 0,
    },
    end,
  };
};

/** An open zip archive (APPNOTE 6.3). Nothing is read but what is asked for, and nothing beyond the limits given. */
export interface ZipArchive {
  readonly entries: readonly ZipEntry[];
  /** Whether the directory ended early or held more entries than we look at. */
  readonly isIncomplete: boolean;
  /**
   * Inflates one entry; an error when the directory claims more than `maxBytes` of it, before anything is read, and when
   * it is larger than the directory claims.
   */
  read(entry: ZipEntry, maxBytes: number): Result<Buffer, ZipError>;
}

const readContent = (
  source: ZipSource,
  shift: number,
  request: { entry: ZipEntry; maxBytes: number },
): Result<Buffer, ZipError> => {
  const { entry, maxBytes } = request;
  if (entry.isEncrypted) return fail('unsupported', 'encrypted');
  if (entry.method !== 0 && entry.method !== 8)
    return fail('unsupported', `compression method ${entry.method}`);
  if (entry.sizeBytes > maxBytes || entry.compressedBytes > maxBytes)
    return fail('too-large', `${entry.sizeBytes} bytes`);
  const local = source.readAt(entry.headerOffset + shift, LOCAL_BYTES);
  if (local.length < LOCAL_BYTES || local.readUInt32LE(0) !== 0x04034b50)
    return fail('malformed', 'no local header');
  const dataAt = entry.headerOffset + shift + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = source.readAt(dataAt, entry.compressedBytes);
  if (packed.length < entry.compressedBytes) return fail('malformed', 'the data ends early');
  if (entry.method === 0) return ok(packed);
  try {
    return ok(inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.sizeBytes) }));
  } catch (cause) {
    return fail(
      'malformed',
      cause instanceof RangeError
        ? `inflates to more than the ${entry.sizeBytes} bytes that the directory claims`
        : 'cannot be inflated',
    );
  }
};

/** Opens a zip archive by its central directory. */
export const openZip = (source: ZipSource): Result<ZipArchive, ZipError> => {
  const directory = findDirectory(source);
  if (directory === undefined) return fail('malformed', 'no end of central directory');
  if (directory.sizeBytes > MAX_DIRECTORY_BYTES)
    return fail('too-large', `central directory of ${directory.sizeBytes} bytes`);
  if (directory.offset + directory.sizeBytes > source.sizeBytes)
    return fail('malformed', 'the directory lies outside of the file');
  const bytes = source.readAt(directory.offset, directory.sizeBytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < bytes.length && entries.length < MAX_ENTRIES) {
    const next = readEntry(bytes, at);
    if (next === undefined) break;
    entries.push(next.entry);
    at = next.end;
  }
  const shift = shiftOf(source, entries[0]);
  return ok({
    entries,
    isIncomplete: at < bytes.length,
    read: (entry, maxBytes) => readContent(source, shift, { entry, maxBytes }),
  });
};

/** How far the archive lies behind the start of the file: looked for at the first entry's claimed place. */
const shiftOf = (source: ZipSource, first: ZipEntry | undefined): number => {
  if (first === undefined) return 0;
  const isHere = (at: number): boolean => {
    const bytes = source.readAt(at, 4);
    return bytes.length === 4 && bytes.readUInt32LE(0) === 0x04034b50;
  };
  if (isHere(first.headerOffset)) return 0;
  const head = source.readAt(0, Math.min(source.sizeBytes, 1024 * 1024));
  const found = head.indexOf(Buffer.from([0x50, 0x4b, 3, 4]));
  return found > 0 ? found - first.headerOffset : 0;
};
