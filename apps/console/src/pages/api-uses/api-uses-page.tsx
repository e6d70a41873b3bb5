// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import { type ItemOf, useApi, useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Cut, Verbatim, When } from '../../widgets/text.tsx';
import { AccessHead } from '../access/access-head.tsx';
import { byOf, placeOf, unknownOf } from './api-use-words.ts';

type Use = ItemOf<'access.api-uses'>;

/** The user, and under it the program that asked. */
const UsedBy = ({ by }: { by: string }) => {
  const { user, program } = byOf(by);
  if (program === undefined) return <Cut text={user} most={48} mono />;
  return (
    <div className="lines">
      <Cut text={user} most={60} mono />
      <Cut text={program} most={60} mono />
    </div>
  );
};

/** Until which release, and whether that is already past. */
const Until = ({ removedIn, isRemoved }: Use) => {
  const t = useT();
  if (removedIn === undefined) return t('api-uses.no-release');
  const said = isRemoved === true ? t('api-uses.gone', { release: removedIn }) : removedIn;
  return (
    <Badge tone={isRemoved === true ? 'high' : 'medium'}>
      <Verbatim>{said}</Verbatim>
    </Badge>
  );
};

const useColumns = (): readonly Column<Use>[] => {
  const t = useT();
  return useMemo(
    () => [
      {
        id: 'removedIn',
        title: t('api-uses.removed-in'),
        width: '140px',
        sort: 'removedIn',
        cell: (use) => <Until {...use} />,
      },
      {
        id: 'version',
        title: t('api-uses.version'),
        width: 'minmax(200px, 2fr)',
        sort: 'version',
        cell: ({ apiVersion, kind }) => (
          <div className="lines">
            <Cut text={kind} most={60} mono />
            <Cut text={apiVersion} most={60} mono />
          </div>
        ),
      },
      {
        id: 'by',
        title: t('api-uses.by'),
        width: 'minmax(160px, 1.7fr)',
        sort: 'by',
        below: true,
        cell: ({ by, isOwn }) => (
          <>
            {by === '' ? '–' : <UsedBy by={by} />}
            {isOwn && <Badge tone="quiet">{t('api-uses.own')}</Badge>}
          </>
        ),
      },
      {
        id: 'how',
        title: t('api-uses.how'),
        width: '100px',
        fromPx: 900,
        cell: ({ source }) => t(`api-uses.how.${source}`),
      },
      {
        id: 'about',
        title: t('access.where'),
        width: 'minmax(160px, 1.5fr)',
        sort: 'about',
        fromPx: 620,
        cell: (use) => <Cut text={placeOf(use)} most={56} mono />,
      },
      {
        id: 'replacement',
        title: t('api-uses.instead'),
        width: 'minmax(140px, 1.5fr)',
        fromPx: 760,
        cell: ({ replacement }) =>
          replacement === undefined ? t('api-uses.nothing') : <Cut text={replacement} most={40} mono />,
      },
      {
        id: 'last',
        title: t('api-uses.last'),
        width: '110px',
        sort: 'last',
        fromPx: 900,
        cell: ({ lastAtMs }) => (lastAtMs === undefined ? '–' : <When at={lastAtMs} />),
      },
    ],
    [t],
  );
};

/** Who uses versions of the Kubernetes API that go, where, and until which release. */
export const ApiUsesPage = () => {
  const t = useT();
  const { search } = useView();
  const filter = search.filter ?? '';
  const query = {
    ...(filter === '' ? {} : { filter }),
    ...(search.sort === undefined ? {} : { sort: search.sort }),
  };
  const list = useList('access.api-uses', { query });
  // What is not known stands beside every page of the list, however it is filtered.
  const unknown = unknownOf(useApi('access.api-uses', { query: { limit: 1 } }).data);
  return (
    <div className="page fill">
      <AccessHead
        title={t('api-uses.title')}
        note={t('api-uses.note')}
        actions={<ExportMenu route="access.api-uses" query={query} />}
      />
      {unknown.map(({ word, kinds }) => (
        <p key={word} className="banner" data-tone="warning" role="status">
          {t(`api-uses.unknown.${word}`, { kinds })}
        </p>
      ))}
      <FilterBar route="access.api-uses" />
      <ListStates
        list={list}
        filtered={filter !== ''}
        emptyTitle={unknown.length === 0 ? t('api-uses.none') : t('api-uses.none-known')}
        emptyNote={t('api-uses.none.note')}
      >
        <DataTable
          name="access-api-uses"
          label={t('api-uses.title')}
          rowHeight={56}
          columns={useColumns()}
          items={list.items}
          total={list.total}
          rowKey={({ apiVersion, kind, source, by, about, namespace }) =>
            [apiVersion, kind, source, by, about, namespace].join(' ')
          }
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      </ListStates>
    </div>
  );
};
