// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceChange, FrameworkAssessment } from '@bartizan/contracts';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Empty } from '../../widgets/states.tsx';
import { When } from '../../widgets/text.tsx';

const LISTS = ['newlyFailing', 'repaired', 'stillOpen', 'newlyUnknown'] as const;
const SHOWN_MAX = 200;

const MovedList = ({ change, name }: { change: ComplianceChange; name: (typeof LISTS)[number] }) => {
  const t = useT();
  const { count } = useFormat();
  const rows = change[name];
  const label = t(`compliance.change.${name}`);
  return (
    <section className="stack tight" aria-label={label}>
      <h3>
        {label} <span className="quiet">{count(rows.length)}</span>
      </h3>
      {rows.length === 0 ? (
        <p className="quiet small">{t('compliance.change.none')}</p>
      ) : (
        <table className="simple-table">
          <thead>
            <tr>
              <th>{t('compliance.check')}</th>
              <th>{t('compliance.place')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN_MAX).map(({ ref, subject, node }) => (
              <tr key={`${ref} ${subject} ${node ?? ''}`}>
                <td>
                  <code>{ref}</code>
                </td>
                <td translate="no">{subject}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
};

/** Two runs beside each other: what fails newly, was repaired, is still open, and is no longer known. */
export const RunsCompared = ({ assessment }: { assessment: FrameworkAssessment }) => {
  const t = useT();
  const { search, set } = useView();
  const [run, setRun] = useState(search.cmp ?? '');
  const { change } = assessment;
  const compare = (event: FormEvent): void => {
    event.preventDefault();
    set({ cmp: run.trim() === '' ? undefined : run.trim() });
  };
  return (
    <>
      <form className="row wrap" onSubmit={compare} style={{ alignItems: 'end' }}>
        <TextInput
          label={t('compliance.compare.run')}
          description={t('compliance.compare.note')}
          value={run}
          onChange={(event) => setRun(event.currentTarget.value)}
          maxLength={64}
          style={{ minWidth: 320 }}
        />
        <Button type="submit" variant="default">
          {t('compliance.compare')}
        </Button>
      </form>
      {change === undefined ? (
        <Empty title={t('compliance.compare.none')}>{t('compliance.compare.none.note')}</Empty>
      ) : (
        <>
          <p className="second">
            {t('compliance.compare.with')} <code>{change.before}</code>
            {change.beforeAt !== undefined && (
              <>
                {' · '}
                <When at={change.beforeAt} />
              </>
            )}
          </p>
          {LISTS.map((name) => (
            <MovedList key={name} change={change} name={name} />
          ))}
        </>
      )}
    </>
  );
};
