// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { DottedId } from './ids.ts';
import { AttackTechniques, CONTROL_IDS, OwaspItems } from './owasp.ts';
import { choice, decimal, inline, integer, list, localText, object, optional, text } from './schema.ts';
import { SeveritySchema } from './severity.ts';

/** Kinds of file a signature can be limited to, told by the first bytes and the name. */
export const SIGNED_FILE_KINDS = ['program', 'script', 'page'] as const;
export type SignedFileKind = (typeof SIGNED_FILE_KINDS)[number];

const StringName = text('Name inside the signature', 32, { pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' });

const example = inline('An example file', {
  name: text('What it shows', 256),
  kind: choice(SIGNED_FILE_KINDS, 'What the file is; a program gets a real ELF header around the text'),
  text: text('What the file holds', 8000),
  fill: optional(
    choice(['noise', 'code'], 'noise: 64 KiB of seeded random bytes behind the text; code: of text'),
  ),
});

/** A signature of harmful files as `content/malware` holds it: strings and a condition over them, data and not code. */
export const FileSignature = object('FileSignature', 'A signature of harmful files', {
  id: DottedId,
  title: localText('What it finds', 256),
  description: localText('Why it matters, and when the finding is harmless', 2000),
  severity: SeveritySchema,
  kinds: list(choice(SIGNED_FILE_KINDS, 'kind'), 'Kinds of file it is asked of', 3),
  strings: list(
    inline('Bytes to look for; letters match in either case', {
      name: StringName,
      text: optional(text('As text', 256, { minLength: 4 })),
      hex: optional(text('As hexadecimal digits', 512, { pattern: '^([0-9a-f]{2}){4,256}$' })),
    }),
    'What to look for',
    64,
  ),
  groups: list(
    inline('So many of these must be there', {
      of: list(StringName, 'Names of strings', 64),
      atLeast: integer('How many different ones', '1', { maximum: 64 }),
    }),
    'Every group must hold',
    8,
  ),
  withinBytes: optional(integer('All of it within so many bytes', 'bytes', { maximum: 65_536 })),
  entropy: optional(
    decimal('Least Shannon entropy of the executable parts of a program, bits a byte', '1', { maximum: 8 }),
  ),
  fix: localText('What to do', 2000),
  control: list(choice(CONTROL_IDS, 'control'), 'Controls it serves', 5),
  owasp: OwaspItems,
  attack: AttackTechniques,
  tests: inline('Examples every build is held to', {
    mustMatch: list(example, 'Must match', 16),
    mustNotMatch: list(example, 'Must not match', 16),
  }),
});
export type FileSignature = Static<typeof FileSignature>;

/** Files known by their SHA-256: `content/malware/known-files.json`. */
export const KnownFiles = object('KnownFiles', 'Harmful files known by their checksum', {
  asOf: text('Date of the list, YYYY-MM-DD', 10),
  files: list(
    inline('A file', {
      sha256: text('SHA-256, hexadecimal', 64, { pattern: '^[0-9a-f]{64}$' }),
      name: text('What it is', 256),
    }),
    'Files',
    1_000_000,
  ),
});
export type KnownFiles = Static<typeof KnownFiles>;
