// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComponentProps } from 'react';
import { type Column, DataTable } from './data-table.tsx';
import { ListStates } from './list-states.tsx';

interface ListTableProps<T> {
  readonly list: Omit<ComponentProps<typeof ListStates>['list'], 'items'> & {
    readonly items: readonly T[];
    readonly total: number | undefined;
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
  };
  readonly name: string;
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
  readonly onOpen?: (row: T) => void;
  readonly rowHeight?: number;
  readonly filtered?: boolean;
  readonly emptyTitle: string;
  readonly emptyNote: string;
}

/** A list of the API inside a page: its states, and its rows in a table of limited height, more of them near the end. */
export const ListTable = <T,>(props: ListTableProps<T>) => {
  const { list, filtered = false, emptyTitle, emptyNote, ...table } = props;
  return (
    <ListStates list={list} filtered={filtered} emptyTitle={emptyTitle} emptyNote={emptyNote}>
      <div className="table-holder">
        <DataTable
          {...table}
          items={list.items}
          total={list.total}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      </div>
    </ListStates>
  );
};
