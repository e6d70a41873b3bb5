// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const FRAME = Buffer.alloc(16, 0x30);

const uvarint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
};

const sized = (bytes: Buffer): Buffer => Buffer.concat([uvarint(bytes.length), bytes]);

/** The module text with the frame that Go puts around it. */
const framed = (modules: string): Buffer => Buffer.concat([FRAME, Buffer.from(modules), FRAME]);

/** Build information as Go 1.18 and later write it. */
export const inlineBuildInfo = (goVersion: string, modules: string): Buffer => {
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 0, 'latin1');
  header[14] = 8;
  header[15] = 2;
  return Buffer.concat([header, sized(Buffer.from(goVersion)), sized(framed(modules))]);
};

/** Build information as Go 1.13 to 1.17 wrote it: pointers to strings, at addresses. */
export const pointedBuildInfo = (goVersion: string, modules: string, address: number): Buffer => {
  const version = Buffer.from(goVersion);
  const text = framed(modules);
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 0, 'latin1');
  header[14] = 8;
  header.writeBigUInt64LE(BigInt(address + 32), 16);
  header.writeBigUInt64LE(BigInt(address + 48), 24);
  const strings = Buffer.alloc(32);
  strings.writeBigUInt64LE(BigInt(address + 64), 0);
  strings.writeBigUInt64LE(BigInt(version.length), 8);
  strings.writeBigUInt64LE(BigInt(address + 64 + version.length), 16);
  strings.writeBigUInt64LE(BigInt(text.length), 24);
  return Buffer.concat([header, strings, version, text]);
};

/** Address at which the data of `elfOf` is mapped. */
export const DATA_ADDRESS = 0x400000;

/** A 64-bit ELF file with one writable segment that holds `data`, and, unless stripped, a section that names it. */
export const elfOf = (
  data: Buffer,
  options: { isStripped?: boolean; paddedTo?: number; section?: string } = {},
): Buffer => {
  const dataAt = 4096;
  const first = options.section ?? '.go.buildinfo';
  const names = Buffer.from(`\0${first}\0.shstrtab\0`);
  const namesAt = dataAt + data.length;
  const sectionsAt = namesAt + names.length;
  const header = Buffer.alloc(dataAt);
  header.writeUInt32BE(0x7f454c46, 0);
  header.set([2, 1, 1], 4);
  header.writeBigUInt64LE(64n, 32);
  header.writeBigUInt64LE(BigInt(options.isStripped === true ? 0 : sectionsAt), 40);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(options.isStripped === true ? 0 : 3, 60);
  header.writeUInt16LE(2, 62);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(6, 68);
  header.writeBigUInt64LE(BigInt(dataAt), 72);
  header.writeBigUInt64LE(BigInt(DATA_ADDRESS), 80);
  header.writeBigUInt64LE(BigInt(data.length), 96);
  const section = (nameAt: number, at: number, size: number): Buffer => {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32LE(nameAt, 0);
    bytes.writeBigUInt64LE(BigInt(at), 24);
    bytes.writeBigUInt64LE(BigInt(size), 32);
    return bytes;
  };
  const file = Buffer.concat([
    header,
    data,
    names,
    section(0, 0, 0),
    section(1, dataAt, data.length),
    section(first.length + 2, namesAt, names.length),
  ]);
  const padding = Math.max(0, (options.paddedTo ?? 0) - file.length);
  return Buffer.concat([file, Buffer.alloc(padding)]);
};

/** A 64-bit ELF file with one named section of this content. */
export const elfWithSection = (section: string, content: Buffer, paddedTo: number): Buffer =>
  elfOf(content, { section, paddedTo });

/** Address at which `early` of `elfAround` is mapped. */
export const EARLY_ADDRESS = 0x200000;

/** What a large program holds, in the order of the file. */
export interface LargeProgram {
  /** Read-only bytes; the section that is named, when there are any and it has a name. */
  readonly early?: Buffer;
  /** The start of the writable segment; the section `.go.buildinfo` when no other is named. */
  readonly data: Buffer;
  readonly section?: string;
  /** Bytes of no interest in front of, between and behind them, each. */
  readonly apart: number;
}

/** A large 64-bit ELF file with its table of sections at its end, as linkers for C and Rust write it. */
export const elfAround = (program: LargeProgram): Buffer => {
  const { early = Buffer.alloc(0), data, apart } = program;
  const small = elfOf(data, { section: program.section ?? '.go.buildinfo' });
  const earlyAt = 4096 + apart;
  const dataAt = earlyAt + early.length + apart;
  const behind = BigInt(dataAt - 4096 + apart);
  const header = Buffer.from(small.subarray(0, 4096));
  header.writeBigUInt64LE(header.readBigUInt64LE(40) + behind, 40);
  header.writeUInt16LE(2, 56);
  header.writeBigUInt64LE(BigInt(dataAt), 72);
  header.writeUInt32LE(1, 120);
  header.writeUInt32LE(4, 124);
  header.writeBigUInt64LE(BigInt(earlyAt), 128);
  header.writeBigUInt64LE(BigInt(EARLY_ADDRESS), 136);
  header.writeBigUInt64LE(BigInt(early.length), 152);
  const tail = Buffer.from(small.subarray(4096 + data.length));
  const [named, names] = [tail.subarray(tail.length - 128), tail.subarray(tail.length - 64)];
  const isEarly = early.length > 0 && program.section !== undefined;
  named.writeBigUInt64LE(BigInt(isEarly ? earlyAt : dataAt), 24);
  named.writeBigUInt64LE(BigInt(isEarly ? early.length : data.length), 32);
  names.writeBigUInt64LE(names.readBigUInt64LE(24) + behind, 24);
  const filler = Buffer.alloc(apart);
  return Buffer.concat([header, filler, early, filler, data, filler, tail]);
};
