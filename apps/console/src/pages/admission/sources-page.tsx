// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { useApi } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { Asked } from '../../widgets/states.tsx';
import { Cut, Section, Told, Verbatim, When } from '../../widgets/text.tsx';
import { AdmissionHead } from './admission-head.tsx';

type Source = ResponseOf<'admission.sources'>['sources'][number];
type Problem = Source['problems'][number];

const TONES: Readonly<Record<Source['state'], 'ok' | 'quiet' | 'high' | 'critical' | 'unknown'>> = {
  off: 'quiet',
  waiting: 'unknown',
  current: 'ok',
  degraded: 'high',
  unreachable: 'critical',
};

const useColumns = (): readonly Column<Source>[] => {
  const t = useT();
  const { count } = useFormat();
  return [
    {
      id: 'source',
      title: t('admission.source'),
      width: 'minmax(150px, 1fr)',
      cell: ({ source }) => t(`admission.origin.${source}`),
    },
    {
      id: 'state',
      title: t('admission.source.state'),
      width: '170px',
      below: true,
      cell: ({ state }) => <Badge tone={TONES[state]}>{t(`admission.source.state.${state}`)}</Badge>,
    },
    {
      id: 'rules',
      title: t('admission.rules'),
      width: '100px',
      number: true,
      fromPx: 560,
      cell: ({ rules }) => count(rules),
    },
    {
      id: 'bindings',
      title: t('admission.source.bindings'),
      width: '120px',
      number: true,
      fromPx: 760,
      cell: ({ bindings }) => count(bindings),
    },
    {
      id: 'exceptions',
      title: t('admission.exceptions'),
      width: '100px',
      number: true,
      fromPx: 760,
      cell: ({ exceptions }) => count(exceptions),
    },
    {
      id: 'changed',
      title: t('admission.source.changed'),
      width: '130px',
      fromPx: 900,
      cell: ({ changedAtMs }) => (changedAtMs === undefined ? '' : <When at={changedAtMs} />),
    },
    {
      id: 'place',
      title: t('admission.source.place'),
      width: 'minmax(140px, 1fr)',
      fromPx: 1000,
      cell: ({ place }) => (place === undefined ? '' : <Cut text={place} most={40} mono />),
    },
  ];
};

/** What is wrong is told whole: a sentence cut at the end of its cell helps nobody. */
const Problems = ({
  problems,
  total,
  label,
}: {
  problems: readonly Problem[];
  total: number;
  label: string;
}) => {
  const t = useT();
  const { count } = useFormat();
  return (
    <>
      <div className="card">
        <table className="simple-table as-cards" aria-label={label}>
          <thead>
            <tr>
              <th>{t('admission.source.reason')}</th>
              <th>{t('admission.source.place')}</th>
              <th>{t('admission.source.detail')}</th>
            </tr>
          </thead>
          <tbody>
            {problems.map(({ reason, place, detail }) => (
              <tr key={`${reason} ${place}`}>
                <td>
                  <Badge tone="high">{t(`admission.source.reason.${reason}`)}</Badge>
                </td>
                <td data-label={t('admission.source.place')}>
                  <Verbatim mono>{place}</Verbatim>
                </td>
                <td data-label={t('admission.source.detail')}>
                  <Told>{detail}</Told>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > problems.length && (
        <p className="second small">{t('table.of', { n: count(problems.length), total: count(total) })}</p>
      )}
    </>
  );
};

/** What a source could not be used for, and what its last change did. */
const SourceNotes = ({ source }: { source: Source }) => {
  const t = useT();
  const name = t(`admission.origin.${source.source}`);
  const { problems, problemsTotal, changes, detail } = source;
  if (problems.length + changes.length === 0 && detail === undefined) return null;
  return (
    <Section title={name}>
      {detail !== undefined && (
        <p>
          <Told>{detail}</Told>
        </p>
      )}
      {problems.length > 0 && (
        <Problems
          problems={problems}
          total={problemsTotal}
          label={t('admission.source.problems', { name })}
        />
      )}
      {changes.length > 0 && (
        <p className="second small">
          {t('admission.source.changes')}{' '}
          <Verbatim mono>
            {changes.map(({ action, kind, id }) => `${action} ${kind}/${id}`).join(', ')}
          </Verbatim>
        </p>
      )}
    </Section>
  );
};

/** Where policies come from, how each source is doing, and which of its objects are not in force. */
export const AdmissionSourcesPage = () => {
  const t = useT();
  const asked = useApi('admission.sources');
  const columns = useColumns();
  return (
    <div className="page">
      <AdmissionHead title={t('admission.sources')} note={t('admission.sources.note')} />
      <Asked of={asked}>
        {({ sources }) => (
          <>
            <DataTable
              name="admission-sources"
              label={t('admission.sources')}
              columns={columns}
              items={sources}
              total={sources.length}
              rowKey={({ source }) => source}
            />
            {sources.map((source) => (
              <SourceNotes key={source.source} source={source} />
            ))}
          </>
        )}
      </Asked>
    </div>
  );
};
