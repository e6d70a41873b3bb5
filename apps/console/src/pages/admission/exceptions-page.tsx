// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconPlus, IconShieldCheck } from '@tabler/icons-react';
import { useMemo } from 'react';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useT } from '../../i18n/language.ts';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Empty } from '../../widgets/states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { ExceptionEnd } from '../exceptions/exception-end.tsx';
import { AdmissionHead } from './admission-head.tsx';
import { AdmissionExceptionForm } from './exception-form.tsx';
import { AdmissionExceptionPanel } from './exception-panel.tsx';

type Row = ItemOf<'admission.exceptions'>;
const NEW = 'new';

const useColumns = (open: (id: string) => void): readonly Column<Row>[] => {
  const t = useT();
  return useMemo(
    () => [
      {
        id: 'rules',
        title: t('admission.rules'),
        width: 'minmax(180px, 2fr)',
        cell: ({ exception }) => (
          <span className="two-lines">
            <button type="button" className="text-button row-link" onClick={() => open(exception.id)}>
              <Cut text={exception.rules.join(', ')} most={56} mono />
            </button>
            <span className="small quiet">
              <Cut text={exception.namespaces.join(', ')} most={56} mono />
            </span>
          </span>
        ),
      },
      {
        id: 'reason',
        title: t('accept.reason'),
        width: 'minmax(140px, 2fr)',
        fromPx: 760,
        cell: ({ exception }) => (
          <span className="cut" translate="no" title={exception.reason}>
            {exception.reason}
          </span>
        ),
      },
      {
        id: 'owner',
        title: t('exception.owner'),
        width: 'minmax(110px, 180px)',
        fromPx: 620,
        cell: ({ exception }) => <Cut text={exception.owner} most={26} />,
      },
      {
        id: 'ends',
        title: t('accept.until'),
        width: '170px',
        sort: 'expiresAtMs',
        cell: ({ exception }) => <ExceptionEnd exception={exception} />,
      },
    ],
    [t, open],
  );
};

/** Violations that somebody answers for until a date. */
export const AdmissionExceptionsPage = () => {
  const t = useT();
  const { search, set } = useView();
  const may = useMay('policies:write');
  const filter = search.filter ?? '';
  const query = { ...(filter === '' ? {} : { filter }), sort: search.sort ?? 'expiresAtMs' };
  const list = useList('admission.exceptions', { query });
  const columns = useColumns((id) => set({ sel: id }));
  const chosen = list.items.find(({ exception }) => exception.id === search.sel);
  const close = (): void => set({ sel: undefined });
  const isEmpty = !list.isLoading && !list.isError && list.items.length === 0 && filter === '';
  const add = may && (
    <Button
      size="sm"
      onClick={() => set({ sel: NEW })}
      leftSection={<IconPlus size={16} aria-hidden="true" />}
    >
      {t('exception.new')}
    </Button>
  );
  return (
    <div className="page fill">
      <AdmissionHead
        title={t('admission.exceptions')}
        note={t('admission.exceptions.note')}
        {...(isEmpty
          ? {}
          : {
              actions: (
                <>
                  <ExportMenu route="admission.exceptions" query={query} />
                  {add}
                </>
              ),
            })}
      />
      {isEmpty ? (
        <div className="card">
          <Empty
            title={t('exceptions.none')}
            icon={<IconShieldCheck size={24} aria-hidden="true" />}
            {...(add === false ? {} : { action: add })}
          >
            {t('admission.exceptions.none.note')}
          </Empty>
        </div>
      ) : (
        <>
          <FilterBar route="admission.exceptions" />
          <ListStates
            list={list}
            filtered={filter !== ''}
            emptyTitle={t('exceptions.none')}
            emptyNote={t('admission.exceptions.none.note')}
          >
            <DataTable
              name="admission-exceptions"
              label={t('admission.exceptions')}
              columns={columns}
              items={list.items}
              total={list.total}
              selected={search.sel}
              rowKey={({ exception }) => exception.id}
              rowHeight={54}
              hasMore={list.hasNextPage && !list.isFetchingNextPage}
              onMore={() => void list.fetchNextPage()}
              onOpen={({ exception }) => set({ sel: exception.id })}
            />
          </ListStates>
        </>
      )}
      {may && search.sel === NEW && <AdmissionExceptionForm onClose={close} />}
      {chosen !== undefined && <AdmissionExceptionPanel key={chosen.id} stored={chosen} onClose={close} />}
    </div>
  );
};
