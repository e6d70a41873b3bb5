// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useView } from '../data/view.ts';
import { useT } from '../i18n/language.ts';
import { Empty, FailureLine, FailureState, Loading } from './states.tsx';

interface ListStatesProps {
  readonly list: {
    readonly items: readonly unknown[];
    readonly isLoading: boolean;
    readonly isError: boolean;
    readonly error: unknown;
    readonly refetch: () => unknown;
    readonly fetchNextPage: () => unknown;
    readonly isFetchNextPageError: boolean;
  };
  readonly filtered: boolean;
  readonly emptyTitle: string;
  readonly emptyNote: string;
  readonly children: ReactNode;
}

/** Nothing, as far as the filter and the scope let one see: the rest may well have some. */
export const NothingMatches = () => {
  const t = useT();
  const { search, set } = useView();
  const by = search.filter === undefined ? 'scoped' : 'filtered';
  return (
    <Empty
      title={t(`list.${by}`)}
      icon={<IconFilterOff size={24} aria-hidden="true" />}
      action={
        <Button variant="default" onClick={() => set({ filter: undefined, scope: undefined })}>
          {t(`list.${by}.clear`)}
        </Button>
      }
    >
      {t(`list.${by}.note`)}
    </Empty>
  );
};

/** A list while it loads, when it failed, when it is empty, when the filter leaves nothing, and when it is there. */
export const ListStates = ({ list, filtered, emptyTitle, emptyNote, children }: ListStatesProps) => {
  if (list.isError && list.items.length === 0) {
    return (
      <div className="card">
        <FailureState error={list.error} retry={() => void list.refetch()} />
      </div>
    );
  }
  if (list.isLoading) {
    return (
      <div className="card">
        <Loading rows={10} />
      </div>
    );
  }
  if (list.items.length > 0) {
    const again = list.isFetchNextPageError ? list.fetchNextPage : list.refetch;
    return (
      <>
        {list.isError && <FailureLine error={list.error} retry={() => void again()} />}
        {children}
      </>
    );
  }
  return (
    <div className="card">
      {filtered ? <NothingMatches /> : <Empty title={emptyTitle}>{emptyNote}</Empty>}
    </div>
  );
};
