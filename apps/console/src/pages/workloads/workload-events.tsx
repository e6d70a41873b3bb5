// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link, useNavigate } from '@tanstack/react-router';
import { useList } from '../../data/queries.ts';
import { useT } from '../../i18n/language.ts';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListTable } from '../../widgets/list-table.tsx';
import { useEventColumns } from '../events/event-columns.tsx';
import { NewPill } from '../events/new-pill.tsx';

/** Security events of one workload, newest first. */
export const WorkloadEvents = ({ id }: { id: string }) => {
  const t = useT();
  const navigate = useNavigate();
  const filter = `workload:${id}`;
  const list = useList('event.list', { query: { filter } });
  const columns = useEventColumns({ withWorkload: false });
  return (
    <>
      <div className="row wrap" style={{ justifyContent: 'flex-end' }}>
        <Link to="/events" search={{ filter }}>
          {t('workload.events.all')}
        </Link>
        <ExportMenu route="event.list" query={{ filter }} />
      </div>
      <NewPill of={{ filter, items: list.items, asOfMs: list.asOfMs }} />
      <ListTable
        list={list}
        name="workload-events"
        label={t('page.events')}
        columns={columns}
        rowKey={(row) => row.id}
        onOpen={(row) => void navigate({ to: '/events/$id', params: { id: row.id }, search: { filter } })}
        emptyTitle={t('now.none')}
        emptyNote={t('events.none.note')}
      />
    </>
  );
};
