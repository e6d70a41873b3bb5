// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useList } from '../../data/queries.ts';
import { useScopedFilter, useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { LevelSummary, type NodeRow } from './levels.tsx';

export const NODE_TONES = {
  ready: 'ok',
  limited: 'medium',
  disconnected: 'critical',
  unknown: 'unknown',
} as const;
export const SENSOR_TONES = {
  running: 'ok',
  starting: 'quiet',
  building: 'quiet',
  off: 'unknown',
  failed: 'critical',
  unknown: 'unknown',
} as const;

const useColumns = (): readonly Column<NodeRow>[] => {
  const t = useT();
  const { percent, bytes } = useFormat();
  return useMemo(
    () => [
      {
        id: 'name',
        title: t('field.name'),
        width: 'minmax(140px, 1.4fr)',
        sort: 'name',
        cell: (row) => (
          <Link to="/nodes/$id" params={{ id: row.id }} className="row-link" translate="no">
            {row.name}
          </Link>
        ),
      },
      {
        id: 'state',
        title: t('field.state'),
        width: '130px',
        cell: (row) => <Badge tone={NODE_TONES[row.state]}>{t(`node.${row.state}`)}</Badge>,
      },
      {
        id: 'sensor',
        title: t('node.sensor'),
        width: '116px',
        fromPx: 600,
        cell: (row) => <Badge tone={SENSOR_TONES[row.sensor.state]}>{t(`sensor.${row.sensor.state}`)}</Badge>,
      },
      {
        id: 'levels',
        title: t('node.levels'),
        width: 'minmax(190px, 1fr)',
        fromPx: 820,
        cell: (row) => <LevelSummary node={row} />,
      },
      {
        id: 'system',
        title: t('node.system'),
        width: 'minmax(130px, 1.2fr)',
        fromPx: 980,
        cell: (row) => <Cut text={`${row.distribution} · ${row.kernel}`} most={34} />,
      },
      {
        id: 'cost',
        title: t('node.cost'),
        width: '150px',
        number: true,
        fromPx: 1120,
        cell: (row) =>
          row.cost === undefined
            ? '–'
            : `${percent(row.cost.cpuPercentOfCore)} · ${bytes(row.cost.residentBytes)}`,
      },
      {
        id: 'seen',
        title: t('field.last-seen'),
        width: '116px',
        fromPx: 700,
        cell: (row) => <When at={row.lastSeenAtMs} />,
      },
    ],
    [t, percent, bytes],
  );
};

/** All machines with an agent, and how far protection reaches on each. */
export const NodesPage = () => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const filter = useScopedFilter('node.list');
  const query = {
    ...(filter === '' ? {} : { filter }),
    ...(search.sort === undefined ? {} : { sort: search.sort }),
  };
  const list = useList('node.list', { query });
  const columns = useColumns();
  return (
    <div className="page fill">
      <div className="page-head">
        <div>
          <h1>{t('page.nodes')}</h1>
          <p>{t('nodes.note')}</p>
        </div>
        <ExportMenu route="node.list" query={query} />
      </div>
      <FilterBar route="node.list" />
      <ListStates
        list={list}
        filtered={filter !== ''}
        emptyTitle={t('nodes.none')}
        emptyNote={t('nodes.none.note')}
      >
        <DataTable
          name="nodes"
          label={t('page.nodes')}
          columns={columns}
          items={list.items}
          total={list.total}
          rowKey={(row) => row.id}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          onOpen={(row) => void navigate({ to: '/nodes/$id', params: { id: row.id } })}
        />
      </ListStates>
    </div>
  );
};
