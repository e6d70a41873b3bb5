// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useListRange } from '../../data/list-range.ts';
import { useList } from '../../data/queries.ts';
import { isNarrowed, readSearch, useScopedFilter, useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useT } from '../../i18n/language.ts';
import { DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { useEventColumns } from './event-columns.tsx';
import { useIncidentRows } from './incident-rows.ts';
import { NewPill } from './new-pill.tsx';

const Histogram = lazy(async () => ({ default: (await import('./histogram.tsx')).Histogram }));

/** Security events: how many when, which, and why. */
export const EventsPage = () => {
  const t = useT();
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const { search } = useView();
  const filter = useScopedFilter('event.list');
  const range = useListRange();
  const query = { ...range.query, ...(filter === '' ? {} : { filter }) };
  const list = useList('event.list', { query });
  const [rows, incidents] = useIncidentRows(list.items);
  const columns = useEventColumns({ withWorkload: true, incidents });
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
      <NewPill of={{ filter, items: list.items, asOfMs: list.asOfMs }} onShow={range.renew} />
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
