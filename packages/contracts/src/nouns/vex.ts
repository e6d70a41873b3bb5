// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, OpaqueId, TenantId } from '../ids.ts';
import { choice, inline, instant, integer, object, optional, text } from '../schema.ts';

export const STATEMENT_STATUSES = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;
/** Whose word goes first when several documents speak about one finding. */
export const STATEMENT_ORIGINS = ['user', 'vendor', 'feed'] as const;

/** What a VEX document says of a finding. */
export const FindingStatement = inline('What a VEX document says of it', {
  status: choice(STATEMENT_STATUSES, 'What it says'),
  reason: optional(text('Why, in words or as the label of the format', 2000)),
  author: text('Who says so', 512),
  document: OpaqueId,
  product: text('What it speaks about: package URL or image', 2000),
});
export type FindingStatement = Static<typeof FindingStatement>;

/** A VEX document that was imported. */
export const VexDocument = object('VexDocument', 'A document with statements about vulnerabilities', {
  id: OpaqueId,
  cluster: ClusterId,
  tenant: TenantId,
  name: text('Name it was imported under', 256, { minLength: 1 }),
  format: choice(['openvex', 'csaf', 'cyclonedx'], 'Format'),
  origin: choice(STATEMENT_ORIGINS, 'Whose word it is: the first of them goes first'),
  author: text('Author, as the document says', 512),
  issuedAt: optional(text('Time, as the document says', 64)),
  sha256: text('SHA-256 of the document', 64),
  statements: integer('Statements that can be used', '1'),
  unusable: integer('Statements that cannot be used', '1'),
  matches: integer('Findings it speaks about now', '1'),
  createdBy: text('Who imported it', 256),
  createdAtMs: instant('Imported'),
});
export type VexDocument = Static<typeof VexDocument>;
