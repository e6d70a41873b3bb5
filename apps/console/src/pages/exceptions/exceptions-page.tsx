// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconPlus, IconShieldCheck } from '@tabler/icons-react';
import { useMemo } from 'react';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { withField } from '../../filter/tokens.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Empty } from '../../widgets/states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { FindingSections } from '../findings/finding-sections.tsx';
import { ExceptionEnd } from './exception-end.tsx';
import { partsOfMatch } from './exception-facts.ts';
import { ExceptionForm } from './exception-form.tsx';
import { ExceptionPanel } from './exception-panel.tsx';

type Row = ItemOf<'exception.list'>;
const NEW = 'new';

const useColumns = (open: (id: string) => void): readonly Column<Row>[] => {
  const t = useT();
  const { count } = useFormat();
  return useMemo(
    () => [
      {
        id: 'match',
        title: t('exception.for'),
        width: 'minmax(220px, 2.4fr)',
        cell: (row) => {
          const parts = partsOfMatch(row.match);
          const [first, ...rest] = parts;
          return (
            <span className="two-lines">
              <button type="button" className="text-button row-link" onClick={() => open(row.id)}>
                <Cut text={first?.[1] ?? '–'} most={56} mono />
              </button>
              <span className="small quiet cut">
                {first !== undefined && t(`field.${first[0]}`)}
                {rest.map(([part, value]) => (
                  <span key={part}>
                    {' · '}
                    {t(`field.${part}`)} <Cut text={value} most={32} mono />
                  </span>
                ))}
              </span>
            </span>
          );
        },
      },
      {
        id: 'reason',
        title: t('accept.reason'),
        width: 'minmax(150px, 2fr)',
        fromPx: 760,
        cell: (row) => (
          <span className="cut" translate="no" title={row.reason}>
            {row.reason}
          </span>
        ),
      },
      {
        id: 'owner',
        title: t('exception.owner'),
        width: 'minmax(110px, 160px)',
        fromPx: 900,
        cell: (row) => <Cut text={row.owner} most={24} />,
      },
      {
        id: 'matches',
        title: t('exception.matches'),
        width: '130px',
        number: true,
        fromPx: 560,
        cell: (row) => count(row.matches),
      },
      {
        id: 'ends',
        title: t('accept.until'),
        width: '170px',
        sort: 'expiresAtMs',
        cell: (row) => <ExceptionEnd exception={row} />,
      },
    ],
    [t, count, open],
  );
};

/** The exception that the address names: of the rows that are here, else asked for by its id. */
const useChosen = (id: string | undefined, list: { readonly items: readonly Row[]; isLoading: boolean }) => {
  const listed = list.items.find((exception) => exception.id === id);
  const isElsewhere = id !== undefined && id !== NEW && listed === undefined && !list.isLoading;
  const asked = useList('exception.list', {
    query: { filter: withField('', 'id', [id ?? '']), limit: 1 },
    enabled: isElsewhere,
  });
  return listed ?? (isElsewhere ? asked.items.find((exception) => exception.id === id) : undefined);
};

/** Risks that are accepted until a date, wherever they are found. */
export const ExceptionsPage = () => {
  const t = useT();
  const { search, set } = useView();
  const may = useMay('findings:accept');
  const filter = search.filter ?? '';
  const query = {
    ...(filter === '' ? {} : { filter }),
    sort: search.sort ?? 'expiresAtMs',
  };
  const list = useList('exception.list', { query });
  const columns = useColumns((id) => set({ sel: id }));
  const chosen = useChosen(search.sel, list);
  const close = (): void => set({ sel: undefined });
  const add = may && (
    <Button
      size="sm"
      onClick={() => set({ sel: NEW })}
      leftSection={<IconPlus size={16} aria-hidden="true" />}
    >
      {t('exception.new')}
    </Button>
  );
  const isEmpty = !list.isLoading && !list.isError && list.items.length === 0 && filter === '';
  return (
    <div className="page fill">
      <div className="page-head">
        <div>
          <h1>{t('page.exceptions')}</h1>
          <p>{t('exceptions.note')}</p>
        </div>
        {!isEmpty && (
          <span className="row wrap">
            <ExportMenu route="exception.list" query={query} />
            {add}
          </span>
        )}
      </div>
      <FindingSections />
      {isEmpty ? (
        <div className="card">
          <Empty
            title={t('exceptions.none')}
            icon={<IconShieldCheck size={24} aria-hidden="true" />}
            {...(add === false ? {} : { action: add })}
          >
            {t('exceptions.none.note')}
          </Empty>
        </div>
      ) : (
        <>
          <FilterBar route="exception.list" />
          <ListStates
            list={list}
            filtered={filter !== ''}
            emptyTitle={t('exceptions.none')}
            emptyNote={t('exceptions.none.note')}
          >
            <DataTable
              name="exceptions"
              label={t('page.exceptions')}
              columns={columns}
              items={list.items}
              total={list.total}
              selected={search.sel}
              rowKey={(row) => row.id}
              hasMore={list.hasNextPage && !list.isFetchingNextPage}
              onMore={() => void list.fetchNextPage()}
              onOpen={(row) => set({ sel: row.id })}
              rowHeight={54}
            />
          </ListStates>
        </>
      )}
      {may && search.sel === NEW && <ExceptionForm onClose={close} />}
      {chosen !== undefined && <ExceptionPanel key={chosen.id} exception={chosen} onClose={close} />}
    </div>
  );
};
