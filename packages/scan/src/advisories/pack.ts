// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { err, ok, type Result } from '@bartizan/contracts';
import { normalizeName } from '../distribution/namespace.ts';
import { PACK_LIMITS } from './limits.ts';
import type { PackError } from './pack-error.ts';
import { coveredKey, cveKey, DIGEST_BYTES, hashKey, type PackHeader, packageKey } from './pack-format.ts';
import { parseHeader } from './pack-header.ts';
import { checkSections, type PackBytes, readLayout, type Sections } from './pack-layout.ts';
import type { LogicalGroup } from './pack-writer.ts';
import type { AdvisoryRow, CveFacts } from './row.ts';
import { decodeRows, type VersionTest } from './row-codec.ts';
import { readSignatureBlock, type SignatureBlock } from './signature.ts';

interface ByteSource extends PackBytes {
  close(): void;
}

/** One key of a pack with what it says: rows about a package, or facts in JSON. */
export interface PackEntry {
  readonly key: string;
  readonly rows?: readonly AdvisoryRow[];
  readonly facts?: string;
}

/** One group of a pack as it is stored: the hash it is found by, its key, and where what it says begins. */
export interface StoredGroup {
  readonly high: number;
  readonly low: number;
  readonly key: string;
  readonly group: Buffer;
  readonly start: number;
}

const CHUNK_BYTES = 1024 * 1024;

/** An open advisory pack. Rows are read when asked for. */
export class AdvisoryPack {
  readonly header: PackHeader;
  /** SHA-256 of everything before it, hexadecimal: the identity of the pack, whoever signed it. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Who signed it; undefined when nobody did. Not yet verified: that takes a trust root (`verifySignature`). */
  readonly signature: SignatureBlock | undefined;
  readonly #source: ByteSource;
  readonly #sections: Sections;
  readonly #texts: (string | undefined)[] = [];

  constructor(
    source: ByteSource,
    parts: { header: PackHeader; sections: Sections; sha256: string; signature: SignatureBlock | undefined },
  ) {
    this.#source = source;
    this.#sections = parts.sections;
    this.header = parts.header;
    this.sha256 = parts.sha256;
    this.signature = parts.signature;
    this.sizeBytes = source.sizeBytes;
  }

