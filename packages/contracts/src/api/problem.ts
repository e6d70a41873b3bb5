// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { choice, flag, inline, integer, list, object, optional, text } from '../schema.ts';

/** An error answer: application/problem+json of RFC 9457, with our stable code and a remedy. */
export const Problem = object('Problem', 'An error answer (RFC 9457)', {
  type: text('URI of the kind: urn:bartizan:error:<code>', 256),
  title: text('Title in the language of the caller', 256),
  status: integer('HTTP status', '1', { minimum: 400, maximum: 599 }),
  code: text('Stable code of the catalogue', 64),
  detail: optional(text('What happened here', 2000)),
  detailLanguage: optional(choice(['en', 'ja'], 'Language of the detail: not every one exists in both')),
  remedy: text('What to do', 1000),
  traceId: text('Finds this request in the log', 64),
  errors: optional(
    list(
      inline('One field', { pointer: text('JSON pointer', 512), detail: text('What is wrong', 512) }),
      'Fields',
      32,
    ),
  ),
});
export type Problem = Static<typeof Problem>;

/** A page of a list. `next` is an opaque cursor; `total` is absent where counting would cost too much. */
export const page = <T extends import('typebox').TSchema>(items: T, description: string) =>
  inline(description, {
    items: list(items, description, 1000),
    next: optional(text('Cursor of the next page', 1024)),
    total: optional(integer('Matches in all', '1')),
    isTotalLowerBound: optional(flag('There is more than is read at once: `total` is at least so many')),
    asOfMs: integer('When this was true', 'ms since Unix epoch'),
  });

/** Query of every list: filter grammar, sort, paging. */
export const ListQuery = Type.Object(
  {
    filter: optional(text('field:value tokens, see docs/reference/filter.md', 2000)),
    sort: optional(text('field or -field', 64)),
    limit: optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Items on a page', unit: '1' })),
    cursor: optional(text('Cursor of the page before', 1024)),
    from: optional(integer('Range start', 'ms since Unix epoch')),
    to: optional(integer('Range end', 'ms since Unix epoch')),
  },
  { additionalProperties: false, description: 'Filter, sort and paging' },
);
export type ListQuery = Static<typeof ListQuery>;
