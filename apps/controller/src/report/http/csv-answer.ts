// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import type { Route } from '@bartizan/contracts';
import type { FastifyReply } from 'fastify';
import type { ApiFailure } from '../../ports.ts';
import type { BoundRoute, RawCall } from '../api/route-handler.ts';
import { CSV_BOM, csvColumns, csvHead, csvLine } from './csv.ts';

interface CsvRequest {
  readonly route: Route;
  readonly bound: BoundRoute;
  readonly raw: RawCall;
  readonly reply: FastifyReply;
  readonly fail: (why: ApiFailure) => Promise<FastifyReply>;
}
interface Page {
  readonly items: readonly unknown[];
  readonly next?: string;
}

const PAGE = 500;

/** Whether a caller asks for CSV rather than JSON. */
export const wantsCsv = (accept: string | undefined): boolean =>
  accept?.toLowerCase().includes('text/csv') === true;

/**
 * A list as CSV: everything the filter matches, page by page, so that memory does not grow with the list.
 * `excel=1` puts a byte order mark in front. Failures of the first page are ordinary error answers; a later failure
 * cuts the connection, so that a part is never taken for the whole.
 */
export async function csvAnswer(request: CsvRequest) {
  const { excel, query } = splitExcel(request.raw.query);
  const first = await pageAt(request, query, undefined);
  if (!first.ok) return request.fail(first.error);
  const columns = csvColumns(request.route.response);
  async function* lines() {
    yield `${excel ? CSV_BOM : ''}${csvHead(columns)}\r\n`;
    let page = first;
    for (;;) {
      if (!page.ok) throw new Error(`the export stopped: ${page.error.code}`);
      yield page.value.items.map((item) => `${csvLine(item, columns)}\r\n`).join('');
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
  const items: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'items') : undefined;
  const next: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'next') : undefined;
  return { items: Array.isArray(items) ? items : [], ...(typeof next === 'string' ? { next } : {}) };
}

function splitExcel(query: unknown): { readonly excel: boolean; readonly query: object } {
  if (typeof query !== 'object' || query === null) return { excel: false, query: {} };
  const { excel, ...rest } = { excel: undefined, ...query };
  return { excel: excel === '1' || excel === 'true', query: rest };
}
