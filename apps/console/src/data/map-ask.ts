// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { joinFilters } from '../filter/tokens.ts';
import { DEFAULT_RANGE, parseRange, type TimeRange } from '../format/time.ts';
import { call } from './api-client.ts';
import { queryClient } from './queries.ts';
import { scopeFilter, type ViewSearch } from './view.ts';

/** The map moves in steps of a minute, so that it does not jump while it is read. */
const STEP_MS = 60_000;

const startOf = (range: TimeRange): number => Math.floor(range.fromMs / STEP_MS) * STEP_MS;
const endOf = (range: TimeRange): number => Math.ceil(range.toMs / STEP_MS) * STEP_MS;

/** What is asked of the controller for the map of one time, in a view, and of the time it is held against. */
export const mapAsk = (search: ViewSearch, range: TimeRange, other?: TimeRange) => {
  const filter = joinFilters(scopeFilter('map.show', search.scope), search.filter);
  const query = {
    from: startOf(range),
    to: endOf(range),
    ...(other === undefined ? {} : { otherFrom: startOf(other), otherTo: endOf(other) }),
    ...(search.expand === undefined ? {} : { expand: search.expand }),
    ...(filter === '' ? {} : { filter }),
  };
  return {
    queryKey: ['map.show', null, query],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => call('map.show', { query, signal }),
  };
};

/** Asks for the map while the page that draws it is still being loaded. */
export const askMapEarly = (search: ViewSearch): void => {
  const nowMs = Date.now();
  const range = parseRange(search.range ?? DEFAULT_RANGE, nowMs);
  const other = search.cmp === undefined ? undefined : parseRange(search.cmp, nowMs);
  void queryClient.prefetchQuery(mapAsk(search, range, other));
};
