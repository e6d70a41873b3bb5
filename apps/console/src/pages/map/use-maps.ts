// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../../data/api-client.ts';
import { useRange, useScopedFilter, useView } from '../../data/view.ts';
import { parseRange, type TimeRange } from '../../format/time.ts';
import { useNow } from '../../format/use-format.ts';

/** The map moves in steps of a minute, so that it does not jump while it is read. */
const STEP_MS = 60_000;

const useMapOf = (range: TimeRange, enabled: boolean) => {
  const { search } = useView();
  const filter = useScopedFilter();
  const query = {
    from: Math.floor(range.fromMs / STEP_MS) * STEP_MS,
    to: Math.ceil(range.toMs / STEP_MS) * STEP_MS,
    ...(search.expand === undefined ? {} : { expand: search.expand }),
    ...(filter === '' ? {} : { filter }),
  };
  return useQuery({
    queryKey: ['map.show', null, query],
    queryFn: ({ signal }) => call('map.show', { query, signal }),
    placeholderData: keepPreviousData,
    enabled,
  });
};

/** The map of the chosen time, and of the time it is held against when there is one. */
export const useMaps = () => {
  const { search } = useView();
  const now = useNow();
  const range = useRange();
  const other = search.cmp === undefined ? undefined : parseRange(search.cmp, now);
  const asked = useMapOf(range, true);
  const before = useMapOf(other ?? range, other !== undefined);
  return { asked, before, range, other };
};
