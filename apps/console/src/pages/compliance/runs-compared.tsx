// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceChange, FrameworkAssessment } from '@bartizan/contracts/compliance';
import { visibleText } from '@bartizan/contracts/words';
import { NativeSelect } from '@mantine/core';
import { useApi } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Asked, Empty } from '../../widgets/states.tsx';
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
                <td translate="no">{visibleText(subject)}</td>
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
  const { exact, percent } = useFormat();
  const runs = useApi('compliance.runs', { query: { limit: 100 } });
  const { change } = assessment;
  return (
    <>
      <Asked of={runs} rows={2}>
        {({ items }) => (
          <NativeSelect
            label={t('compliance.compare.run')}
            description={t('compliance.compare.note')}
            value={search.cmp ?? ''}
            onChange={(event) => set({ cmp: event.currentTarget.value || undefined })}
            data={[
              { value: '', label: t('compliance.compare.choose') },
              ...items.map(({ id, at, nodes, counts }) => ({
                value: id,
                label: [
                  exact(at),
                  nodes.map(({ name }) => name).join(', '),
                  counts.score === undefined ? t('compliance.no-data') : percent(counts.score),
                ].join(' · '),
              })),
            ]}
            style={{ maxWidth: 520 }}
          />
        )}
      </Asked>
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
