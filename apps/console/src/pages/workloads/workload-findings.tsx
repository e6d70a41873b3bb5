// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link, useNavigate } from '@tanstack/react-router';
import { useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useT } from '../../i18n/language.ts';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListTable } from '../../widgets/list-table.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { useFindingColumns } from '../findings/finding-columns.tsx';

/** What is wrong with one workload; before its first scan an empty list proves nothing. */
export const WorkloadFindings = ({ id, isScanned }: { id: string; isScanned: boolean }) => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const filter = `workload:${id} state:open`;
  const query = { filter, sort: search.sort ?? 'urgency' };
  const list = useList('finding.list', { query });
  const columns = useFindingColumns({ withWorkload: false });
  const doubt = !isScanned && <Unknown why={t('workload.not-scanned')} what={t('image.doubt.list')} />;
  if (doubt !== false && list.isSuccess && list.items.length === 0) return doubt;
  return (
    <>
      {doubt}
      <div className="row wrap" style={{ justifyContent: 'flex-end' }}>
        <Link to="/findings" search={{ by: 'list', filter }}>
          {t('image.findings.all')}
        </Link>
        <ExportMenu route="finding.list" query={query} />
      </div>
      <ListTable
        list={list}
        name="workload-findings"
        label={t('page.findings')}
        columns={columns}
        rowKey={(row) => row.id}
        onOpen={(row) =>
          void navigate({ to: '/findings/$id', params: { id: row.id }, search: { by: 'list', filter } })
        }
        emptyTitle={t('findings.none')}
        emptyNote={t('findings.none.note')}
      />
    </>
  );
};
