// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** The facts of an rpm header that we need. */
export interface RpmHeader {
  readonly name: string;
  readonly epoch: number | undefined;
  readonly version: string;
  readonly release: string;
  readonly architecture: string | undefined;
  readonly sourceRpm: string | undefined;
  readonly license: string | undefined;
  /** `name:stream:version:context` of the module it was built for. */
  readonly modularity: string | undefined;
  /** Absolute paths of its files. */
  files(): Iterable<string>;
  /** Checksums of its files; without those of configuration and of files that only come to be at run time. */
  sums(): Iterable<RpmFileSum>;
}

/** The checksum that a package states of one of its files. */
export interface RpmFileSum {
  readonly path: string;
  readonly algorithm: 'md5' | 'sha1' | 'sha256';
  /** Hexadecimal. */
  readonly digest: string;
}

const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  license: 1014,
  architecture: 1022,
  oldFileNames: 1027,
  fileDigests: 1035,
  fileFlags: 1037,
  verifyFlags: 1045,
  sourceRpm: 1044,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  digestAlgorithm: 5011,
  modularityLabel: 5096,
} as const;
const TYPE_INT32 = 4;
const TYPES_TEXT: readonly number[] = [6, 8, 9];
const MAX_ENTRIES = 65_536;
const MAX_DATA_BYTES = 256 * 1024 * 1024;
const MAX_FILES = 500_000;
const ENTRY_BYTES = 16;

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** Reads texts that end in NUL, one after another; stops at the end of the data. */
const readTexts = (data: Buffer, entry: Entry | undefined): string[] => {
  if (entry === undefined || !TYPES_TEXT.includes(entry.type)) return [];
  const texts: string[] = [];
  let at = entry.offset;
  for (let left = Math.min(entry.count, MAX_FILES); left > 0 && at < data.length; left -= 1) {
    const end = data.indexOf(0, at);
    if (end < 0) break;
    texts.push(data.toString('utf8', at, Math.min(end, at + 4096)));
    at = end + 1;
  }
  return texts;
};

const readIntegers = (data: Buffer, entry: Entry | undefined): number[] => {
  if (entry === undefined || entry.type !== TYPE_INT32) return [];
  const numbers: number[] = [];
  for (let index = 0; index < Math.min(entry.count, MAX_FILES); index += 1) {
    const at = entry.offset + index * 4;
    if (at + 4 > data.length) break;
    numbers.push(data.readUInt32BE(at));
  }
  return numbers;
};

/** Paths in the order of the other lists of files; undefined where the header names a folder that it does not have. */
const readPaths = (data: Buffer, entries: ReadonlyMap<number, Entry>): (string | undefined)[] => {
  const directories = readTexts(data, entries.get(TAG.directoryNames));
  const indexes = readIntegers(data, entries.get(TAG.directoryIndexes));
  const names = readTexts(data, entries.get(TAG.baseNames)).map((name, at) => {
    const directory = directories[indexes[at] ?? -1];
    return directory === undefined ? undefined : `${directory}${name}`;
  });
  return [...names, ...readTexts(data, entries.get(TAG.oldFileNames))];
};

function* readFiles(data: Buffer, entries: ReadonlyMap<number, Entry>): Generator<string> {
  for (const path of readPaths(data, entries)) if (path !== undefined) yield path;
}

/** Numbers of OpenPGP (RFC 9580, 9.5); a header without one means MD5. */
const ALGORITHMS: Readonly<Record<number, RpmFileSum['algorithm']>> = { 1: 'md5', 2: 'sha1', 8: 'sha256' };
/** RPMFILE_CONFIG and RPMFILE_GHOST. */
const CHANGING_FLAGS = 0x41;
/** RPMVERIFY_FILEDIGEST: absent where the package says that the content may change. */
const VERIFY_DIGEST = 1;

function* readSums(data: Buffer, entries: ReadonlyMap<number, Entry>): Generator<RpmFileSum> {
  const algorithm = ALGORITHMS[readIntegers(data, entries.get(TAG.digestAlgorithm))[0] ?? 1];
  if (algorithm === undefined || !entries.has(TAG.fileDigests)) return;
  const digests = readTexts(data, entries.get(TAG.fileDigests));
  const flags = readIntegers(data, entries.get(TAG.fileFlags));
  const verified = readIntegers(data, entries.get(TAG.verifyFlags));
  for (const [at, path] of readPaths(data, entries).entries()) {
    const digest = digests[at] ?? '';
    const isFixed =
      ((flags[at] ?? 0) & CHANGING_FLAGS) === 0 && ((verified[at] ?? VERIFY_DIGEST) & VERIFY_DIGEST) !== 0;
    if (path !== undefined && digest !== '' && isFixed) yield { path, algorithm, digest };
  }
}

/** Reads a header as rpm keeps it in its database (rpm file format, "Header"): without the magic, all big-endian. */
export const readRpmHeader = (blob: Buffer): RpmHeader | undefined => {
  if (blob.length < 8) return undefined;
  const entryCount = blob.readUInt32BE(0);
  const dataBytes = blob.readUInt32BE(4);
  const dataAt = 8 + entryCount * ENTRY_BYTES;
  if (entryCount > MAX_ENTRIES || dataBytes > MAX_DATA_BYTES || dataAt > blob.length) return undefined;
  const data = blob.subarray(dataAt, dataAt + dataBytes);
  const entries = new Map<number, Entry>();
  for (let index = 0; index < entryCount; index += 1) {
    const at = 8 + index * ENTRY_BYTES;
    const offset = blob.readInt32BE(at + 8);
    if (offset < 0 || offset >= data.length) continue;
    const tag = blob.readInt32BE(at);
    if (!entries.has(tag))
      entries.set(tag, { type: blob.readUInt32BE(at + 4), offset, count: blob.readUInt32BE(at + 12) });
  }
  const text = (tag: number): string | undefined => readTexts(data, entries.get(tag))[0];
  const name = text(TAG.name);
  const version = text(TAG.version);
  if (name === undefined || version === undefined) return undefined;
  return {
    name,
    version,
    release: text(TAG.release) ?? '',
    epoch: readIntegers(data, entries.get(TAG.epoch))[0],
    architecture: text(TAG.architecture),
    sourceRpm: text(TAG.sourceRpm),
    license: text(TAG.license),
    modularity: text(TAG.modularityLabel),
    files: () => readFiles(data, entries),
    sums: () => readSums(data, entries),
  };
};
