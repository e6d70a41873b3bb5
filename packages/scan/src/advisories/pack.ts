// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { err, ok, type Result } from '@bartizan/contracts';
import { normalizeName } from '../distribution/namespace.ts';
import { PACK_LIMITS } from './limits.ts';
import type { PackError } from './pack-error.ts';
import {
  coveredKey,
  cveKey,
  DIGEST_BYTES,
  ENTRY_BYTES,
  hashKey,
  PACK_FORMAT,
  PACK_MAGIC,
  type PackHeader,
  PREFIX_BYTES,
  packageKey,
} from './pack-format.ts';
import type { AdvisoryRow, CveFacts } from './row.ts';

/** Bytes at offsets: an open file or a buffer. */
interface ByteSource {
  readonly sizeBytes: number;
  readAt(offset: number, lengthBytes: number): Buffer;
  close(): void;
}

const CHUNK_BYTES = 1024 * 1024;

/** An open advisory pack. Rows are read and parsed when asked for: the file is never held in memory. */
export class AdvisoryPack {
  readonly header: PackHeader;
  /** SHA-256 of the file without its last 32 bytes, hexadecimal: the identity of the pack. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  readonly #index: Uint32Array;
  readonly #dataStart: number;

  constructor(
    source: ByteSource,
    parts: { header: PackHeader; index: Uint32Array; dataStart: number; sha256: string },
  ) {
    this.#source = source;
    this.#index = parts.index;
    this.#dataStart = parts.dataStart;
    this.header = parts.header;
    this.sha256 = parts.sha256;
    this.sizeBytes = source.sizeBytes;
  }

  /** All rows about a package, withdrawn ones included. */
  rows(ecosystem: string, name: string): readonly AdvisoryRow[] {
    return (
      (this.#group(packageKey(ecosystem, normalizeName(ecosystem, name))) as
        | readonly AdvisoryRow[]
        | undefined) ?? []
    );
  }

  /** Facts about a CVE; undefined when the pack has none. */
  cve(cve: string): CveFacts | undefined {
    return this.#group(cveKey(cve)) as CveFacts | undefined;
  }

  /** Whether the pack can speak about a package: its absence from the rows then means that nothing is known against it. */
  covers(ecosystem: string, name: string): boolean {
    const status = this.header.ecosystems[ecosystem];
    if (status === undefined) return false;
    if (status.completeness === 'complete' || status.completeness === 'partial') return true;
    return (
      this.#group(coveredKey(ecosystem, normalizeName(ecosystem, name))) !== undefined ||
      this.rows(ecosystem, name).length > 0
    );
  }

  close(): void {
    this.#source.close();
  }

  /** The parsed group of a key. The bytes were checked against the pack's digest, and written by PackBuilder. */
  #group(key: string): unknown {
    const [high, low] = hashKey(key);
    const entries = this.#index.length / 4;
    for (let at = this.#lowerBound(high, low); at < entries; at += 1) {
      if (this.#index[at * 4] !== high || this.#index[at * 4 + 1] !== low) return undefined;
      const length = this.#index[at * 4 + 3] ?? 0;
      if (length > PACK_LIMITS.groupBytes) return undefined;
      const text = this.#source
        .readAt(this.#dataStart + (this.#index[at * 4 + 2] ?? 0), length)
        .toString('utf8');
      const newline = text.indexOf('\n');
      if (newline >= 0 && text.slice(0, newline) === key) return JSON.parse(text.slice(newline + 1));
    }
    return undefined;
  }

  #lowerBound(high: number, low: number): number {
    let from = 0;
    let to = this.#index.length / 4;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const entryHigh = this.#index[middle * 4] ?? 0;
      const isBefore = entryHigh < high || (entryHigh === high && (this.#index[middle * 4 + 1] ?? 0) < low);
      if (isBefore) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

const malformed = (detail: string): Result<never, PackError> => err({ code: 'E_PACK_INVALID', detail });

const digestOf = (source: ByteSource): string => {
  const digest = createHash('sha256');
  const end = source.sizeBytes - DIGEST_BYTES;
  for (let at = 0; at < end; at += CHUNK_BYTES)
    digest.update(source.readAt(at, Math.min(CHUNK_BYTES, end - at)));
  return digest.digest('hex');
};

const parseHeader = (bytes: Buffer): PackHeader | undefined => {
  try {
    const header = JSON.parse(bytes.toString('utf8')) as PackHeader;
    return header.format === PACK_FORMAT &&
      typeof header.builtAt === 'string' &&
      typeof header.ecosystems === 'object'
      ? header
      : undefined;
  } catch {
    return undefined;
  }
};

const openSource = (source: ByteSource): Result<AdvisoryPack, PackError> => {
  if (source.sizeBytes < PREFIX_BYTES + DIGEST_BYTES) return malformed('shorter than the smallest pack');
  if (source.sizeBytes > PACK_LIMITS.fileBytes)
    return err({ code: 'E_PACK_INVALID', detail: `${source.sizeBytes} bytes` });
  const prefix = source.readAt(0, PREFIX_BYTES);
  if (!prefix.subarray(0, 8).equals(PACK_MAGIC))
    return malformed('not an advisory pack, or one of a later format');
  const headerBytes = prefix.readUInt32LE(8);
  const entries = prefix.readUInt32LE(12);
  const dataStart = PREFIX_BYTES + headerBytes + entries * ENTRY_BYTES;
  if (headerBytes > PACK_LIMITS.headerBytes || dataStart + DIGEST_BYTES > source.sizeBytes)
    return malformed('sections larger than the file');
  const sha256 = digestOf(source);
  const stated = source.readAt(source.sizeBytes - DIGEST_BYTES, DIGEST_BYTES).toString('hex');
  if (stated !== sha256)
    return err({
      code: 'E_PACK_INVALID',
      detail: `the file says ${stated.slice(0, 16)}, its bytes give ${sha256.slice(0, 16)}`,
    });
  const header = parseHeader(source.readAt(PREFIX_BYTES, headerBytes));
  if (header === undefined) return malformed('the header is not that of a pack');
  const raw = source.readAt(PREFIX_BYTES + headerBytes, entries * ENTRY_BYTES);
  const index = new Uint32Array(entries * 4);
  for (let at = 0; at < index.length; at += 1) index[at] = raw.readUInt32LE(at * 4);
  return ok(new AdvisoryPack(source, { header, index, dataStart, sha256 }));
};

/** Opens a pack file: format, sizes and SHA-256 are checked before anything in it is believed. The caller closes it. */
export const openPack = (path: string): Result<AdvisoryPack, PackError> => {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    return err({ code: 'E_PACK_MISSING', detail: `no readable file at ${path}`, cause });
  }
  try {
    const opened = openSource({
      sizeBytes: fstatSync(fd).size,
      readAt: (offset, lengthBytes) => {
        const buffer = Buffer.allocUnsafe(lengthBytes);
        const count = readSync(fd, buffer, 0, lengthBytes, offset);
        return count === lengthBytes ? buffer : buffer.subarray(0, count);
      },
      close: () => closeSync(fd),
    });
    if (!opened.ok) closeSync(fd);
    return opened;
  } catch (cause) {
    closeSync(fd);
    return err({ code: 'E_PACK_INVALID', detail: `cannot read ${path}`, cause });
  }
};

/** Opens a pack that is in memory. */
export const openPackBytes = (bytes: Buffer): Result<AdvisoryPack, PackError> =>
  openSource({
    sizeBytes: bytes.length,
    readAt: (offset, lengthBytes) => bytes.subarray(offset, offset + lengthBytes),
    close: () => undefined,
  });
