// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { joinFilters } from '../filter/tokens.ts';
import { DEFAULT_RANGE, parseRange, type TimeRange } from '../format/time.ts';
import { call } from './api-client.ts';
import { queryClient } from './queries.ts';
import { scopeFilter, type ViewSearch } from './view.ts';

/** The map moves in steps of a minute, so that it does not jump while it is read. */
const STEP_MS = 60_000;

/** What is asked of the controller for the map of one time, in a view. */
export const mapAsk = (search: ViewSearch, range: TimeRange) => {
  const filter = joinFilters(scopeFilter('map.show', search.scope), search.filter);
  const query = {
    from: Math.floor(range.fromMs / STEP_MS) * STEP_MS,
    to: Math.ceil(range.toMs / STEP_MS) * STEP_MS,
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
  const range = parseRange(search.range ?? DEFAULT_RANGE, Date.now());
  void queryClient.prefetchQuery(mapAsk(search, range));
};
