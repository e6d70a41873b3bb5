// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconArrowUp } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useListRange } from '../../data/list-range.ts';
import { useList } from '../../data/queries.ts';
import { isNarrowed, readSearch, useScopedFilter, useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useIsLive } from '../../frame/range-picker.tsx';
import { useT } from '../../i18n/language.ts';
import { DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { useEventColumns } from './event-columns.tsx';
import { useIncidentRows } from './incident-rows.ts';
import { useNewEvents } from './use-new-events.ts';

const Histogram = lazy(async () => ({ default: (await import('./histogram.tsx')).Histogram }));

interface NewPillProps {
  readonly n: number;
  readonly mayMiss: boolean;
  readonly onShow: () => void;
}

/** "17 new": the only thing that changes by itself on this page. */
const NewPill = ({ n, mayMiss, onShow }: NewPillProps) => {
  const t = useT();
  const { count } = useFormat();
  if (n === 0 && !mayMiss) return <div className="pill-holder" aria-live="polite" />;
  return (
    <div className="pill-holder" aria-live="polite">
      <button type="button" className="new-pill" onClick={onShow}>
        <IconArrowUp size={14} aria-hidden="true" />
        {n === 0 ? t('events.missed') : t('events.new', { count: n, n: count(n) })}
      </button>
    </div>
  );
};

/** Security events: how many when, which, and why. */
export const EventsPage = () => {
  const t = useT();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { id } = useParams({ strict: false });
  const { search } = useView();
  const filter = useScopedFilter('event.list');
  const range = useListRange();
  const query = { ...range.query, ...(filter === '' ? {} : { filter }) };
  const list = useList('event.list', { query });
  const fresh = useNewEvents({ filter, items: list.items, asOfMs: list.asOfMs }, useIsLive());
  const [rows, incidents] = useIncidentRows(list.items);
  const columns = useEventColumns({ withWorkload: true, incidents });
  const show = (): void => {
    fresh.clear();
    range.renew();
    void client.invalidateQueries({ queryKey: ['event.list'] });
  };
  return (
    <div className="page fill">
      <div className="page-head">
        <div>
          <h1>{t('page.events')}</h1>
          <p>{t('events.note')}</p>
        </div>
        <ExportMenu route="event.list" query={query} />
      </div>
      <Suspense fallback={<div className="card" style={{ height: 148 }} />}>
        <Histogram filter={filter} />
      </Suspense>
      <FilterBar route="event.list" />
      <NewPill n={fresh.count} mayMiss={fresh.mayMiss} onShow={show} />
      <ListStates
        list={list}
        filtered={isNarrowed(search)}
        emptyTitle={t('events.none')}
        emptyNote={t('events.none.note')}
      >
        <DataTable
          name="events"
          label={t('page.events')}
          columns={columns}
          items={rows}
          loaded={list.items.length}
          total={list.total}
          selected={id}
          rowKey={(row) => row.id}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          onOpen={(row) =>
            void navigate({
              to: '/events/$id',
              params: { id: row.id },
              search: (before) => readSearch({ ...before }),
            })
          }
        />
      </ListStates>
      <Outlet />
    </div>
  );
};
