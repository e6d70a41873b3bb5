// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useListRange } from '../../data/list-range.ts';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { ApplicationLabel } from '../../widgets/application-label.tsx';
import { VerdictBadge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { FlowVolume } from '../../widgets/flow-volume.tsx';
import { ListTable } from '../../widgets/list-table.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { WorkloadLink } from '../../widgets/workload-link.tsx';

type Row = ItemOf<'workload.connections'>;

const portColumn = (t: ReturnType<typeof useT>): Column<Row> => ({
  id: 'port',
  title: t('flow.port'),
  width: '132px',
  cell: (row) => (
    <span translate="no">
      {row.protocol}/{row.serverPort}
    </span>
  ),
});

const applicationColumn = (t: ReturnType<typeof useT>): Column<Row> => ({
  id: 'application',
  title: t('flow.application'),
  width: 'minmax(110px, 1.4fr)',
  fromPx: 480,
  cell: ({ application, applicationHost }) => (
    <ApplicationLabel names={application === undefined ? undefined : [application]} host={applicationHost} />
  ),
});

/** Bytes both ways, where they were counted. */
const volumeOf = ({ bytesSent, bytesReceived = 0 }: Row): number | undefined =>
  bytesSent === undefined ? undefined : bytesSent + bytesReceived;

const useColumns = (): readonly Column<Row>[] => {
  const t = useT();
  const { count } = useFormat();
  return useMemo(
    () => [
      {
        id: 'peer',
        title: t('flow.peer'),
        width: 'minmax(160px, 2fr)',
        cell: (row) => (
          <span className="row">
            {row.direction === 'outbound' ? (
              <IconArrowRight size={15} aria-hidden="true" />
            ) : (
              <IconArrowLeft size={15} aria-hidden="true" />
            )}
            <span className="visually-hidden">{t(`flow.${row.direction}`)}</span>
            {row.remoteWorkload === undefined ? (
              <Cut text={row.remoteAddress} mono />
            ) : (
              <WorkloadLink subject={row.remoteWorkload} />
            )}
          </span>
        ),
      },
      portColumn(t),
      applicationColumn(t),
      {
        id: 'process',
        title: t('flow.process'),
        width: 'minmax(80px, 1fr)',
        fromPx: 760,
        cell: (row) => <span translate="no">{visibleText(row.process?.name ?? '–')}</span>,
      },
      {
        id: 'connections',
        title: t('flow.connections'),
        width: '100px',
        number: true,
        fromPx: 560,
        cell: (row) => count(row.connections),
      },
      {
        id: 'failures',
        title: t('flow.failures'),
        width: '100px',
        number: true,
        fromPx: 900,
        cell: (row) => count(row.failures),
      },
      {
        id: 'bytes',
        title: t('flow.bytes'),
        width: '108px',
        number: true,
        fromPx: 640,
        cell: (row) => <FlowVolume protocols={[row.protocol]} bytes={volumeOf(row)} />,
      },
      {
        id: 'verdict',
        title: t('field.verdict'),
        width: '112px',
        fromPx: 700,
        cell: (row) => <VerdictBadge verdict={row.verdict} />,
      },
      {
        id: 'seen',
        title: t('field.last-seen'),
        width: '120px',
        fromPx: 1000,
        cell: (row) => <When at={row.aggregation.lastAtMs} />,
      },
    ],
    [t, count],
  );
};

/** Who the workload talked to in the range. */
export const WorkloadConnections = ({ id }: { id: string }) => {
  const t = useT();
  const { search } = useView();
  const query = {
    ...useListRange().query,
    ...(search.filter === undefined ? {} : { filter: search.filter }),
  };
  const list = useList('workload.connections', { params: { id }, query });
  const columns = useColumns();
  return (
    <>
      <div className="filter-bar">
        <FilterBar route="workload.connections" />
        <ExportMenu route="workload.connections" params={{ id }} query={query} />
      </div>
      <p className="quiet small">{t('flow.in-range')}</p>
      <ListTable
        list={list}
        name="connections"
        label={t('workload.tab.connections')}
        columns={columns}
        rowKey={(row) => row.id}
        filtered={search.filter !== undefined}
        emptyTitle={t('flow.none')}
        emptyNote={t('flow.none.note')}
      />
    </>
  );
};
