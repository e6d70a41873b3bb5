// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconX } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useT } from '../../i18n/language.ts';
import { CoverageList } from '../../widgets/coverage-list.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { UseBadge } from '../../widgets/use-badge.tsx';
import type { ImageDetail } from './image-detail.ts';
import { certaintyOf, shortDigest } from './image-facts.ts';

type Row = ItemOf<'image.packages'>;

const useColumns = (layerNumbers: ReadonlyMap<string, number>): readonly Column<Row>[] => {
  const t = useT();
  return useMemo(
    () => [
      {
        id: 'name',
        title: t('field.name'),
        width: 'minmax(150px, 1.4fr)',
        sort: 'name',
        cell: (row) => <Cut text={row.name} />,
      },
      {
        id: 'version',
        title: t('package.version'),
        width: 'minmax(110px, 1fr)',
        cell: (row) => <Cut text={row.version} most={28} mono />,
      },
      {
        id: 'ecosystem',
        title: t('field.ecosystem'),
        width: '112px',
        sort: 'ecosystem',
        fromPx: 520,
        cell: (row) => <span translate="no">{row.ecosystem}</span>,
      },
      {
        id: 'licence',
        title: t('package.licence'),
        width: 'minmax(110px, 1fr)',
        fromPx: 760,
        cell: (row) =>
          row.licenses === undefined || row.licenses.length === 0 ? (
            <span className="quiet">{t('package.licence.none')}</span>
          ) : (
            <Cut text={row.licenses.join(', ')} most={30} />
          ),
      },
      {
        id: 'use',
        title: t('use.title'),
        width: '160px',
        fromPx: 900,
        cell: (row) => <UseBadge use={row.use} />,
      },
      {
        id: 'layer',
        title: t('package.layer'),
        width: '88px',
        fromPx: 1000,
        cell: (row) => {
          if (row.layer === undefined) return <span className="quiet">–</span>;
          const number = layerNumbers.get(row.layer);
          return number === undefined ? (
            <Cut text={shortDigest(row.layer)} mono />
          ) : (
            <span title={row.layer}>{t('layer.number', { n: number })}</span>
          );
        },
      },
      {
        id: 'location',
        title: t('package.location'),
        width: 'minmax(140px, 1.8fr)',
        fromPx: 1140,
        cell: (row) => <Cut text={row.locations[0] ?? '–'} most={56} mono />,
      },
    ],
    [t, layerNumbers],
  );
};

/** Packages of an image; those of one layer are chosen here, once all of them are there. */
const usePackages = (digest: string, layer: string | undefined) => {
  const { search } = useView();
  const query = {
    ...(search.filter === undefined ? {} : { filter: search.filter }),
    ...(search.sort === undefined ? {} : { sort: search.sort }),
  };
  const list = useList('image.packages', {
    params: { id: digest },
    query: layer === undefined ? query : { ...query, limit: 1000 },
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage, items } = list;
  const needsAll = layer !== undefined && hasNextPage && !isFetchingNextPage;
  useEffect(() => {
    if (needsAll) void fetchNextPage();
  }, [needsAll, fetchNextPage]);
  if (layer === undefined) return { list, query };
  const ofLayer = items.filter((found) => found.layer === layer);
  return { list: { ...list, items: ofLayer, total: hasNextPage ? undefined : ofLayer.length }, query };
};

const LayerChip = ({ name, onClear }: { name: string; onClear: () => void }) => {
  const t = useT();
  return (
    <span className="filter-token">
      {t('package.layer')} {name}
      <button type="button" onClick={onClear} aria-label={t('filter.remove', { token: t('package.layer') })}>
        <IconX size={13} aria-hidden="true" />
      </button>
    </span>
  );
};

/** Software in an image: where it lies, under which licence, in which layer, and whether it is in use. */
export const ImagePackages = ({ detail: { image, coverage } }: { detail: ImageDetail }) => {
  const t = useT();
  const { search, set } = useView();
  const { layers } = image;
  const numbers = useMemo(
    () => new Map((layers ?? []).map((layer, index) => [layer.diffId, index + 1])),
    [layers],
  );
  const layer = search.sel !== undefined && numbers.has(search.sel) ? search.sel : undefined;
  const { list, query } = usePackages(image.digest, layer);
  const columns = useColumns(numbers);
  const { doubt } = certaintyOf(image.scan);
  return (
    <>
      {doubt === 'incomplete' && <Unknown why={t('workload.incomplete')} />}
      <CoverageList coverage={coverage} />
      <div className="filter-bar">
        {layer !== undefined && (
          <LayerChip
            name={t('layer.number', { n: numbers.get(layer) ?? 0 })}
            onClear={() => set({ sel: undefined })}
          />
        )}
        <FilterBar route="image.packages" />
        {layer === undefined && (
          <ExportMenu route="image.packages" params={{ id: image.digest }} query={query} />
        )}
      </div>
      <ListStates
        list={list}
        filtered={search.filter !== undefined}
        emptyTitle={t('package.none')}
        emptyNote={t('image.package.none.note')}
      >
        <div className="table-holder">
          <DataTable
            name="image-packages"
            label={t('image.tab.packages')}
            columns={columns}
            items={list.items}
            total={list.total}
            rowKey={(row) => `${row.purl}${row.locations[0] ?? ''}`}
            hasMore={layer === undefined && list.hasNextPage && !list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            rowHeight={38}
          />
        </div>
      </ListStates>
    </>
  );
};
