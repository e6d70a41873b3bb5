// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, type Result } from '@bartizan/contracts';
import { type FieldPaths, matchesFilter } from '@bartizan/engine';
import type { ApiFailure, Clock } from '../../ports.ts';
import { pageBody, slicePage, toQuery } from './list-query.ts';
import { reply } from './route-handler.ts';

type Value = string | number;
/** What rows can be sorted by; `''` is the order when nothing is asked: the worst first. */
export type Orders<T> = Readonly<Record<string, (row: T) => Value>>;

const compare = (one: Value, two: Value): number => (one < two ? -1 : one > two ? 1 : 0);

/** Rows in the order asked for; an order that is not known is the first one. */
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
  /** Other fields and orders are refused. */
  readonly isClosed?: boolean;
}

/** A page of rows that are all known at once, filtered and sorted as somebody asked. */
export function pageOf<T extends object>(
  rows: Result<readonly T[], ApiFailure>,
  asked: Parameters<typeof toQuery>[0],
  known: Known<T>,
) {
  const { fields, orders, searched = (row) => row, isClosed = false } = known;
  const wanted = toQuery(asked, isClosed ? Object.keys(fields) : undefined);
  if (!wanted.ok) return wanted;
  const by = wanted.value.sort?.field;
  if (isClosed && by !== undefined && !Object.hasOwn(orders, by))
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