  /**
   * Rows about a package, withdrawn ones included. With a version, rows that only give ranges which all leave it out
   * are passed over: they would say nothing under any rule.
   */
  rows(ecosystem: string, name: string, test?: VersionTest): readonly AdvisoryRow[] {
    const key = packageKey(this.#idOf(ecosystem), normalizeName(ecosystem, name));
    const found = this.#find(key);
    return found === undefined ? [] : decodeRows(found.group, found.start, this.#text, test);
  }

  /** Facts about a CVE; undefined when the pack has none. */
  cve(cve: string): CveFacts | undefined {
    const text = this.factsText(cveKey(cve));
    return text === undefined ? undefined : (JSON.parse(text) as CveFacts);
  }

  /** Facts in JSON as they are stored under a key. */
  factsText(key: string): string | undefined {
    const found = this.#find(key);
    return found?.group.toString('utf8', found.start);
  }

  /** Whether the pack can speak about a package: its absence from the rows then means that nothing is known against it. */
  covers(ecosystem: string, name: string): boolean {
    const id = this.#idOf(ecosystem);
    const status = this.header.ecosystems[id];
    if (status === undefined) return false;
    if (status.completeness === 'complete' || status.completeness === 'partial') return true;
    const normal = normalizeName(ecosystem, name);
    return (
      this.#find(coveredKey(id, normal)) !== undefined || this.#find(packageKey(id, normal)) !== undefined
    );
  }

  /** Packs of before called the crates of Rust after their tool. */
  #idOf(ecosystem: string): string {
    const { ecosystems } = this.header;
    return ecosystem === 'crates.io' &&
      ecosystems[ecosystem] === undefined &&
      ecosystems['cargo'] !== undefined
      ? 'cargo'
      : ecosystem;
  }

  /** Everything in it, in the order of the index. */
  *groups(): Generator<LogicalGroup> {
    for (const { key, rows, facts } of this.entries('pck'))
      yield rows === undefined
        ? { key, facts: facts ?? '' }
        : { key, rows: rows.map((row) => JSON.stringify(row)) };
  }

  /** Its groups as they are stored, in the order of the index. Texts of rows are numbers of its own pool. */
  *stored(): Generator<StoredGroup> {
    const { index } = this.#sections;
    for (let at = 0; at < index.length; at += 4) {
      const group = this.#groupAt(at);
      const start = group.indexOf(10) + 1;
      const key = group.toString('utf8', 0, start - 1);
      yield { high: index[at] ?? 0, low: index[at + 1] ?? 0, key, group, start };
    }
  }

  /** Rows of a group that is stored in it. */
  rowsOf({ group, start }: Pick<StoredGroup, 'group' | 'start'>): readonly AdvisoryRow[] {
    return decodeRows(group, start, this.#text);
  }

  /** The texts of its pool, by number. */
  poolTexts(): string[] {
    return Array.from({ length: this.#sections.poolOffsets.length - 1 }, (_, number) => this.#text(number));
  }

  /** What it has of some kinds: `p` rows about packages, `c` facts about CVEs, `k` packages that were looked at. */
  *entries(kinds: string): Generator<PackEntry> {
    const { index } = this.#sections;
    for (let at = 0; at < index.length; at += 4) {
      const group = this.#groupAt(at);
      if (!kinds.includes(String.fromCharCode(group[0] ?? 0))) continue;
      const start = group.indexOf(10) + 1;
      const key = group.toString('utf8', 0, start - 1);
      yield key.startsWith('p\t')
        ? { key, rows: decodeRows(group, start, this.#text) }
        : { key, facts: group.toString('utf8', start) };
    }
  }

  close(): void {
    this.#source.close();
  }

  readonly #text = (number: number): string => {
    const known = this.#texts[number];
    if (known !== undefined) return known;
    const { poolOffsets, poolStart } = this.#sections;
    const from = poolOffsets[number] ?? 0;
    const text = this.#source
      .readAt(poolStart + from, (poolOffsets[number + 1] ?? from) - from)
      .toString('utf8');
    this.#texts[number] = text;
    return text;
  };

  #groupAt(at: number): Buffer {
    const { index, dataStart } = this.#sections;
    return this.#source.readAt(dataStart + (index[at + 2] ?? 0), index[at + 3] ?? 0);
  }

  /** The group of a key. Its bytes were checked against the pack's digest. */
  #find(key: string): { readonly group: Buffer; readonly start: number } | undefined {
    const [high, low] = hashKey(key);
    const { index } = this.#sections;
    for (let at = this.#lowerBound(high, low) * 4; at < index.length; at += 4) {
      if (index[at] !== high || index[at + 1] !== low) return undefined;
      const group = this.#groupAt(at);
      const start = group.indexOf(10) + 1;
      if (start > 0 && group.toString('utf8', 0, start - 1) === key) return { group, start };
    }
    return undefined;
  }

  #lowerBound(high: number, low: number): number {
    const { index } = this.#sections;
    let from = 0;
    let to = index.length / 4;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const entryHigh = index[middle * 4] ?? 0;
      const isBefore = entryHigh < high || (entryHigh === high && (index[middle * 4 + 1] ?? 0) < low);
      if (isBefore) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

const malformed = (detail: string): Result<never, PackError> => err({ code: 'E_PACK_INVALID', detail });

const digestOf = (source: ByteSource, endBytes: number): string => {
  const digest = createHash('sha256');
  for (let at = 0; at < endBytes; at += CHUNK_BYTES)
    digest.update(source.readAt(at, Math.min(CHUNK_BYTES, endBytes - at)));
  return digest.digest('hex');
};

/** How far the bytes are believed. `checked`: another thread of this process has checked the digest of the same memory. */
type Belief = 'unchecked' | 'checked';

const openSource = (source: ByteSource, belief: Belief = 'unchecked'): Result<AdvisoryPack, PackError> => {
  if (source.sizeBytes > PACK_LIMITS.fileBytes) return malformed(`${source.sizeBytes} bytes`);
  const layout = readLayout(source);
  if (!layout.ok) return layout;
  const { bodyBytes } = layout.value;
  const stated = source.readAt(bodyBytes, DIGEST_BYTES).toString('hex');
  const sha256 = belief === 'checked' ? stated : digestOf(source, bodyBytes);
  if (stated !== sha256)
    return malformed(`the file says ${stated.slice(0, 16)}, its bytes give ${sha256.slice(0, 16)}`);
  const header = parseHeader(source, layout.value);
  if (header === undefined) return malformed('the header is not that of a pack');
  const sections = checkSections(source, layout.value);
  if (sections === undefined)
    return malformed('the index or the pool points outside of its section, or is out of order');
  const rest = source.readAt(bodyBytes + DIGEST_BYTES, source.sizeBytes - bodyBytes - DIGEST_BYTES);
  const signature = readSignatureBlock(rest);
  if (signature === 'malformed') return malformed(`${rest.length} bytes after the digest are no signature`);
  return ok(new AdvisoryPack(source, { header, sections, sha256, signature }));
};

const openFile = (path: string): Result<number, PackError> => {
  try {
    return ok(openSync(path, 'r'));
  } catch (cause) {
    return err({ code: 'E_PACK_MISSING', detail: `no readable file at ${path}`, cause });
  }
};

/** Opens a pack file: format, sizes and SHA-256 are checked before anything in it is believed. The caller closes it. */
export const openPack = (path: string): Result<AdvisoryPack, PackError> => {
  const file = openFile(path);
  if (!file.ok) return file;
  const fd = file.value;
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

const inMemory = (bytes: Buffer): ByteSource => ({
  sizeBytes: bytes.length,
  readAt: (offset, lengthBytes) => bytes.subarray(offset, offset + lengthBytes),
  close: () => undefined,
});

/** Opens a pack that is in memory. */
export const openPackBytes = (bytes: Buffer): Result<AdvisoryPack, PackError> => openSource(inMemory(bytes));

/** Reads a pack file into memory that threads can share, and checks it once for all of them. */
export const loadPack = (
  path: string,
): Result<{ readonly pack: AdvisoryPack; readonly memory: SharedArrayBuffer }, PackError> => {
  const file = openFile(path);
  if (!file.ok) return file;
  const fd = file.value;
  try {
    const memory = new SharedArrayBuffer(fstatSync(fd).size);
    const bytes = Buffer.from(memory);
    for (let at = 0, count = -1; at < bytes.length && count !== 0; at += count)
      count = readSync(fd, bytes, at, Math.min(CHUNK_BYTES * 64, bytes.length - at), at);
    const opened = openSource(inMemory(bytes));
    return opened.ok ? ok({ pack: opened.value, memory }) : opened;
  } catch (cause) {
    return err({ code: 'E_PACK_INVALID', detail: `cannot read ${path}`, cause });
  } finally {
    closeSync(fd);
  }
};

/** Opens the memory that `loadPack` of another thread gave: the digest was checked there. */
export const openSharedPack = (memory: SharedArrayBuffer): Result<AdvisoryPack, PackError> =>
  openSource(inMemory(Buffer.from(memory)), 'checked');
