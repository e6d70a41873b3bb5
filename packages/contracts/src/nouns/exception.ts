// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, OpaqueId, TenantId } from '../ids.ts';
import { inline, instant, integer, object, optional, text } from '../schema.ts';

/** What an exception is for: every field given must match. At least one of the first four is there. */
export const ExceptionMatch = inline('What it is for', {
  vulnerability: optional(text('Id or alias of a vulnerability', 128)),
  package: optional(text('Glob of the package name', 512)),
  check: optional(text('Id of a check or rule', 128)),
  path: optional(text('Glob of the path: every place of what was found must match', 4096)),
  image: optional(text('Glob of the image reference', 512)),
  workload: optional(text('Glob of namespace/name', 512)),
});
export type ExceptionMatch = Static<typeof ExceptionMatch>;

/** A risk that somebody answers for until a date: findings it matches are accepted, those of tomorrow too. */
export const FindingException = object('FindingException', 'A risk that is accepted until a date', {
  id: OpaqueId,
  cluster: ClusterId,
  tenant: TenantId,
  match: ExceptionMatch,
  owner: text('Who answers for it', 256, { minLength: 1 }),
  reason: text('Why', 2000, { minLength: 1 }),
  expiresAtMs: instant('When it ends'),
  createdBy: text('Who made it', 256),
  createdAtMs: instant('Created'),
  matches: integer('Findings it accepts now', '1'),
});
export type FindingException = Static<typeof FindingException>;
