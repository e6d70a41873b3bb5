// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge } from '@bartizan/contracts';
import { IconArrowRight } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { ApplicationLabel } from '../../widgets/application-label.tsx';
import { VerdictBadge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { FlowVolume } from '../../widgets/flow-volume.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { ChangeBadge } from './map-changes.tsx';
import type { Change, Comparison } from './map-compare.ts';
import { type NetworkMap, nodesById } from './map-model.ts';
import { listedEdges } from './map-rows.ts';

interface MapTableProps {
  readonly map: NetworkMap;
  readonly comparison: Comparison | undefined;
  /** Changes that are listed while two times are compared. */
  readonly shown: readonly Change[];
  readonly selected: string | undefined;
  readonly onEdge: (id: string) => void;
}

const volumeColumns = (
  t: ReturnType<typeof useT>,
  count: (n: number) => string,
): readonly Column<MapEdge>[] => [
  {
    id: 'connections',
    title: t('flow.connections'),
    width: '104px',
    number: true,
    fromPx: 600,
    cell: (edge) => count(edge.connections),
  },
  {
    id: 'bytes',
    title: t('flow.bytes'),
    width: '108px',
    number: true,
    fromPx: 720,
    cell: (edge) => <FlowVolume protocols={edge.protocols} bytes={edge.bytes} />,
  },
];

const applicationColumn = (t: ReturnType<typeof useT>): Column<MapEdge> => ({
  id: 'application',
  title: t('flow.application'),
  width: 'minmax(90px, 1fr)',
  fromPx: 540,
  cell: (edge) => <ApplicationLabel names={edge.applications} />,
});

const changeColumn = (t: ReturnType<typeof useT>, comparison: Comparison): Column<MapEdge> => ({
  id: 'change',
  title: t('map.changes'),
  width: '116px',
  cell: (edge) => <ChangeBadge change={comparison.edges.get(edge.id)?.change ?? 'same'} />,
});

/** Every edge of the map as a row; the same selection as the drawing. */
export const MapTable = ({ map, comparison, shown, selected, onEdge }: MapTableProps) => {
  const t = useT();
  const { count } = useFormat();
  const names = useMemo(() => nodesById(map), [map]);
  const edges = useMemo(() => listedEdges(map, comparison, shown), [map, comparison, shown]);
  const columns = useMemo<readonly Column<MapEdge>[]>(() => {
    const name = (id: string): string => names.get(id)?.label ?? id;
    const ofComparison = comparison === undefined ? [] : [changeColumn(t, comparison)];
    return [
      {
        id: 'ends',
        title: t('map.ends'),
        width: 'minmax(200px, 2.4fr)',
        cell: (edge) => (
          <button
            type="button"
            className="text-button row-link row cut"
            onClick={() => onEdge(edge.id)}
            translate="no"
          >
            <Cut text={name(edge.from)} most={24} />
            <IconArrowRight size={14} aria-hidden="true" style={{ flex: 'none' }} />
            <Cut text={name(edge.to)} most={24} />
          </button>
        ),
      },
      ...ofComparison,
      {
        id: 'protocols',
        title: t('flow.port'),
        width: 'minmax(90px, 1fr)',
        ...(comparison === undefined ? {} : { fromPx: 420 }),
        cell: (edge) => <span translate="no">{edge.protocols.join(', ')}</span>,
      },
      applicationColumn(t),
      {
        id: 'verdict',
        title: t('field.verdict'),
        width: '116px',
        fromPx: 480,
        cell: (edge) => <VerdictBadge verdict={edge.verdict} />,
      },
      ...volumeColumns(t, count),
      {
        id: 'seen',
        title: t('field.last-seen'),
        width: '116px',
        fromPx: 860,
        cell: (edge) => <When at={edge.lastAtMs} />,
      },
    ];
  }, [t, count, names, onEdge, comparison]);
  return (
    <DataTable
      name="map"
      label={t('map.table')}
      columns={columns}
      items={edges}
      total={edges.length}
      selected={selected?.startsWith('e:') === true ? selected.slice(2) : undefined}
      rowKey={(edge) => edge.id}
      onOpen={(edge) => onEdge(edge.id)}
      rowHeight={38}
    />
  );
};
