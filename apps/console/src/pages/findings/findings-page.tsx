// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, SegmentedControl } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useList } from '../../data/queries.ts';
import { isNarrowed, readSearch, useScopedFilter, useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useT } from '../../i18n/language.ts';
import { DataTable } from '../../widgets/data-table.tsx';
import { DatabaseAge } from '../../widgets/database-age.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { exportOf, listQuery, VIEWS, type View } from './export-query.ts';
import { FindingActs } from './finding-acts.tsx';
import { useFindingColumns } from './finding-columns.tsx';
import { FindingSections } from './finding-sections.tsx';
import { FindingsByCve } from './findings-by-cve.tsx';
import { FindingsByWorkload } from './findings-by-workload.tsx';
import { withOpenState } from './open-state.ts';

const viewOf = (text: string | undefined): View => VIEWS.find((view) => view === text) ?? 'act';

const FindingTable = ({ filter }: { filter: string }) => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const { id } = useParams({ strict: false });
  const query = listQuery(filter, search.sort);
  const list = useList('finding.list', { query });
  const columns = useFindingColumns({ withWorkload: true });
  return (
    <ListStates
      list={list}
      filtered={isNarrowed(search)}
      emptyTitle={t('findings.none')}
      emptyNote={t('findings.none.note')}
    >
      <DataTable
        name="findings"
        label={t('page.findings')}
        columns={columns}
        items={list.items}
        total={list.total}
        selected={id}
        rowKey={(row) => row.id}
        hasMore={list.hasNextPage && !list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        onOpen={(row) =>
          void navigate({
            to: '/findings/$id',
            params: { id: row.id },
            search: (before) => readSearch({ ...before }),
          })
        }
      />
    </ListStates>
  );
};

/** "Which single acts remove most risk?" */
export const FindingsPage = () => {
  const t = useT();
  const { search, set } = useView();
  const view = viewOf(search.by);
  const filter = withOpenState(useScopedFilter('finding.list'));
  return (
    <div className="page fill">
      <div className="page-head">
        <div>
          <h1>{t('page.findings')}</h1>
          <p>{t(`findings.by.${view}.note`)}</p>
        </div>
        <span className="row wrap">
          <DatabaseAge />
          <Button
            variant="default"
            size="sm"
            component={Link}
            to="/findings/report"
            search={readSearch({ filter: search.filter, scope: search.scope })}
            leftSection={<IconFileText size={16} aria-hidden="true" />}
          >
            {t('report.open')}
          </Button>
          <ExportMenu {...exportOf(view, filter, search.sort)} />
        </span>
      </div>
      <FindingSections />
      <div className="filter-bar">
        <FilterBar route="finding.list" />
        <SegmentedControl
          size="sm"
          value={view}
          onChange={(value) => set({ by: value === 'act' ? undefined : value })}
          data={VIEWS.map((value) => ({ value, label: t(`findings.by.${value}`) }))}
          aria-label={t('findings.by')}
        />
      </div>
      {view === 'act' && <FindingActs filter={filter} />}
      {view === 'workload' && <FindingsByWorkload filter={filter} />}
      {view === 'list' && <FindingTable filter={filter} />}
      {view === 'cve' && <FindingsByCve filter={filter} />}
      <Outlet />
    </div>
  );
};
