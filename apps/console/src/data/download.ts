// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ListQuery } from '@bartizan/contracts';
import { call, send } from './api-client.ts';
import type { ListRoute } from './queries.ts';

export type ExportFormat = 'csv' | 'csv-excel' | 'json';

/** Offers bytes to the reader as a file. */
export const saveFile = (blob: Blob, name: string): void => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

/** Spreadsheets read UTF-8 only with a byte-order mark, and want CRLF. */
export const forExcel = (csv: string): string => `\u{feff}${csv.replace(/\r?\n/g, '\r\n')}`;

interface ExportAsk {
  readonly params?: Readonly<Record<string, string>>;
  readonly query: ListQuery;
}
interface AnyPage {
  readonly items: readonly unknown[];
  readonly next?: string;
  readonly isTotalLowerBound?: boolean;
  readonly unreadable?: readonly string[];
}
/** Pages fetched for a JSON export at most: 1,000 rows each. */
const PAGES_MAX = 1_000;

/** What each row of an export says that is not whole, as the last column of a CSV does. */
const NOT_WHOLE = { 'export.complete': false } as const;

const allItems = async (id: ListRoute, ask: ExportAsk): Promise<unknown[]> => {
  const items: unknown[] = [];
  let cursor: string | undefined;
  let isCut = false;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = { ...ask.query, limit: 1000, ...(cursor === undefined ? {} : { cursor }) };
    const answer = (await call(id, { ...ask, query } as never)) as unknown as AnyPage;
    items.push(...answer.items);
    if (page === 0) isCut = answer.isTotalLowerBound === true || (answer.unreadable ?? []).length > 0;
    cursor = answer.next;
    if (cursor === undefined) break;
  }
  // Items of every list are objects.
  return isCut || cursor !== undefined ? items.map((item) => ({ ...(item as object), ...NOT_WHOLE })) : items;
};

const saveText = (text: string, name: string, format: ExportFormat): void => {
  const stamp = new Date().toISOString().slice(0, 16).replace(/[:T]/g, '-');
  const type = format === 'json' ? 'application/json' : 'text/csv';
  const ending = format === 'json' ? 'json' : 'csv';
  saveFile(
    new Blob([format === 'csv-excel' ? forExcel(text) : text], { type }),
    `bartizan-${name}-${stamp}.${ending}`,
  );
};

/** Saves rows that are here already. */
export const exportRows = <T>(
  name: string,
  rows: readonly T[],
  csvOf: (rows: readonly T[]) => string,
  format: ExportFormat,
): void => saveText(format === 'json' ? JSON.stringify(rows, null, 2) : csvOf(rows), name, format);

/** Saves everything the filter of a list matches: the same filter and order, all pages, no more and no less. */
export const exportList = async (id: ListRoute, ask: ExportAsk, format: ExportFormat): Promise<void> => {
  const text =
    format === 'json'
      ? JSON.stringify(await allItems(id, ask), null, 2)
      : await (await send(id, { ...ask, accept: 'text/csv' } as never)).text();
  saveText(text, id.replace('.', '-'), format);
};
