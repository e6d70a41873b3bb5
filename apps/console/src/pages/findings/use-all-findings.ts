// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useEffect } from 'react';
import { useList } from '../../data/queries.ts';

/** Findings that are grouped at most; beyond, the page says that the groups are not whole. */
const FINDINGS_MAX = 10_000;

/** Every finding a filter shows, page after page, for grouping on this side. */
export const useAllFindings = (filter: string) => {
  const list = useList('finding.list', { query: { filter, limit: 1000 } });
  const { hasNextPage, isFetchingNextPage, fetchNextPage, items } = list;
  const isCut = items.length >= FINDINGS_MAX && hasNextPage;
  const needsMore = hasNextPage && !isFetchingNextPage && !isCut;
  useEffect(() => {
    if (needsMore) void fetchNextPage();
  }, [needsMore, fetchNextPage]);
  return { list, isCut, isLoadingMore: isFetchingNextPage };
};
