// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import type { Route } from '@bartizan/contracts';
import type { FastifyReply } from 'fastify';
import type { ApiFailure } from '../../ports.ts';
import type { BoundRoute, RawCall } from '../api/route-handler.ts';
import { CSV_BOM, csvCell, csvColumns, csvHead, csvLine } from './csv.ts';

/** What a finding or a list of packages stands on: which advisories, and of when. */
export interface ExportBasis {
  /** Date of the advisories, RFC 3339; absent = there are none. */
  readonly databaseDate?: string;
  /** SHA-256 of the advisory pack. */
  readonly packDigest?: string;
}
interface CsvRequest {
  /** Absent: the list does not depend on advisories. */
  readonly basis?: ExportBasis;
  readonly route: Route;
  readonly bound: BoundRoute;
  readonly raw: RawCall;
  readonly reply: FastifyReply;
  readonly fail: (why: ApiFailure) => Promise<FastifyReply>;
}
interface Page {
  readonly items: readonly unknown[];
  readonly next?: string;
  /** There is more, or there may be: it was not all read. */
  readonly isPart: boolean;
}

const PAGE = 500;

/** Whether a caller asks for CSV rather than JSON. */
export const wantsCsv = (accept: string | undefined): boolean =>
  accept?.toLowerCase().includes('text/csv') === true;

/**
 * A list as CSV: everything the filter matches, page by page, so that memory does not grow with the list.
 * `excel=1` puts a byte order mark in front. Failures of the first page are ordinary error answers; a later failure
 * cuts the connection, so that a part is never taken for the whole. Where the list itself is one of more than is read at
 * once, or of what could be read, each line says so in a last column.
 */
export async function csvAnswer(request: CsvRequest) {
  const { excel, query } = splitExcel(request.raw.query);
  const first = await pageAt(request, query, undefined);
  if (!first.ok) return request.fail(first.error);
  const columns = csvColumns(request.route.response);
  const origin = [
    ...originOf(request, query),
    ...(first.value.isPart ? [{ column: 'export.complete', value: 'false' }] : []),
  ];
  const tail = origin.map(({ value }) => `,${csvCell(value)}`).join('');
  async function* lines() {
    const head = csvHead([...columns, ...origin.map(({ column }) => column)]);
    yield `${excel ? CSV_BOM : ''}${head}\r\n`;
    let page = first;
    for (;;) {
      if (!page.ok) throw new Error(`the export stopped: ${page.error.code}`);
      yield page.value.items.map((item) => `${csvLine(item, columns)}${tail}\r\n`).join('');
      if (page.value.next === undefined) return;
      page = await pageAt(request, query, page.value.next);
    }
  }
  return request.reply
    .code(200)
    .type('text/csv; charset=utf-8; header=present')
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${request.route.id.replaceAll('.', '-')}.csv"`)
    .send(Readable.from(lines()));
}

/**
 * Where an export comes from, as the last columns of each line: a line that was copied out still says whose it is, what
 * was left out, and which advisories judged it.
 */
function originOf({ basis, raw }: CsvRequest, query: object): { column: string; value: string }[] {
  if (basis === undefined) return [];
  const filter: unknown = Reflect.get(query, 'filter');
  const { cluster, tenant } = raw.caller;
  return [
    { column: 'export.scope', value: `${cluster}/${tenant}` },
    { column: 'export.filter', value: typeof filter === 'string' ? filter : '' },
    { column: 'export.databaseDate', value: basis.databaseDate ?? '' },
    { column: 'export.packDigest', value: basis.packDigest ?? '' },
  ];
}

async function pageAt(request: CsvRequest, query: object, cursor: string | undefined) {
  const answer = await request.bound.run({
    ...request.raw,
    query: { ...query, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
  });
  if (!answer.ok) return answer;
  return { ok: true, value: toPage(answer.value.body) } as const;
}

/** Every list answers a page (see `page` in contracts). */
function toPage(body: unknown): Page {
  const fieldOf = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  const [items, next, unreadable] = [fieldOf('items'), fieldOf('next'), fieldOf('unreadable')];
  return {
    items: Array.isArray(items) ? items : [],
    ...(typeof next === 'string' ? { next } : {}),
    isPart: fieldOf('isTotalLowerBound') === true || (Array.isArray(unreadable) && unreadable.length > 0),
  };
}

function splitExcel(query: unknown): { readonly excel: boolean; readonly query: object } {
  if (typeof query !== 'object' || query === null) return { excel: false, query: {} };
  const { excel, ...rest } = { excel: undefined, ...query };
  return { excel: excel === '1' || excel === 'true', query: rest };
}
