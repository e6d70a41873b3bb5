// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ByteReader, type Elf, readElf } from '../../executable/elf.ts';

/** A module that was linked in. */
export interface GoModule {
  readonly path: string;
  /** As Go writes it, for instance `v1.2.3`; `(devel)` for a build outside of a release. */
  readonly version: string;
}

/** What the Go toolchain wrote into an executable (debug/buildinfo). */
export interface GoBuildInfo {
  readonly goVersion: string;
  readonly main?: GoModule;
  readonly modules: readonly GoModule[];
  /** The module text is not there to its end: there are more modules than these. */
  readonly isTruncated: boolean;
  /** The version that the linker was told, where the release of a program is written so. */
  readonly linkedVersion?: string;
}

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const ALIGNMENT = 16;
const HEADER_BYTES = 32;
const SEARCH_BYTES = 1024 * 1024;
const MAX_VERSION_BYTES = 1024;
const MAX_MODULES_BYTES = 4 * 1024 * 1024;
const MAX_MODULES = 20_000;
/** The module text is framed by 16 bytes on each side, so that it can be found in memory. */
const FRAME_BYTES = 16;
const LINKED = /[.](?:gitVersion|Version|version)=(v?\d{1,4}\.\d{1,4}[\w.+-]{0,60})/;
/** Stands for a module text that is not there to its end. */
const CUT = Buffer.from('cut');

const findInSection = (reader: ByteReader, elf: Elf): number | undefined => {
  const section = elf.sections.find(({ name }) => name === '.go.buildinfo');
  if (section === undefined || section.offset >= reader.sizeBytes) return undefined;
  return reader.readAt(section.offset, MAGIC.length).equals(MAGIC) ? section.offset : undefined;
};

/** Near the start of the first writable segment, also in executables without a section table. */
const findInSegments = (reader: ByteReader, elf: Elf): number | undefined => {
  for (const segment of elf.segments.filter(({ kind, isWritable }) => kind === 'load' && isWritable)) {
    if (segment.offset >= reader.sizeBytes) continue;
    const bytes = reader.readAt(segment.offset, Math.min(segment.fileBytes, SEARCH_BYTES));
    for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
      if (at % ALIGNMENT === 0) return segment.offset + at;
    }
  }
  return undefined;
};

const readUvarint = (bytes: Buffer, start: number): { value: number; end: number } | undefined => {
  let value = 0;
  let scale = 1;
  for (let at = start; at < Math.min(bytes.length, start + 8); at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
    scale *= 128;
  }
  return undefined;
};

/** Go 1.18 and later: both texts follow the header, each after its length. */
const readInline = (reader: ByteReader, offset: number): [Buffer, Buffer] | undefined => {
  const head = reader.readAt(offset + HEADER_BYTES, MAX_VERSION_BYTES);
  const version = readUvarint(head, 0);
  if (version === undefined || version.end + version.value > head.length) return undefined;
  const modulesAt = offset + HEADER_BYTES + version.end + version.value;
  const lengthBytes = reader.readAt(modulesAt, 10);
  const modules = readUvarint(lengthBytes, 0);
  if (modules === undefined || modules.value > MAX_MODULES_BYTES) {
    return [head.subarray(version.end, version.end + version.value), CUT];
  }
  const text = reader.readAt(modulesAt + modules.end, modules.value);
  return [head.subarray(version.end, version.end + version.value), text.length < modules.value ? CUT : text];
};

/** Before Go 1.18: the header points at two string headers. */
const readPointed = (reader: ByteReader, elf: Elf, header: Buffer): [Buffer, Buffer] | undefined => {
  const pointerBytes = header[14] === 8 ? 8 : 4;
  const isBig = ((header[15] ?? 0) & 1) !== 0;
  const pointer = (bytes: Buffer, at: number): number => {
    if (at + pointerBytes > bytes.length) return -1;
    if (pointerBytes === 4) return isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    return Number(isBig ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at));
  };
  const readAddress = (address: number, lengthBytes: number): Buffer => {
    const segment = elf.segments.find(
      (one) => one.kind === 'load' && address >= one.address && address < one.address + one.fileBytes,
    );
    if (segment === undefined) return Buffer.alloc(0);
    const offset = segment.offset + (address - segment.address);
    return offset >= reader.sizeBytes ? Buffer.alloc(0) : reader.readAt(offset, lengthBytes);
  };
  const readText = (address: number, most: number): Buffer | undefined => {
    const head = readAddress(address, pointerBytes * 2);
    const lengthBytes = pointer(head, pointerBytes);
    return lengthBytes < 0 || lengthBytes > most ? undefined : readAddress(pointer(head, 0), lengthBytes);
  };
  const version = readText(pointer(header, 16), MAX_VERSION_BYTES);
  const modules = readText(pointer(header, 16 + pointerBytes), MAX_MODULES_BYTES);
  return version === undefined ? undefined : [version, modules ?? Buffer.alloc(0)];
};

/** Reads the module list: one line a module, fields divided by tabs; `=>` replaces the module above it. */
export const parseModules = (text: string): { main?: GoModule; modules: GoModule[] } => {
  let main: GoModule | undefined;
  const modules: GoModule[] = [];
  for (const line of text.split('\n', MAX_MODULES * 2)) {
    const [kind, path, version] = line.split('\t');
    if (path === undefined || path === '') continue;
    const module = { path, version: version ?? '' };
    if (kind === 'mod') main = module;
    else if (kind === 'dep' && modules.length < MAX_MODULES) modules.push(module);
    else if (kind === '=>' && modules.length > 0) modules[modules.length - 1] = module;
  }
  return main === undefined ? { modules } : { main, modules };
};

/** Reads the build information of an executable; undefined when it holds none. */
export const readBuildInfo = (reader: ByteReader): GoBuildInfo | undefined => {
  const elf = readElf(reader);
  if (elf === undefined) return undefined;
  // In the order in which a file that goes by has them: the table of sections lies mostly at its end.
  const offset = findInSegments(reader, elf) ?? findInSection(reader, elf);
  if (offset === undefined) return undefined;
  const header = reader.readAt(offset, HEADER_BYTES);
  if (header.length < HEADER_BYTES) return undefined;
  const isInline = ((header[15] ?? 0) & 2) !== 0;
  const texts = isInline ? readInline(reader, offset) : readPointed(reader, elf, header);
  if (texts === undefined) return undefined;
  const [version, modules] = texts;
  const hasFrame = modules.length >= 2 * FRAME_BYTES + 1 && modules[modules.length - FRAME_BYTES - 1] === 10;
  const isTruncated = modules.length > 0 && !hasFrame;
  const text = hasFrame ? modules.subarray(FRAME_BYTES, modules.length - FRAME_BYTES) : Buffer.alloc(0);
  const told = text.toString('utf8');
  const linkedVersion = LINKED.exec(told)?.[1];
  return {
    goVersion: version.toString('utf8'),
    ...parseModules(told),
    isTruncated,
    ...(linkedVersion === undefined ? {} : { linkedVersion }),
  };
};
