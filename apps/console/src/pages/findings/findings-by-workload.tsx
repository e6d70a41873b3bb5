// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link, useNavigate } from '@tanstack/react-router';
import { type ItemOf, useList } from '../../data/queries.ts';
import { scopeFilter, useView } from '../../data/view.ts';
import { withField } from '../../filter/tokens.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityCounts } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { workloadName } from '../../widgets/workload-link.tsx';
import { openFindings } from '../workloads/workloads-page.tsx';

type Row = ItemOf<'workload.list'>;

const useColumns = (filterOf: (row: Row) => string): readonly Column<Row>[] => {
  const t = useT();
  const { count } = useFormat();
  return [
    {
      id: 'name',
      title: t('field.workload'),
      width: 'minmax(160px, 2fr)',
      sort: 'name',
      cell: (row) => (
        <Link
          to="/findings"
          search={{ by: 'list', filter: filterOf(row) }}
          className="row-link"
          translate="no"
        >
          {workloadName(row.workload)}
        </Link>
      ),
    },
    {
      id: 'image',
      title: t('field.image'),
      width: 'minmax(140px, 2fr)',
      fromPx: 760,
      cell: (row) => <Cut text={row.workload.image ?? '–'} mono />,
    },
    {
      id: 'findings',
      title: t('workload.open-findings'),
      width: 'minmax(130px, 220px)',
      cell: (row) => <SeverityCounts counts={row.openFindings} />,
    },
    {
      id: 'all',
      title: t('findings.in-all'),
      width: '90px',
      number: true,
      fromPx: 560,
      cell: (row) => count(openFindings(row)),
    },
  ];
};

/** Workloads with their open findings; a row leads to the findings of that workload. */
export const FindingsByWorkload = () => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const scope = scopeFilter(search.scope);
  const query = { sort: search.sort ?? 'name', ...(scope === '' ? {} : { filter: scope }) };
  const list = useList('workload.list', { query });
  const filterOf = (row: Row): string => withField(search.filter ?? '', 'workload', [row.workload.id]);
  const columns = useColumns(filterOf);
  return (
    <ListStates
      list={list}
      filtered={false}
      emptyTitle={t('workloads.none')}
      emptyNote={t('workloads.none.note')}
    >
      <DataTable
        name="findings-by-workload"
        label={t('findings.by.workload')}
        columns={columns}
        items={list.items}
        total={list.total}
        rowKey={(row) => row.workload.id}
        hasMore={list.hasNextPage && !list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        onOpen={(row) => void navigate({ to: '/findings', search: { by: 'list', filter: filterOf(row) } })}
      />
    </ListStates>
  );
};
