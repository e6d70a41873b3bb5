// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Bytes at offsets; shorter at the end. */
export interface ByteReader {
  readonly sizeBytes: number;
  readAt(offset: number, lengthBytes: number): Buffer;
}

/** A piece of the file that is mapped at an address, or holds notes. */
export interface ElfSegment {
  readonly kind: 'load' | 'note';
  readonly address: number;
  readonly offset: number;
  readonly fileBytes: number;
  readonly isWritable: boolean;
}

/** A named piece of the file. */
export interface ElfSection {
  readonly name: string;
  readonly address: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The parts of an ELF file that we need (ELF-64 object file format, version 1.5). */
export interface Elf {
  readonly isLittleEndian: boolean;
  readonly is64Bit: boolean;
  readonly segments: readonly ElfSegment[];
  /** Read when asked for: most files have this table at their end. */
  readonly sections: readonly ElfSection[];
}

const MAX_HEADERS = 4096;
const MAX_NAMES_BYTES = 1024 * 1024;
const PT_LOAD = 1;
const PT_NOTE = 4;
const PF_W = 2;

class Fields {
  readonly #bytes: Buffer;
  readonly #isLittle: boolean;

  constructor(bytes: Buffer, isLittle: boolean) {
    this.#bytes = bytes;
    this.#isLittle = isLittle;
  }

  u16(at: number): number {
    if (at + 2 > this.#bytes.length) return 0;
    return this.#isLittle ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  u32(at: number): number {
    if (at + 4 > this.#bytes.length) return 0;
    return this.#isLittle ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  /** A 64-bit value as a number; above 2^53 it is no place in any file. */
  u64(at: number): number {
    const [low, high] = this.#isLittle ? [this.u32(at), this.u32(at + 4)] : [this.u32(at + 4), this.u32(at)];
    return high * 4294967296 + low;
  }
}

const readTable = (
  reader: ByteReader,
  table: { offset: number; count: number; entryBytes: number },
): Buffer[] => {
  const { offset, entryBytes } = table;
  const count = Math.min(table.count, MAX_HEADERS);
  if (count === 0 || entryBytes < 32 || entryBytes > 1024 || offset >= reader.sizeBytes) return [];
  const bytes = reader.readAt(offset, count * entryBytes);
  const entries: Buffer[] = [];
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes)
    entries.push(bytes.subarray(at, at + entryBytes));
  return entries;
};

const readSegments = (entries: readonly Buffer[], isLittle: boolean, is64Bit: boolean): ElfSegment[] =>
  entries.flatMap((entry) => {
    const fields = new Fields(entry, isLittle);
    const type = fields.u32(0);
    if (type !== PT_LOAD && type !== PT_NOTE) return [];
    const flags = fields.u32(is64Bit ? 4 : 24);
    const segment = is64Bit
      ? { offset: fields.u64(8), address: fields.u64(16), fileBytes: fields.u64(32) }
      : { offset: fields.u32(4), address: fields.u32(8), fileBytes: fields.u32(16) };
    return [{ ...segment, kind: type === PT_LOAD ? 'load' : 'note', isWritable: (flags & PF_W) !== 0 }];
  });

const readSections = (
  reader: ByteReader,
  entries: readonly Buffer[],
  header: { isLittle: boolean; is64Bit: boolean; namesAt: number },
): ElfSection[] => {
  const place = (entry: Buffer): { nameAt: number; address: number; offset: number; sizeBytes: number } => {
    const fields = new Fields(entry, header.isLittle);
    return header.is64Bit
      ? { nameAt: fields.u32(0), address: fields.u64(16), offset: fields.u64(24), sizeBytes: fields.u64(32) }
      : { nameAt: fields.u32(0), address: fields.u32(12), offset: fields.u32(16), sizeBytes: fields.u32(20) };
  };
  const table = entries[header.namesAt];
  if (table === undefined) return [];
  const named = place(table);
  if (named.offset >= reader.sizeBytes) return [];
  const names = reader.readAt(named.offset, Math.min(named.sizeBytes, MAX_NAMES_BYTES));
  return entries.map((entry) => {
    const { nameAt, address, offset, sizeBytes } = place(entry);
    const end = names.indexOf(0, nameAt);
    return {
      name:
        nameAt < names.length
          ? names.toString('latin1', nameAt, Math.min(end < 0 ? nameAt : end, nameAt + 64))
          : '',
      address,
      offset,
      sizeBytes,
    };
  });
};

/** Reads the headers of an ELF file; undefined when it is none. */
export const readElf = (reader: ByteReader): Elf | undefined => {
  const head = reader.readAt(0, 64);
  if (head.length < 52 || head.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const is64Bit = head[4] === 2;
  const isLittle = head[5] !== 2;
  const fields = new Fields(head, isLittle);
  const segments = is64Bit
    ? { offset: fields.u64(32), entryBytes: fields.u16(54), count: fields.u16(56) }
    : { offset: fields.u32(28), entryBytes: fields.u16(42), count: fields.u16(44) };
  const sections = is64Bit
    ? { offset: fields.u64(40), entryBytes: fields.u16(58), count: fields.u16(60), namesAt: fields.u16(62) }
    : { offset: fields.u32(32), entryBytes: fields.u16(46), count: fields.u16(48), namesAt: fields.u16(50) };
  let known: readonly ElfSection[] | undefined;
  return {
    isLittleEndian: isLittle,
    is64Bit,
    segments: readSegments(readTable(reader, segments), isLittle, is64Bit),
    get sections() {
      known ??= readSections(reader, readTable(reader, sections), {
        isLittle,
        is64Bit,
        namesAt: sections.namesAt,
      });
      return known;
    },
  };
};
