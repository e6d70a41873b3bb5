// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { VexDocument } from '@bartizan/contracts';
import type { StatementPart } from '../ports.ts';
import type { NounSpec } from './fields.ts';

/** Documents with statements about vulnerabilities, newest first. */
export const VEX_DOCUMENTS: NounSpec<VexDocument> = {
  table: 'vex_documents',
  visibility: 'both',
  owner: (item) => item,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'name', kind: 'text', read: (item) => item.name },
    { name: 'format', kind: 'text', read: (item) => item.format },
    { name: 'origin', kind: 'text', read: (item) => item.origin },
    { name: 'author', kind: 'text', read: (item) => item.author },
    { name: 'createdAtMs', kind: 'number', read: (item) => item.createdAtMs },
  ],
  words: (item) => [item.name, item.author],
  defaultSort: { field: 'createdAtMs', descending: true },
};

/** Statements of documents, some hundred a record. */
export const STATEMENT_PARTS: NounSpec<StatementPart> = {
  table: 'vex_statements',
  visibility: 'both',
  owner: (item) => item,
  id: (item) => `${item.document}|${item.part}`,
  fields: [
    { name: 'document', kind: 'text', read: (item) => item.document, indexed: true },
    { name: 'part', kind: 'number', read: (item) => item.part },
  ],
  words: () => [],
  defaultSort: { field: 'part', descending: false },
};
