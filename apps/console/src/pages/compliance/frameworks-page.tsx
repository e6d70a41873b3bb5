// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import type { ControlCounts } from '@bartizan/contracts/compliance';
import { Link } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Asked, Empty, Unknown } from '../../widgets/states.tsx';
import { When } from '../../widgets/text.tsx';
import { ScoreCell } from './compliance-words.tsx';
import { DownloadMenu } from './download-menu.tsx';

/** ISMAP, FISC and PCI DSS in one report. */
const AUDIT_PACK = 'audit-pack-japan';
type Summary = ResponseOf<'compliance.frameworks'>['frameworks'][number];

const PARTS = [
  { key: 'met', state: 'met', color: 'var(--ok)' },
  { key: 'partly', state: 'partly', color: 'var(--sev-medium-mark)' },
  { key: 'notMet', state: 'not-met', color: 'var(--sev-high-mark)' },
  { key: 'unknown', state: 'unknown', color: 'var(--border-strong)' },
] as const;

/** Controls by state as one bar; the words beside it say the same. */
const StateBar = ({ counts }: { counts: ControlCounts }) => {
  const t = useT();
  const { count } = useFormat();
  const shown = PARTS.filter(({ key }) => counts[key] > 0);
  return (
    <div className="stack tight" style={{ gap: 4 }}>
      <span className="state-bar" aria-hidden="true">
        {shown.map(({ key, color }) => (
          <span key={key} style={{ flex: counts[key], background: color }} />
        ))}
      </span>
      <span className="small second">
        {shown.map(({ key, state }) => `${t(`compliance.state.${state}`)} ${count(counts[key])}`).join(' · ')}
        {counts.notJudged > 0 && (
          <span className="quiet">
            {shown.length > 0 && ' · '}
            {t('compliance.state.not-judged')} {count(counts.notJudged)}
          </span>
        )}
      </span>
    </div>
  );
};

const Row = ({ row }: { row: Summary }) => {
  const t = useT();
  const { text, percent } = useFormat();
  return (
    <tr>
      <td>
        <Link to="/compliance/$id" params={{ id: row.id }} className="row-link">
          {text(row.title)}
        </Link>
        <div className="quiet small">
          {t('compliance.edition')} <span translate="no">{row.edition}</span>
        </div>
      </td>
      <td data-label={t('score.score')}>
        <ScoreCell score={row.score} />
      </td>
      <td className="number" data-label={t('score.coverage')}>
        {row.coverage === undefined ? <span className="quiet">–</span> : percent(row.coverage)}
      </td>
      <td data-label={t('compliance.controls')}>
        <StateBar counts={row.counts} />
      </td>
      <td data-label={t('compliance.oldest')}>
        {row.oldestAt === undefined ? (
          <Unknown inline why={t('compliance.no-data')} />
        ) : (
          <When at={row.oldestAt} />
        )}
      </td>
    </tr>
  );
};

/** Every framework: how far it is met, how much of it could be judged, and how old the evidence is. */
export const CompliancePage = () => {
  const t = useT();
  const asked = useApi('compliance.frameworks');
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('page.compliance')}</h1>
          <p>{t('compliance.note')}</p>
        </div>
        <DownloadMenu framework={AUDIT_PACK} button={t('compliance.pack')} />
      </div>
      <section className="card" aria-label={t('compliance.frameworks')}>
        <Asked of={asked} rows={10}>
          {({ frameworks }) =>
            frameworks.length === 0 ? (
              <Empty title={t('compliance.none')}>{t('compliance.none.note')}</Empty>
            ) : (
              <table className="simple-table score-table as-cards">
                <thead>
                  <tr>
                    <th>{t('compliance.framework')}</th>
                    <th>{t('score.score')}</th>
                    <th className="number">{t('score.coverage')}</th>
                    <th>{t('compliance.controls')}</th>
                    <th>{t('compliance.oldest')}</th>
                  </tr>
                </thead>
                <tbody>
                  {frameworks.map((row) => (
                    <Row key={row.id} row={row} />
                  ))}
                </tbody>
              </table>
            )
          }
        </Asked>
        <p className="card-body small quiet">{t('compliance.formula')}</p>
      </section>
    </div>
  );
};
