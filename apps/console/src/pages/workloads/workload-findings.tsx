// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useNavigate } from '@tanstack/react-router';
import { useList } from '../../data/queries.ts';
import { useT } from '../../i18n/language.ts';
import { DataTable } from '../../widgets/data-table.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { useFindingColumns } from '../findings/finding-columns.tsx';

/** What is wrong with one workload. */
export const WorkloadFindings = ({ id }: { id: string }) => {
  const t = useT();
  const navigate = useNavigate();
  const list = useList('finding.list', { query: { filter: `workload:${id} state:open` } });
  const columns = useFindingColumns({ withWorkload: false });
  return (
    <ListStates
      list={list}
      filtered={false}
      emptyTitle={t('findings.none')}
      emptyNote={t('findings.none.note')}
    >
      <div className="table-holder">
        <DataTable
          name="workload-findings"
          label={t('page.findings')}
          columns={columns}
          items={list.items}
          total={list.total}
          rowKey={(row) => row.id}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          onOpen={(row) => void navigate({ to: '/findings/$id', params: { id: row.id } })}
        />
      </div>
    </ListStates>
  );
};
