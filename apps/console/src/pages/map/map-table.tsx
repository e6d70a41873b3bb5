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
import { When } from '../../widgets/text.tsx';
import { type NetworkMap, nodesById, sortEdges } from './map-model.ts';

interface MapTableProps {
  readonly map: NetworkMap;
  readonly selected: string | undefined;
  readonly onEdge: (id: string) => void;
}

const applicationColumn = (t: ReturnType<typeof useT>): Column<MapEdge> => ({
  id: 'application',
  title: t('flow.application'),
  width: 'minmax(90px, 1fr)',
  fromPx: 540,
  cell: (edge) => <ApplicationLabel names={edge.applications} />,
});

/** Every edge of the map as a row; the same selection as the drawing. */
export const MapTable = ({ map, selected, onEdge }: MapTableProps) => {
  const t = useT();
  const { count } = useFormat();
  const names = useMemo(() => nodesById(map), [map]);
  const edges = useMemo(() => sortEdges(map.edges), [map]);
  const columns = useMemo<readonly Column<MapEdge>[]>(() => {
    const name = (id: string): string => names.get(id)?.label ?? id;
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
            <span className="cut">{name(edge.from)}</span>
            <IconArrowRight size={14} aria-hidden="true" style={{ flex: 'none' }} />
            <span className="cut">{name(edge.to)}</span>
          </button>
        ),
      },
      {
        id: 'protocols',
        title: t('flow.port'),
        width: 'minmax(90px, 1fr)',
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
      {
        id: 'seen',
        title: t('field.last-seen'),
        width: '116px',
        fromPx: 860,
        cell: (edge) => <When at={edge.lastAtMs} />,
      },
    ];
  }, [t, count, names, onEdge]);
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
