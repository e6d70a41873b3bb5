// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { mapAsk } from '../../data/map-ask.ts';
import { useRange, useView } from '../../data/view.ts';
import { parseRange } from '../../format/time.ts';
import { useNow } from '../../format/use-format.ts';

/** The map of the chosen time, and of the time it is held against when there is one. */
export const useMaps = () => {
  const { search } = useView();
  const now = useNow();
  const range = useRange();
  const other = search.cmp === undefined ? undefined : parseRange(search.cmp, now);
  const asked = useQuery({ ...mapAsk(search, range, other), placeholderData: keepPreviousData });
  const before = useQuery({
    ...mapAsk(search, other ?? range, range),
    placeholderData: keepPreviousData,
    enabled: other !== undefined,
  });
  return { asked, before, range, other };
};
