// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { SegmentedControl } from '@mantine/core';
import { IconAffiliate } from '@tabler/icons-react';
import { useCallback, useMemo } from 'react';
import { type ExportFormat, exportRows } from '../../data/download.ts';
import { isNarrowed, useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { ExportAs } from '../../widgets/export-menu.tsx';
import { NothingMatches } from '../../widgets/list-states.tsx';
import { Asked, Empty, FailureState } from '../../widgets/states.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { ChangeSwitches, MapLimits, shownChanges } from './map-changes.tsx';
import { type Comparison, compareMaps } from './map-compare.ts';
import { MapLegend } from './map-legend.tsx';
import { findSelection, type NetworkMap, toggleExpanded } from './map-model.ts';
import { MapPanel } from './map-panel.tsx';
import { mapCsv, mapRows } from './map-rows.ts';
import { MapTable } from './map-table.tsx';
import { MapTime } from './map-time.tsx';
import { useMaps } from './use-maps.ts';

const VIEWS = ['both', 'map', 'table'] as const;

/** No mark: nobody talked, or the filter and the scope leave none. */
const Nothing = () => {
  const t = useT();
  const { search } = useView();
  return (
    <div className="card">
      {isNarrowed(search) ? (
        <NothingMatches />
      ) : (
        <Empty title={t('map.none')} icon={<IconAffiliate size={24} aria-hidden="true" />}>
          {t('map.none.note')}
        </Empty>
      )}
    </div>
  );
};

interface MapBodyProps {
  readonly map: NetworkMap;
  readonly comparison: Comparison | undefined;
}
const MapBody = ({ map, comparison }: MapBodyProps) => {
  const { search, set } = useView();
  const selection = useMemo(() => findSelection(map, search.sel), [map, search.sel]);
  const shown = useMemo(() => shownChanges(search.change), [search.change]);
  const view = VIEWS.find((candidate) => candidate === search.by) ?? 'both';
  const onEdge = useCallback((id: string) => set({ sel: `e:${id}` }), [set]);
  const onNode = (id: string): void => {
    const node = map.nodes.find((candidate) => candidate.id === id);
    if (node?.kind === 'group') set({ expand: toggleExpanded(search.expand, id), sel: undefined });
    else set({ sel: `n:${id}` });
  };
  const close = (): void => set({ sel: undefined });
  if (map.nodes.length === 0) return <Nothing />;
  return (
    <div className="map-body" data-view={view}>
      {view !== 'table' && (
        <div className="card map-card">
          <MapCanvas
            map={map}
            comparison={comparison}
            selected={search.sel}
            onNode={onNode}
            onEdge={onEdge}
            onNothing={close}
          />
          <MapLegend isCompared={comparison !== undefined} />
        </div>
      )}
      {view !== 'map' && (
        <MapTable map={map} comparison={comparison} shown={shown} selected={search.sel} onEdge={onEdge} />
      )}
      {selection !== undefined && (
        <MapPanel
          key={search.sel}
          selection={selection}
          map={map}
          comparison={comparison}
          onClose={close}
          onEdge={onEdge}
          onExpand={(group) => set({ expand: toggleExpanded(search.expand, group), sel: undefined })}
        />
      )}
    </div>
  );
};

/** What the table of the map lists, as a file. */
const MapExport = ({ map, comparison }: MapBodyProps) => {
  const { search } = useView();
  const save = (format: ExportFormat): void =>
    exportRows('map', mapRows(map, comparison, shownChanges(search.change)), mapCsv, format);
  return <ExportAs save={save} />;
};

/** "Who talks to whom, and who should not?" */
export const MapPage = () => {
  const t = useT();
  const { count } = useFormat();
  const { search, set } = useView();
  const { asked, before, range, other } = useMaps();
  const { data } = asked;
  const then = other === undefined ? undefined : before.data;
  const comparison = useMemo(
    () => (data === undefined || then === undefined ? undefined : compareMaps(then, data)),
    [data, then],
  );
  return (
    <div className="page fill wide">
      <div className="page-head">
        <div>
          <h1>{t('page.map')}</h1>
          <p>
            {data === undefined
              ? ' '
              : t('map.note', {
                  workloads: count(data.workloads),
                  nodes: count(data.nodes.length),
                  edges: count(data.edges.length),
                })}
          </p>
        </div>
        <span className="row wrap">
          {search.expand !== undefined && (
            <button
              type="button"
              className="text-button"
              onClick={() => set({ expand: undefined, sel: undefined })}
            >
              {t('map.close-groups')}
            </button>
          )}
          <SegmentedControl
            size="sm"
            value={VIEWS.find((view) => view === search.by) ?? 'both'}
            onChange={(value) => set({ by: value === 'both' ? undefined : value })}
            data={VIEWS.map((value) => ({ value, label: t(`map.view.${value}`) }))}
            aria-label={t('map.view')}
          />
          {data !== undefined && <MapExport map={comparison?.map ?? data} comparison={comparison} />}
        </span>
      </div>
      <FilterBar route="workload.list" />
      <MapTime range={range} other={other} />
      {comparison !== undefined && <ChangeSwitches comparison={comparison} />}
      <MapLimits
        isCut={data?.isCut === true || then?.isCut === true}
        unknown={comparison?.counts.unknown ?? 0}
      />
      {other !== undefined && before.isError ? (
        <FailureState error={before.error} retry={() => void before.refetch()} />
      ) : (
        <Asked of={asked} rows={10}>
          {(map) => <MapBody map={comparison?.map ?? map} comparison={comparison} />}
        </Asked>
      )}
    </div>
  );
};
