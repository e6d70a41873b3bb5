// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconPlus, IconServer } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useList } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { ListStates } from '../../widgets/list-states.tsx';
import { Empty } from '../../widgets/states.tsx';
import { ImageSections } from '../images/image-sections.tsx';
import { RegistryCard } from './registry-card.tsx';
import { isRunning } from './registry-draft.ts';
import { RegistryForm } from './registry-form.tsx';

/** What the address says while a new registry is written down. */
const NEW = 'new';
/** While a run is under way, its numbers are asked again this often. */
const BUSY_MS = 1_500;

const useRegistries = () => {
  const list = useList('registry.list', { query: { limit: 100, sort: 'name' } });
  const { refetch } = list;
  const isBusy = list.items.some(isRunning);
  useEffect(() => {
    if (!isBusy) return;
    const timer = setInterval(() => void refetch(), BUSY_MS);
    return () => clearInterval(timer);
  }, [isBusy, refetch]);
  return list;
};

/** Registries whose images are scanned, with how their runs go. */
export const RegistriesPage = () => {
  const t = useT();
  const { count } = useFormat();
  const { search, set } = useView();
  const may = useMay('registries:manage');
  const list = useRegistries();
  const chosen = list.items.find((registry) => registry.id === search.sel);
  const close = (): void => set({ sel: undefined });
  const add = may && (
    <Button
      size="sm"
      onClick={() => set({ sel: NEW })}
      leftSection={<IconPlus size={16} aria-hidden="true" />}
    >
      {t('registry.add')}
    </Button>
  );
  const isEmpty = !list.isLoading && !list.isError && list.items.length === 0;
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('images.registries')}</h1>
          <p>{t('registries.note')}</p>
        </div>
        {!isEmpty && add}
      </div>
      <ImageSections />
      {isEmpty ? (
        <div className="card">
          <Empty
            title={t('registries.none')}
            icon={<IconServer size={24} aria-hidden="true" />}
            {...(add === false ? {} : { action: add })}
          >
            {t('registries.none.note')}
          </Empty>
        </div>
      ) : (
        <ListStates
          list={list}
          filtered={false}
          emptyTitle={t('registries.none')}
          emptyNote={t('registries.none.note')}
        >
          <section className="card" aria-label={t('images.registries')}>
            <ul className="list-plain registries">
              {list.items.map((registry) => (
                <RegistryCard key={registry.id} registry={registry} isSelected={registry.id === search.sel} />
              ))}
            </ul>
            {list.hasNextPage && (
              <div className="table-foot">
                <span>{t('table.loaded', { n: count(list.items.length) })}</span>
                <Button
                  variant="subtle"
                  loading={list.isFetchingNextPage}
                  onClick={() => void list.fetchNextPage()}
                >
                  {t('list.more')}
                </Button>
              </div>
            )}
          </section>
        </ListStates>
      )}
      {may && search.sel === NEW && <RegistryForm key={NEW} onClose={close} />}
      {may && chosen !== undefined && <RegistryForm key={chosen.id} registry={chosen} onClose={close} />}
    </div>
  );
};
