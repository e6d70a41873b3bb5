// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, type LIST_FIELDS, type ListField, type Result } from '@bartizan/contracts';
import { type FieldPaths, matchesFilter } from '@bartizan/engine';
import type { ApiFailure, Clock } from '../../ports.ts';
import { pageBody, slicePage, toQuery } from './list-query.ts';
import { reply } from './route-handler.ts';

type Value = string | number;
/** What rows can be sorted by; `''` is the order when nothing is asked: the worst first. */
export type Orders<T> = Readonly<Record<string, (row: T) => Value>>;

/** Where the fields of a list lie in its rows: of all that are said of it, and of no other. */
export type ListPaths<Route extends keyof typeof LIST_FIELDS> = Readonly<
  Record<ListField<Route>, string | readonly string[]>
>;

const compare = (one: Value, two: Value): number => (one < two ? -1 : one > two ? 1 : 0);

/** Rows in the order asked for. */
function sorted<T>(rows: readonly T[], orders: Orders<T>, sort = ''): T[] {
  const isDescending = sort.startsWith('-');
  const field = isDescending ? sort.slice(1) : sort;
  const order = (Object.hasOwn(orders, field) ? orders[field] : orders['']) ?? (() => 0);
  const inOrder = rows.toSorted((left, right) => compare(order(left), order(right)));
  return isDescending ? inOrder.reverse() : inOrder;
}

interface Known<T> {
  readonly fields: FieldPaths;
  readonly orders: Orders<T>;
  readonly clock: Clock;
  /** The part of a row that filters are about; absent: all of it. */
  readonly searched?: (row: T) => object;
}

/**
 * A page of rows that are all known at once, filtered and sorted as somebody asked. Other fields and orders than those
 * that are named are refused: a field that no row has would leave nothing, as if there were nothing.
 */
export function pageOf<T extends object>(
  rows: Result<readonly T[], ApiFailure>,
  asked: Parameters<typeof toQuery>[0],
  known: Known<T>,
) {
  const { fields, orders, searched = (row) => row } = known;
  const wanted = toQuery(asked, Object.keys(fields));
  if (!wanted.ok) return wanted;
  const by = wanted.value.sort?.field;
  if (by !== undefined && !Object.hasOwn(orders, by))
    return err(
      failure(
        'E_FILTER',
        `cannot sort by "${by.slice(0, 64)}"; fields: ${Object.keys(orders).filter(Boolean).join(', ')}`,
      ),
    );
  if (!rows.ok) return rows;
  const kept = rows.value.filter((row) => matchesFilter(searched(row), wanted.value.filter, fields));
  const page = slicePage(sorted(kept, known.orders, asked.sort), wanted.value);
  return page.ok ? reply(pageBody(page.value, known.clock.nowMs())) : page;
}
