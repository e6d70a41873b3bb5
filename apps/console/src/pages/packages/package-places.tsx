// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { visibleText } from '@bartizan/contracts/words';
import { Button } from '@mantine/core';
import { IconBox, IconStack2 } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../data/api-client.ts';
import { freeText, joinFilters, withField } from '../../filter/tokens.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Empty, FailureState, Loading } from '../../widgets/states.tsx';
import { Copy, Cut, Verbatim } from '../../widgets/text.tsx';
import { UseBadge } from '../../widgets/use-badge.tsx';
import { shortDigest } from '../images/image-facts.ts';
import { packageOfPurl, withoutVersion } from './purl-words.ts';

type Place = ResponseOf<'package.places'>['items'][number];
const PAGE = 100;
const PATHS_MAX = 4;

const PlaceTitle = ({ place }: { place: Place }) => {
  const t = useT();
  if (place.workload !== undefined) {
    return (
      <span className="row">
        <IconBox size={16} aria-hidden="true" color="var(--text-3)" />
        <Link
          to="/workloads/$id"
          params={{ id: place.workload }}
          search={{ tab: 'packages' }}
          className="row-link anywhere"
          translate="no"
        >
          {visibleText(place.workloadName ?? place.workload)}
        </Link>
      </span>
    );
  }
  if (place.image !== undefined) {
    return (
      <span className="row">
        <IconStack2 size={16} aria-hidden="true" color="var(--text-3)" />
        <Link
          to="/images/$id"
          params={{ id: place.image }}
          search={{ tab: 'packages' }}
          className="row-link anywhere"
          translate="no"
        >
          {visibleText(place.references[0] ?? shortDigest(place.image))}
        </Link>
      </span>
    );
  }
  return <span className="quiet">{t('place.unknown')}</span>;
};

const PlaceItem = ({ place }: { place: Place }) => {
  const t = useT();
  const { package: found } = place;
  const more = found.locations.length - PATHS_MAX;
  return (
    <li className="place">
      <div className="row apart wrap">
        <PlaceTitle place={place} />
        <Cut text={found.version} most={24} mono />
      </div>
      <ul className="list-plain small second">
        {found.locations.slice(0, PATHS_MAX).map((path) => (
          <li key={path}>
            <Verbatim mono>{path}</Verbatim>
          </li>
        ))}
        {more > 0 && <li className="quiet">{t('place.more', { count: more })}</li>}
      </ul>
      {found.use !== undefined && <UseBadge use={found.use} />}
    </li>
  );
};

const usePlaces = (purl: string) =>
  useInfiniteQuery({
    queryKey: ['package.places', null, purl],
    queryFn: ({ pageParam, signal }) =>
      call('package.places', {
        query: { purl, limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });

const Places = ({ asked }: { asked: ReturnType<typeof usePlaces> }) => {
  const t = useT();
  const { count } = useFormat();
  const places = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const total = asked.data?.pages[0]?.total ?? places.length;
  if (asked.isError) return <FailureState error={asked.error} retry={() => void asked.refetch()} />;
  if (asked.isLoading) return <Loading rows={4} />;
  if (places.length === 0) return <Empty title={t('place.none')}>{t('place.none.note')}</Empty>;
  return (
    <>
      <p className="quiet small">{t('place.count', { count: total, n: count(total) })}</p>
      <ul className="list-plain places">
        {places.map((place) => (
          <PlaceItem
            key={`${place.workload ?? ''}${place.image ?? ''}${place.package.purl}${place.package.locations[0] ?? ''}`}
            place={place}
          />
        ))}
      </ul>
      {asked.hasNextPage && (
        <Button
          variant="default"
          loading={asked.isFetchingNextPage}
          onClick={() => void asked.fetchNextPage()}
        >
          {t('list.more')}
        </Button>
      )}
    </>
  );
};

/** Every image and workload that has a package, beside the list. */
export const PackagePlaces = ({ purl, onClose }: { purl: string; onClose: () => void }) => {
  const t = useT();
  const asked = usePlaces(purl);
  const written = packageOfPurl(purl);
  const name = asked.data?.pages[0]?.items[0]?.package.name ?? written.name;
  return (
    <SidePanel
      title={<span translate="no">{visibleText([name, written.version].filter(Boolean).join(' '))}</span>}
      above={
        <span className="row">
          <Cut text={purl} most={52} mono />
          <Copy value={purl} label={t('place.copy')} />
        </span>
      }
      onClose={onClose}
    >
      <span className="row wrap" style={{ gap: 16 }}>
        <Link
          to="/findings"
          search={{ by: 'list', filter: joinFilters(withField('', 'package', [name]), 'state:open') }}
        >
          {t('place.findings')}
        </Link>
        {written.version !== undefined && (
          <Link to="/images/packages" search={{ filter: freeText(name), sel: withoutVersion(purl) }}>
            {t('place.all-versions')}
          </Link>
        )}
      </span>
      <Places asked={asked} />
    </SidePanel>
  );
};
