// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useT } from '../../i18n/language.ts';
import { CoverageList } from '../../widgets/coverage-list.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListTable } from '../../widgets/list-table.tsx';
import { Cut } from '../../widgets/text.tsx';
import { UseBadge } from '../../widgets/use-badge.tsx';
import type { WorkloadDetail } from './workload-detail.ts';

type Row = ItemOf<'workload.packages'>;
const useColumns = (): readonly Column<Row>[] => {
  const t = useT();
  return useMemo(
    () => [
      {
        id: 'name',
        title: t('field.name'),
        width: 'minmax(140px, 1.4fr)',
        sort: 'name',
        cell: (row) => <Cut text={row.name} />,
      },
      {
        id: 'version',
        title: t('package.version'),
        width: 'minmax(110px, 1fr)',
        cell: (row) => <Cut text={row.version} most={28} mono />,
      },
      {
        id: 'ecosystem',
        title: t('field.ecosystem'),
        width: '120px',
        sort: 'ecosystem',
        fromPx: 520,
        cell: (row) => <span translate="no">{row.ecosystem}</span>,
      },
      {
        id: 'use',
        title: t('use.title'),
        width: '160px',
        fromPx: 620,
        cell: (row) => <UseBadge use={row.use} />,
      },
      {
        id: 'location',
        title: t('package.location'),
        width: 'minmax(140px, 2fr)',
        fromPx: 800,
        cell: (row) => <Cut text={row.locations[0] ?? '–'} most={60} mono />,
      },
      {
        id: 'licence',
        title: t('package.licence'),
        width: '140px',
        fromPx: 1080,
        cell: (row) => <span translate="no">{row.licenses?.join(', ') ?? '–'}</span>,
      },
    ],
    [t],
  );
};

/** Software found in a workload. */
export const WorkloadPackages = ({ id, coverage }: { id: string; coverage: WorkloadDetail['coverage'] }) => {
  const t = useT();
  const { search } = useView();
  const query = {
    ...(search.filter === undefined ? {} : { filter: search.filter }),
    ...(search.sort === undefined ? {} : { sort: search.sort }),
  };
  const list = useList('workload.packages', { params: { id }, query });
  const columns = useColumns();
  return (
    <>
      <CoverageList coverage={coverage} />
      <div className="filter-bar">
        <FilterBar route="workload.packages" />
        <ExportMenu route="workload.packages" params={{ id }} query={query} />
      </div>
      <ListTable
        list={list}
        name="packages"
        label={t('workload.tab.packages')}
        columns={columns}
        rowKey={(row) => `${row.purl}${row.locations[0] ?? ''}`}
        rowHeight={38}
        filtered={search.filter !== undefined}
        emptyTitle={t('package.none')}
        emptyNote={t('package.none.note')}
      />
    </>
  );
};
