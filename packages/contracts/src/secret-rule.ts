// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { DottedId } from './ids.ts';
import { AttackTechniques, CONTROL_IDS, OwaspItems } from './owasp.ts';
import { choice, decimal, flag, inline, integer, list, localText, object, optional, text } from './schema.ts';
import { SeveritySchema } from './severity.ts';

/** What a secret opens. */
export const SECRET_FAMILIES = [
  'cloud',
  'source-hosting',
  'pipeline',
  'package-registry',
  'messaging',
  'payment',
  'database',
  'private-key',
  'web-token',
  'cluster',
  'configuration',
  'identity',
  'monitoring',
  'artificial-intelligence',
  'service',
  'generic',
] as const;

/**
 * How the value itself is checked without the network. Each is a fact of the format: a checksum inside the token, a
 * key that parses, a structure that decodes.
 */
export const SECRET_CHECKS = [
  'none',
  'crc32-base62',
  'crc32-hex',
  'bech32',
  'private-key',
  'jwt',
  'aws-key-id',
  'azure-key',
  'macaroon',
  'json-base64',
  'basic-base64',
  'discord-token',
] as const;
export type SecretCheck = (typeof SECRET_CHECKS)[number];

/** How sure the shape alone is: a fixed prefix and length, a telling name beside a shape, or only a telling name. */
export const SECRET_CONFIDENCES = ['high', 'medium', 'low'] as const;

/** What a file is, when that makes a secret in it less likely to be one of the user's. */
export const FILE_ROLES = [
  'distribution',
  'lock-file',
  'minified',
  'test',
  'documentation',
  'vendored',
  'binary',
] as const;
export type FileRole = (typeof FILE_ROLES)[number];

const example = inline('An example: literal text with {kind:size} parts that a seeded generator fills', {
  name: text('What it shows', 256),
  template: text('Template', 4000),
  file: optional(text('Name of the file, for rules of certain files', 256)),
});

/** A rule for secrets as `content/secrets` holds it. Data, not code: more rules need no release. */
export const SecretRule = object('SecretRule', 'A rule that finds one kind of secret', {
  id: DottedId,
  title: localText('What it finds', 256),
  description: localText('What the secret opens, and when the finding is harmless', 2000),
  severity: SeveritySchema,
  family: choice(SECRET_FAMILIES, 'What the secret opens'),
  confidence: choice(SECRET_CONFIDENCES, 'How sure the shape alone is'),
  keywords: list(
    text('Lower-case text that is always near', 64, { minLength: 3 }),
    'At least one, unless files are named: the pattern runs only near a keyword',
    64,
  ),
  pattern: text(
    'Regular expression over bytes with bounded repetitions only; the value is the group `secret`, else all of it',
    2000,
    { minLength: 3 },
  ),
  isCaseIgnored: optional(flag('Letters match in either case')),
  before: optional(integer('Bytes looked at before the keyword (64)', 'bytes', { maximum: 4096 })),
  after: optional(integer('Bytes looked at after the keyword (512)', 'bytes', { maximum: 16_384 })),
  files: optional(
    list(text('End of the path, e.g. /.netrc', 128), 'Only files whose path ends like this', 32),
  ),
  entropy: optional(decimal('Least Shannon entropy of the value, bits a character', '1', { maximum: 8 })),
  needs: optional(
    list(
      choice(['digit', 'letter', 'upper', 'lower'], 'kind of character'),
      'Kinds of characters the value has',
      4,
    ),
  ),
  check: choice(SECRET_CHECKS, 'How the value is checked offline'),
  fix: localText('What to do', 2000),
  control: list(choice(CONTROL_IDS, 'control'), 'Controls it serves', 5),
  owasp: OwaspItems,
  attack: AttackTechniques,
  tests: inline('Examples every build is held to', {
    mustMatch: list(example, 'Must match', 64),
    mustNotMatch: list(example, 'Must not match', 64),
  }),
});
export type SecretRule = Static<typeof SecretRule>;
