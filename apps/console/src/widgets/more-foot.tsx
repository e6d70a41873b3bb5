// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';

interface MoreFootProps {
  readonly list: {
    readonly items: readonly unknown[];
    readonly total: number | undefined;
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
}

/** Below a table that does not load by itself while it is scrolled: how much of it is there, and the next page. */
export const MoreFoot = ({ list }: MoreFootProps) => {
  const t = useT();
  const { count } = useFormat();
  const { items, total } = list;
  if (!list.hasNextPage) return null;
  const n = count(items.length);
  return (
    <div className="table-foot">
      <span>
        {total === undefined ? t('table.loaded', { n }) : t('table.of', { n, total: count(total) })}
      </span>
      <Button variant="subtle" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {t('list.more')}
      </Button>
    </div>
  );
};
