// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Switch } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { ListStates } from '../../widgets/list-states.tsx';
import { ProcessForest } from '../../widgets/process-tree.tsx';

/** Processes as trees; what has ended can be put away. */
export const WorkloadProcesses = ({ id }: { id: string }) => {
  const t = useT();
  const { count } = useFormat();
  const [running, setRunning] = useState(false);
  const list = useList('workload.processes', { params: { id }, query: { limit: 500 } });
  const rows = running ? list.items.filter((row) => row.running) : list.items;
  return (
    <ListStates
      list={list}
      filtered={false}
      emptyTitle={t('process.none')}
      emptyNote={t('process.none.note')}
    >
      <section className="card">
        <div className="card-head">
          <span className="quiet">{t('process.shown', { n: count(rows.length) })}</span>
          <Switch
            size="xs"
            label={t('process.only-running')}
            checked={running}
            onChange={(event) => setRunning(event.currentTarget.checked)}
          />
        </div>
        <div className="card-body">
          <ProcessForest rows={rows} />
        </div>
      </section>
    </ListStates>
  );
};
