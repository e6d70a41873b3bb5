// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useT } from '../../i18n/language.ts';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { AccessHead } from './access-head.tsx';
import { type AccessWord, emptyWords } from './empty-words.ts';

/** Lists about access: each is asked, filtered, sorted and exported alike. */
export type AccessRoute =
  | 'access.risks'
  | 'access.unused-subjects'
  | 'access.exposure'
  | 'access.secrets'
  | 'access.components'
  | 'access.probes'
  | 'access.requests';
interface Props<R extends AccessRoute> {
  readonly route: R;
  readonly word: AccessWord;
  readonly columns: readonly Column<ItemOf<R>>[];
  readonly rowKey: (row: ItemOf<R>) => string;
  readonly actions?: ReactNode;
  /** Key of the row that is open. */
  readonly selected?: string | undefined;
  readonly onOpen?: (row: ItemOf<R>) => void;
  /** What stands beside the list. */
  readonly beside?: ReactNode;
}

/** A page of one such list. */
export const AccessList = <R extends AccessRoute>({
  route,
  word,
  columns,
  rowKey,
  actions,
  selected,
  onOpen,
  beside,
}: Props<R>) => {
  const t = useT();
  const { search } = useView();
  const filter = search.filter ?? '';
  const query = {
    ...(filter === '' ? {} : { filter }),
    ...(search.sort === undefined ? {} : { sort: search.sort }),
  };
  const list = useList(route, { query });
  const empty = emptyWords(word, list.unreadable);
  return (
    <div className="page fill">
      <AccessHead
        title={t(`access.${word}`)}
        note={t(`access.${word}.note`)}
        actions={
          <>
            {actions}
            <ExportMenu route={route} query={query} />
          </>
        }
      />
      {list.unreadable.length > 0 && (
        <p className="banner" data-tone="warning" role="status">
          {t('access.unread', { kinds: list.unreadable.join(', ') })}
        </p>
      )}
      <FilterBar route={route} />
      <ListStates list={list} filtered={filter !== ''} emptyTitle={t(empty.title)} emptyNote={t(empty.note)}>
        <DataTable
          name={`access-${word}`}
          label={t(`access.${word}`)}
          columns={columns}
          items={list.items}
          total={list.total}
          rowKey={rowKey}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          selected={selected}
          {...(onOpen === undefined ? {} : { onOpen })}
        />
      </ListStates>
      {beside}
    </div>
  );
};
