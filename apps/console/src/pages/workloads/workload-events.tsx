// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useNavigate } from '@tanstack/react-router';
import { useList } from '../../data/queries.ts';
import { useT } from '../../i18n/language.ts';
import { DataTable } from '../../widgets/data-table.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { useEventColumns } from '../events/event-columns.tsx';

/** Security events of one workload, newest first. */
export const WorkloadEvents = ({ id }: { id: string }) => {
  const t = useT();
  const navigate = useNavigate();
  const list = useList('event.list', { query: { filter: `workload:${id}` } });
  const columns = useEventColumns({ withWorkload: false });
  return (
    <ListStates list={list} filtered={false} emptyTitle={t('events.none')} emptyNote={t('events.none.note')}>
      <div className="table-holder">
        <DataTable
          name="workload-events"
          label={t('page.events')}
          columns={columns}
          items={list.items}
          total={list.total}
          rowKey={(row) => row.id}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          onOpen={(row) => void navigate({ to: '/events/$id', params: { id: row.id } })}
        />
      </div>
    </ListStates>
  );
};
