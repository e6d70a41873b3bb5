// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button, Switch } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { ListStates } from '../../widgets/list-states.tsx';
import { ProcessForest } from '../../widgets/process-tree.tsx';
import { Unknown } from '../../widgets/states.tsx';

/** Processes as trees; what has ended can be put away. */
export const WorkloadProcesses = ({ id }: { id: string }) => {
  const t = useT();
  const { count } = useFormat();
  const [running, setRunning] = useState(false);
  const list = useList('workload.processes', { params: { id }, query: { limit: 500 } });
  const rows = running ? list.items.filter((row) => row.running) : list.items;
  const all = list.total ?? list.items.length;
  return (
    <ListStates
      list={list}
      filtered={false}
      emptyTitle={t('process.none')}
      emptyNote={t('process.none.note')}
    >
      <section className="card">
        <div className="card-head">
          <span className="quiet">
            {rows.length < all
              ? t('table.of', { n: count(rows.length), total: count(all) })
              : t('process.shown', { n: count(rows.length) })}
          </span>
          <Switch
            size="xs"
            label={t('process.only-running')}
            checked={running}
            onChange={(event) => setRunning(event.currentTarget.checked)}
          />
        </div>
        <div className="card-body">
          {list.isTotalLowerBound && <Unknown inline why={t('process.newest')} />}
          {rows.length === 0 ? (
            <p className="quiet">{t('process.none-running')}</p>
          ) : (
            <ProcessForest rows={rows} />
          )}
        </div>
        {list.hasNextPage && (
          <div className="table-foot">
            <span>{t('process.cut')}</span>
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
  );
};
