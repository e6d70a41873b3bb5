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
  /** Absolute paths of its files. */
  files(): Iterable<string>;
}

const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  architecture: 1022,
  oldFileNames: 1027,
  sourceRpm: 1044,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
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

function* readFiles(data: Buffer, entries: ReadonlyMap<number, Entry>): Generator<string> {
  const directories = readTexts(data, entries.get(TAG.directoryNames));
  const indexes = readIntegers(data, entries.get(TAG.directoryIndexes));
  for (const [at, name] of readTexts(data, entries.get(TAG.baseNames)).entries()) {
    const directory = directories[indexes[at] ?? -1];
    if (directory !== undefined) yield `${directory}${name}`;
  }
  yield* readTexts(data, entries.get(TAG.oldFileNames));
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
    files: () => readFiles(data, entries),
  };
};
