// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ByteReader, readElf } from '../../executable/elf.ts';
import { asObject, asText, parseJson } from '../../json/fields.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { elfNotesCapabilities } from './capabilities.ts';

/** Package metadata notes (UAPI group, "Package Metadata for Executable Files"). */
const SECTION = '.note.package';
const NOTE_TYPE = 0xcafe1a7e;
const MAX_NOTE_BYTES = 64 * 1024;
const MIN_BYTES = 4 * 1024;
const PURL_TYPES: Readonly<Record<string, string>> = {
  rpm: 'rpm',
  deb: 'deb',
  alpm: 'alpm',
  apk: 'apk',
  ebuild: 'ebuild',
};

/** The JSON of the first note of the type: name size, description size, type, then both padded to four bytes. */
const findNote = (bytes: Buffer, isLittle: boolean): Readonly<Record<string, unknown>> | undefined => {
  const u32 = (at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  for (let at = 0; at + 12 <= bytes.length; ) {
    const [nameBytes, textBytes] = [u32(at), u32(at + 4)];
    if (nameBytes > 256 || textBytes > MAX_NOTE_BYTES) return undefined;
    const start = at + 12 + Math.ceil(nameBytes / 4) * 4;
    if (u32(at + 8) === NOTE_TYPE)
      return asObject(parseJson(bytes.toString('utf8', start, start + textBytes).replace(/\0+$/, '')));
    at = start + Math.ceil(textBytes / 4) * 4;
  }
  return undefined;
};

/** The package note: in a note segment, which the head of the file names, or else in the section of its name. */
export const readNote = (reader: ByteReader): Readonly<Record<string, unknown>> | undefined => {
  const elf = readElf(reader);
  if (elf === undefined) return undefined;
  const noteAt = (offset: number, sizeBytes: number): Readonly<Record<string, unknown>> | undefined =>
    findNote(reader.readAt(offset, Math.min(sizeBytes, MAX_NOTE_BYTES)), elf.isLittleEndian);
  for (const segment of elf.segments) {
    const note = segment.kind === 'note' ? noteAt(segment.offset, segment.fileBytes) : undefined;
    if (note !== undefined) return note;
  }
  const section = elf.sections.find(({ name }) => name === SECTION);
  return section === undefined ? undefined : noteAt(section.offset, section.sizeBytes);
};

const inspect = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const opened = context.tree.open(file.path);
  if (!opened.ok) return [];
  try {
    const note = readNote(opened.value);
    if (note === undefined) return [];
    const type = PURL_TYPES[asText(note['type']) ?? ''];
    // A note repeats what the package database says, which is read for itself: it is kept apart so that nothing counts twice.
    return foundPackages([
      {
        type: 'generic',
        name: note['name'],
        version: note['version'],
        location: file.path,
        purl: {
          ...(type === undefined ? {} : { type }),
          namespace: asText(note['os']) ?? '',
          qualifiers: { arch: asText(note['architecture']) },
        },
      },
    ]);
  } finally {
    opened.value.close();
  }
};

/** Executables that say which package they belong to. */
export const elfNotesCataloger: Cataloger = {
  id: 'elf-notes',
  types: ['generic'],
  capabilities: elfNotesCapabilities,
  wants: (file) => {
    if (/\.[A-Za-z]/.test(file.name)) return false;
    const stat = file.stat();
    return stat !== undefined && stat.sizeBytes >= MIN_BYTES && (stat.mode & 0o111) !== 0;
  },
  readsRanges: true,
  inspect,
};
