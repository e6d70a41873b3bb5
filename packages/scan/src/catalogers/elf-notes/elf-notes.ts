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

/** The JSON of the note: name size, description size, type, then both padded to four bytes. */
export const readNote = (reader: ByteReader): Readonly<Record<string, unknown>> | undefined => {
  const elf = readElf(reader);
  const section = elf?.sections.find(({ name }) => name === SECTION);
  if (elf === undefined || section === undefined) return undefined;
  const bytes = reader.readAt(section.offset, Math.min(section.sizeBytes, MAX_NOTE_BYTES));
  if (bytes.length < 12) return undefined;
  const u32 = (at: number): number => (elf.isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (u32(8) !== NOTE_TYPE || u32(0) > 256 || u32(4) > MAX_NOTE_BYTES) return undefined;
  const start = 12 + Math.ceil(u32(0) / 4) * 4;
  const text = bytes.toString('utf8', start, start + u32(4)).replace(/\0+$/, '');
  return asObject(parseJson(text));
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
  inspect,
};
