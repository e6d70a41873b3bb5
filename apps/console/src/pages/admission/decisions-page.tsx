// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { useListRange } from '../../data/list-range.ts';
import { type ItemOf, useList } from '../../data/queries.ts';
import { readSearch, useScopedFilter, useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useIsLive } from '../../frame/range-picker.tsx';
import { useT } from '../../i18n/language.ts';
import { VerdictBadge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { AdmissionHead } from './admission-head.tsx';
import { objectName } from './decision-panel.tsx';

type Row = ItemOf<'admission.decisions'>;
/** While the live switch is on, new decisions come in this often. */
const LIVE_MS = 5_000;

const useColumns = (): readonly Column<Row>[] => {
  const t = useT();
  const { text } = useFormat();
  return useMemo(
    () => [
      {
        id: 'at',
        title: t('admission.at'),
        width: '120px',
        sort: 'atMs',
        cell: (row) => <When at={row.atMs} />,
      },
      {
        id: 'verdict',
        title: t('field.verdict'),
        width: '104px',
        cell: (row) => <VerdictBadge verdict={row.decision.verdict} />,
      },
      {
        id: 'object',
        title: t('admission.object'),
        width: 'minmax(150px, 2fr)',
        cell: (row) => (
          <Link
            to="/admission/decisions/$id"
            params={{ id: row.id }}
            search={(before) => readSearch({ ...before })}
            className="row-link"
          >
            <Cut text={objectName(row)} most={48} mono />
          </Link>
        ),
      },
      {
        id: 'operation',
        title: t('admission.operation'),
        width: '170px',
        fromPx: 700,
        cell: (row) => <Cut text={`${row.operation} ${row.kind}`} most={24} mono />,
      },
      {
        id: 'user',
        title: t('admission.user'),
        width: 'minmax(110px, 1fr)',
        fromPx: 900,
        cell: (row) => <Cut text={row.user} most={30} mono />,
      },
      {
        id: 'why',
        title: t('why.title'),
        width: 'minmax(150px, 2fr)',
        fromPx: 1040,
        cell: (row) => {
          const [first] = row.violations;
          if (first === undefined) return '–';
          return (
            <span className="cut" title={row.violations.map(({ rule }) => rule).join(' ')}>
              {text(first.message)}
            </span>
          );
        },
      },
    ],
    [t, text],
  );
};

/** Brings in what was decided since, while the live switch is on. */
const useFreshness = (refetch: () => unknown, isLive: boolean): void => {
  useEffect(() => {
    if (!isLive) return;
    const timer = setInterval(refetch, LIVE_MS);
    return () => clearInterval(timer);
  }, [refetch, isLive]);
};

/** What the API server asked, and what was answered. */
export const AdmissionDecisionsPage = () => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const { id } = useParams({ strict: false });
  const filter = useScopedFilter('admission.decisions');
  const range = useListRange();
  const query = { ...range.query, ...(filter === '' ? {} : { filter }), sort: search.sort ?? '-atMs' };
  const list = useList('admission.decisions', { query });
  useFreshness(list.refetch, useIsLive());
  const columns = useColumns();
  return (
    <div className="page fill">
      <AdmissionHead
        title={t('admission.decisions')}
        note={t('admission.decisions.note')}
        actions={<ExportMenu route="admission.decisions" query={query} />}
      />
      <FilterBar route="admission.decisions" />
      <ListStates
        list={list}
        filtered={filter !== ''}
        emptyTitle={t('admission.decisions.none')}
        emptyNote={t('admission.decisions.none.note')}
      >
        <DataTable
          name="admission-decisions"
          label={t('admission.decisions')}
          columns={columns}
          items={list.items}
          total={list.total}
          selected={id}
          rowKey={(row) => row.id}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          onOpen={(row) =>
            void navigate({
              to: '/admission/decisions/$id',
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
