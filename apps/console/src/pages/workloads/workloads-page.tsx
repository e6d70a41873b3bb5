// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconBox, IconServer2 } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useScopedFilter, useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { countsOf } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { ModeBadge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { workloadName } from '../../widgets/workload-link.tsx';
import { WorkloadCounts } from './workload-counts.tsx';

type Row = ItemOf<'workload.list'>;

const NameCell = ({ row }: { row: Row }) => {
  const { workload } = row;
  const Icon = workload.kind === 'Host' ? IconServer2 : IconBox;
  return (
    <span className="row">
      <Icon size={16} aria-hidden="true" color="var(--text-3)" style={{ flex: 'none' }} />
      <Link
        to="/workloads/$id"
        params={{ id: workload.id }}
        className="row-link cut"
        translate="no"
        title={workloadName(workload)}
      >
        {workloadName(workload)}
      </Link>
    </span>
  );
};

/** One badge when all domains have the same mode, else the strictest with a note. */
const ModesCell = ({ row }: { row: Row }) => {
  const { process, file, network } = row.workload.modes;
  const order = ['protect', 'monitor', 'discover'] as const;
  const strictest = order.find((mode) => [process, file, network].includes(mode)) ?? 'discover';
  return <ModeBadge mode={strictest} />;
};

const useColumns = (): readonly Column<Row>[] => {
  const t = useT();
  const { count } = useFormat();
  return useMemo(
    () => [
      {
        id: 'name',
        title: t('field.name'),
        width: 'minmax(160px, 2fr)',
        sort: 'name',
        cell: (row) => <NameCell row={row} />,
      },
      {
        id: 'kind',
        title: t('field.kind'),
        width: '132px',
        sort: 'kind',
        fromPx: 900,
        cell: (row) => t(`kind.${row.workload.kind}`),
      },
      {
        id: 'image',
        title: t('field.image'),
        width: 'minmax(140px, 2fr)',
        fromPx: 760,
        cell: (row) =>
          row.workload.image === undefined ? (
            <span className="quiet">–</span>
          ) : (
            <Cut text={row.workload.image} mono />
          ),
      },
      {
        id: 'running',
        title: t('workload.running'),
        width: '64px',
        number: true,
        fromPx: 560,
        cell: (row) => count(row.workload.running),
      },
      {
        id: 'findings',
        title: t('workload.open-findings'),
        width: 'minmax(130px, 300px)',
        below: true,
        cell: (row) => <WorkloadCounts row={row} />,
      },
      {
        id: 'events',
        title: t('workload.events24h'),
        width: '92px',
        number: true,
        cell: (row) => count(row.events24h),
      },
      {
        id: 'modes',
        title: t('workload.mode'),
        width: '112px',
        fromPx: 1320,
        cell: (row) => <ModesCell row={row} />,
      },
      {
        id: 'seen',
        title: t('field.last-seen'),
        width: '96px',
        sort: 'lastSeenAtMs',
        fromPx: 1080,
        cell: (row) => <When at={row.workload.lastSeenAtMs} />,
      },
    ],
    [t, count],
  );
};

/** All workloads: what runs, how bad it looks, where to look closer. */
export const WorkloadsPage = () => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const filter = useScopedFilter('workload.list');
  const query = {
    ...(filter === '' ? {} : { filter }),
    ...(search.sort === undefined ? {} : { sort: search.sort }),
  };
  const list = useList('workload.list', { query });
  const columns = useColumns();
  return (
    <div className="page fill">
      <div className="page-head">
        <div>
          <h1>{t('page.workloads')}</h1>
          <p>{t('workloads.note')}</p>
        </div>
        <ExportMenu route="workload.list" query={query} />
      </div>
      <FilterBar route="workload.list" />
      <ListStates
        list={list}
        filtered={filter !== ''}
        emptyTitle={t('workloads.none')}
        emptyNote={t('workloads.none.note')}
      >
        <DataTable
          name="workloads"
          label={t('page.workloads')}
          columns={columns}
          items={list.items}
          total={list.total}
          rowKey={(row) => row.workload.id}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          onOpen={(row) => void navigate({ to: '/workloads/$id', params: { id: row.workload.id } })}
        />
      </ListStates>
    </div>
  );
};

/** Open findings of a workload in all. */
export const openFindings = (row: Pick<Row, 'openFindings'>): number =>
  Object.values(countsOf(row.openFindings)).reduce((sum, value) => sum + value, 0);
