// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, type ListQuery, ok, type PageOf, type Query, type Result } from '@bartizan/contracts';
import { parseFilter } from '@bartizan/engine';
import type { ApiFailure } from '../../ports.ts';
import type { Frozen } from './route-handler.ts';

/** Items on a page when the caller does not say. */
const LIMIT_DEFAULT = 50;

/** Turns the query of a list into what repositories take. They know their fields; other lists name them here. */
export function toQuery(query: ListQuery, fields?: readonly string[]): Result<Query, ApiFailure> {
  const filter = parseFilter(query.filter ?? '', fields);
  if (!filter.ok) return err(failure('E_FILTER', filter.error.detail));
  const { sort, cursor, from, to } = query;
  return ok({
    filter: filter.value,
    limit: query.limit ?? LIMIT_DEFAULT,
    ...(sort === undefined || sort === '' ? {} : { sort: toSort(sort) }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(from === undefined ? {} : { fromMs: from }),
    ...(to === undefined ? {} : { toMs: to }),
  });
}

const toSort = (sort: string) =>
  sort.startsWith('-') ? { field: sort.slice(1), descending: true } : { field: sort, descending: false };

/** A page as the API answers it. */
export const pageBody = <T>(
  page: PageOf<T>,
  asOfMs: number,
): Frozen<{ items: T[]; asOfMs: number; next?: string; total?: number }> =>
  ({
    items: page.items,
    ...(page.next === undefined ? {} : { next: page.next }),
    ...(page.total === undefined ? {} : { total: page.total }),
    asOfMs,
  }) as Frozen<{ items: T[]; asOfMs: number; next?: string; total?: number }>;

/** Says of a page whose list was cut off while it was read that its total is a lower bound. */
export const cutPage = <T extends object>(body: T, { complete }: Pick<Collected<unknown>, 'complete'>): T =>
  complete ? body : { ...body, isTotalLowerBound: true };

/** A page of a list that is wholly in memory. The cursor is the offset. */
export function slicePage<T>(items: readonly T[], query: Query): Result<PageOf<T>, ApiFailure> {
  const offset = query.cursor === undefined ? 0 : Number(query.cursor);
  if (!Number.isSafeInteger(offset) || offset < 0)
    return err(failure('E_CURSOR', 'the cursor is not one of this list'));
  const end = offset + query.limit;
  return ok({
    items: items.slice(offset, end),
    total: items.length,
    ...(end < items.length ? { next: String(end) } : {}),
  });
}

/** Walks all pages of a list, at most `max` items; `complete` says whether that was all. */
export const collectPages = <T>(
  list: ListPages<T>,
  query: Query,
  max: number,
): Promise<Result<Collected<T>, ApiFailure>> => collectKept(list, query, { max, keep: () => true });

type ListPages<T> = (query: Query) => Promise<Result<PageOf<T>, ApiFailure>>;

/** Items of a list, and whether they are all that belong to it. */
export interface Collected<T> {
  readonly items: readonly T[];
  readonly complete: boolean;
}

/** How many pages of a thousand are walked at most: each costs a look over the whole list. */
const PAGES_MAX = 200;

/** Walks the pages of a list and holds on to what is wanted of it: `max` bounds what is held, PAGES_MAX what is walked. */
export async function collectKept<T>(
  list: ListPages<T>,
  query: Query,
  { max, keep }: { readonly max: number; readonly keep: (item: T) => boolean },
): Promise<Result<Collected<T>, ApiFailure>> {
  const items: T[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    pages += 1;
    const page = await list({ ...query, limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    if (!page.ok) return page;
    items.push(...page.value.items.filter(keep));
    cursor = page.value.next;
  } while (cursor !== undefined && items.length < max && pages < PAGES_MAX);
  return ok({ items: items.slice(0, max), complete: cursor === undefined && items.length <= max });
}
