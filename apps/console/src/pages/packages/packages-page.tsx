// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconPackage, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { DatabaseAge } from '../../widgets/database-age.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { ImageSections } from '../images/image-sections.tsx';
import { PackagePlaces } from './package-places.tsx';
import { askingOf, follow, questionOf } from './question.ts';

type Row = ItemOf<'package.list'>;
const TYPING_MS = 250;

/** One line to ask "where is it"; the question is the filter of the address bar. */
const Question = () => {
  const t = useT();
  const { search, set } = useView();
  const address = search.filter ?? '';
  const [asking, setAsking] = useState(() => askingOf(address));
  const now = follow(asking, address);
  if (now !== asking) setAsking(now);
  const ask = useDebouncedCallback((text: string) => {
    const sent = questionOf(text);
    setAsking((before) => ({ ...before, sent }));
    set({ filter: sent || undefined, sel: undefined }, true);
  }, TYPING_MS);
  return (
    <TextInput
      size="md"
      data-filter-input
      leftSection={<IconSearch size={18} aria-hidden="true" />}
      placeholder={t('packages.search.placeholder')}
      aria-label={t('packages.search')}
      value={now.typed}
      maxLength={500}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => {
        const { value } = event.currentTarget;
        setAsking((before) => ({ ...before, typed: value }));
        ask(value.normalize('NFKC'));
      }}
    />
  );
};

const useColumns = (open: (purl: string) => void): readonly Column<Row>[] => {
  const t = useT();
  const { count } = useFormat();
  return useMemo(
    () => [
      {
        id: 'name',
        title: t('field.name'),
        width: 'minmax(170px, 2fr)',
        sort: 'name',
        cell: (row) => (
          <span className="row">
            <IconPackage size={16} aria-hidden="true" color="var(--text-3)" style={{ flex: 'none' }} />
            <button type="button" className="text-button row-link" onClick={() => open(row.purl)}>
              <Cut text={row.name} most={56} />
            </button>
          </span>
        ),
      },
      {
        id: 'version',
        title: t('package.version'),
        width: 'minmax(110px, 1.2fr)',
        cell: (row) => <Cut text={row.version} most={30} mono />,
      },
      {
        id: 'ecosystem',
        title: t('field.ecosystem'),
        width: '124px',
        sort: 'ecosystem',
        fromPx: 600,
        cell: (row) => <span translate="no">{row.ecosystem}</span>,
      },
      {
        id: 'images',
        title: t('page.images'),
        width: '92px',
        number: true,
        fromPx: 480,
        cell: (row) => count(row.images),
      },
      {
        id: 'workloads',
        title: t('page.workloads'),
        width: '120px',
        number: true,
        fromPx: 700,
        cell: (row) => count(row.workloads),
      },
      {
        id: 'findings',
        title: t('workload.open-findings'),
        width: '148px',
        number: true,
        fromPx: 820,
        cell: (row) =>
          row.openFindings === 0 ? (
            <span className="quiet">0</span>
          ) : (
            <strong className="warn-text">{count(row.openFindings)}</strong>
          ),
      },
    ],
    [t, count, open],
  );
};

/** "Where is log4j-core?": every package version over all images and workloads. */
export const PackagesPage = () => {
  const t = useT();
  const { search, set } = useView();
  const filter = search.filter ?? '';
  const query = {
    ...(filter === '' ? {} : { filter }),
    ...(search.sort === undefined ? {} : { sort: search.sort }),
  };
  const list = useList('package.list', { query });
  const columns = useColumns((purl) => set({ sel: purl }));
  return (
    <div className="page fill">
      <div className="page-head">
        <div>
          <h1>{t('images.packages')}</h1>
          <p>{t('packages.note')}</p>
        </div>
        <span className="row wrap">
          <DatabaseAge />
          <ExportMenu route="package.list" query={query} />
        </span>
      </div>
      <ImageSections />
      <Question />
      <ListStates
        list={list}
        filtered={filter !== ''}
        emptyTitle={t('packages.none')}
        emptyNote={t('packages.none.note')}
      >
        <DataTable
          name="all-packages"
          label={t('images.packages')}
          columns={columns}
          items={list.items}
          total={list.total}
          selected={search.sel}
          rowKey={(row) => row.purl}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          onOpen={(row) => set({ sel: row.purl })}
          rowHeight={40}
        />
      </ListStates>
      {search.sel !== undefined && (
        <PackagePlaces key={search.sel} purl={search.sel} onClose={() => set({ sel: undefined })} />
      )}
    </div>
  );
};
