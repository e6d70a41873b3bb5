// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What a made-up package states. */
export interface RpmFacts {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly epoch?: number;
  readonly arch?: string;
  readonly source?: string;
  readonly files?: readonly string[];
  readonly license?: string;
  readonly modularity?: string;
  readonly sums?: {
    readonly algorithm: number;
    readonly digests: readonly string[];
    readonly flags: readonly number[];
    readonly verify: readonly number[];
  };
}

const texts = (values: readonly string[]): Buffer =>
  Buffer.from(values.map((value) => `${value}\0`).join(''));
const integers = (values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4);
  return bytes;
};

const sumEntries = (sums: RpmFacts['sums']): [number, number, number, Buffer][] =>
  sums === undefined
    ? []
    : [
        [1035, 8, sums.digests.length, texts(sums.digests)],
        [1037, 4, sums.flags.length, integers(sums.flags)],
        [1045, 4, sums.verify.length, integers(sums.verify)],
        [5011, 4, 1, integers([sums.algorithm])],
      ];

/** An rpm header as the database keeps it. */
export const rpmHeader = (facts: RpmFacts): Buffer => {
  const files = facts.files ?? [];
  const directories = [...new Set(files.map((path) => path.slice(0, path.lastIndexOf('/') + 1)))];
  const entries: [number, number, number, Buffer][] = [
    [1000, 6, 1, texts([facts.name])],
    [1001, 6, 1, texts([facts.version])],
    [1002, 6, 1, texts([facts.release])],
    ...(facts.epoch === undefined
      ? []
      : [[1003, 4, 1, integers([facts.epoch])] as [number, number, number, Buffer]]),
    ...(facts.arch === undefined
      ? []
      : [[1022, 6, 1, texts([facts.arch])] as [number, number, number, Buffer]]),
    ...(facts.source === undefined
      ? []
      : [[1044, 6, 1, texts([facts.source])] as [number, number, number, Buffer]]),
    [
      1116,
      4,
      files.length,
      integers(files.map((path) => directories.indexOf(path.slice(0, path.lastIndexOf('/') + 1)))),
    ],
    [1117, 8, files.length, texts(files.map((path) => path.slice(path.lastIndexOf('/') + 1)))],
    [1118, 8, directories.length, texts(directories)],
    ...sumEntries(facts.sums),
    ...(facts.license === undefined
      ? []
      : [[1014, 6, 1, texts([facts.license])] as [number, number, number, Buffer]]),
    ...(facts.modularity === undefined
      ? []
      : [[5096, 6, 1, texts([facts.modularity])] as [number, number, number, Buffer]]),
  ];
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const [tag, type, count, bytes] of entries) {
    const padding = type === 4 ? (4 - (offset % 4)) % 4 : 0;
    offset += padding;
    index.push(integers([tag, type, offset, count]));
    data.push(Buffer.alloc(padding), bytes);
    offset += bytes.length;
  }
  return Buffer.concat([integers([entries.length, offset]), ...index, ...data]);
};

/** An ndb database. */
export const ndbOf = (blobs: readonly Buffer[]): Buffer => {
  const slots = Buffer.alloc(4096);
  slots.writeUInt32LE(0x506d7052, 0);
  slots.writeUInt32LE(1, 12);
  for (let at = 32; at < 4096; at += 16) slots.writeUInt32LE(0x746f6c53, at);
  const parts: Buffer[] = [slots];
  let at = 4096;
  for (const [number, blob] of blobs.entries()) {
    const slotAt = 32 + number * 16;
    slots.writeUInt32LE(number + 1, slotAt + 4);
    slots.writeUInt32LE(at / 16, slotAt + 8);
    const head = Buffer.alloc(16);
    head.writeUInt32LE(0x53626c42, 0);
    head.writeUInt32LE(number + 1, 4);
    head.writeUInt32LE(blob.length, 12);
    const padding = Buffer.alloc((16 - (blob.length % 16)) % 16);
    parts.push(head, blob, padding);
    at += 16 + blob.length + padding.length;
  }
  return Buffer.concat(parts);
};

/** A Berkeley DB hash database with each value on pages of its own. */
export const berkeleyOf = (blobs: readonly Buffer[], options: { isLittle?: boolean } = {}): Buffer => {
  const pageBytes = 4096;
  const isLittle = options.isLittle ?? true;
  const pages: Buffer[] = [Buffer.alloc(pageBytes), Buffer.alloc(pageBytes)];
  const u16 = (page: Buffer, value: number, at: number) =>
    isLittle ? page.writeUInt16LE(value, at) : page.writeUInt16BE(value, at);
  const u32 = (page: Buffer, value: number, at: number) =>
    isLittle ? page.writeUInt32LE(value, at) : page.writeUInt32BE(value, at);
  const [meta, hash] = pages;
  if (meta === undefined || hash === undefined) throw new Error('two pages were just made');
  u32(meta, 0x00061561, 12);
  u32(meta, pageBytes, 20);
  hash[25] = 13;
  u16(hash, blobs.length * 2, 20);
  let at = pageBytes;
  for (const [number, blob] of blobs.entries()) {
    const room = pageBytes - 26;
    const first = pages.length;
    for (let from = 0; from < blob.length; from += room) {
      const page = Buffer.alloc(pageBytes);
      const part = blob.subarray(from, from + room);
      page[25] = 7;
      u32(page, from + room < blob.length ? pages.length + 1 : 0, 16);
      u16(page, part.length, 22);
      part.copy(page, 26);
      pages.push(page);
    }
    at -= 5;
    hash[at] = 1;
    u16(hash, at, 26 + number * 4);
    at -= 12;
    hash[at] = 3;
    u32(hash, first, at + 4);
    u32(hash, blob.length, at + 8);
    u16(hash, at, 26 + number * 4 + 2);
  }
  return Buffer.concat(pages);
};
