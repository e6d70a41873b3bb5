// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useNavigate } from '@tanstack/react-router';
import { useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useT } from '../../i18n/language.ts';
import { DataTable } from '../../widgets/data-table.tsx';
import { DatabaseAge } from '../../widgets/database-age.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { useImageColumns } from './image-columns.tsx';
import { ImageSections } from './image-sections.tsx';

/** Every image that is known, whether something runs it or a registry offers it. */
export const ImagesPage = () => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  // Images, packages and exceptions belong to no namespace: the scope does not narrow them.
  const filter = search.filter ?? '';
  const query = {
    ...(filter === '' ? {} : { filter }),
    ...(search.sort === undefined ? {} : { sort: search.sort }),
  };
  const list = useList('image.list', { query });
  const columns = useImageColumns();
  return (
    <div className="page fill">
      <div className="page-head">
        <div>
          <h1>{t('page.images')}</h1>
          <p>{t('images.note')}</p>
        </div>
        <span className="row wrap">
          <DatabaseAge />
          <ExportMenu route="image.list" query={query} />
        </span>
      </div>
      <ImageSections />
      <FilterBar route="image.list" />
      <ListStates
        list={list}
        filtered={filter !== ''}
        emptyTitle={t('images.none')}
        emptyNote={t('images.none.note')}
      >
        <DataTable
          name="images"
          label={t('page.images')}
          columns={columns}
          items={list.items}
          total={list.total}
          rowKey={(row) => row.image.digest}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          onOpen={(row) => void navigate({ to: '/images/$id', params: { id: row.image.digest } })}
          rowHeight={54}
        />
      </ListStates>
    </div>
  );
};
