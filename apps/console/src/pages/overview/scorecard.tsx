// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { HoverCard, SegmentedControl } from '@mantine/core';
import { IconMathFunction } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { type Formats, useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityCounts } from '../../widgets/badges.tsx';
import { Meter, Sparkline, scoreColor } from '../../widgets/meter.tsx';
import { Asked, Unknown } from '../../widgets/states.tsx';
import { missingScores } from './missing-scores.ts';

export type ScoreRow = ResponseOf<'scorecard.show'>['rows'][number];
export type Edition = '2022' | '2025';

/** Rows in the order of an edition; risks outside that edition come last. */
export const inEdition = (rows: readonly ScoreRow[], edition: Edition): ScoreRow[] => {
  const place = (row: ScoreRow): string => row.owasp[edition][0] ?? 'K99';
  return [...rows].sort((a, b) => place(a).localeCompare(place(b)) || a.control.localeCompare(b.control));
};

/** Why a row has no score, in words. */
const reasonOf = (row: ScoreRow, t: ReturnType<typeof useT>, text: Formats['text']): string =>
  row.reason === undefined ? t('score.none') : text(row.reason);

/** A trend takes two days: before that its column would only hold the word that there is none. */
const hasTrend = (rows: readonly ScoreRow[]): boolean => rows.some((row) => row.trend.length > 1);

/** Score as number and bar; without enough coverage there is no number but a reason. */
export const Score = ({ row }: { row: ScoreRow }) => {
  const t = useT();
  const { text } = useFormat();
  if (row.score === undefined) {
    return <Unknown inline why={reasonOf(row, t, text)} />;
  }
  return (
    <span className="row" style={{ gap: 10 }}>
      <strong className="score-number">{row.score}</strong>
      <Meter value={row.score} color={scoreColor(row.score)} width={64} />
    </span>
  );
};

interface ScoreLineProps {
  readonly row: ScoreRow;
  readonly edition: Edition;
  readonly hasTrend: boolean;
}
const ScoreLine = ({ row, edition, hasTrend }: ScoreLineProps) => {
  const t = useT();
  const { text, percent } = useFormat();
  return (
    <tr>
      <td className="nowrap">
        <span className="item-id" translate="no">
          {row.owasp[edition].join(' ') || '–'}
        </span>
      </td>
      <td>
        <Link to="/controls/$control" params={{ control: row.control }} className="row-link">
          {text(row.title)}
        </Link>
      </td>
      <td>
        {row.score === undefined ? (
          <span title={reasonOf(row, t, text)}>
            <Unknown inline why={t('score.none.short')} />
          </span>
        ) : (
          <Score row={row} />
        )}
      </td>
      <td
        className="number"
        title={t('score.coverage.hint', { passed: row.passed, failed: row.failed, unknown: row.unknown })}
      >
        {row.coverage === 0 ? <span className="quiet">–</span> : percent(row.coverage)}
      </td>
      <td className="hide-narrow">
        <SeverityCounts counts={row.openFindings} />
      </td>
      {hasTrend && (
        <td className="hide-narrow">
          <Sparkline
            values={row.trend}
            label={t('score.trend', {
              from: row.trend[0] ?? 0,
              to: row.trend.at(-1) ?? 0,
              days: row.trend.length,
            })}
          />
        </td>
      )}
    </tr>
  );
};

/** Why rows have no score, once for all of them: in each row it would be the same sentence again. */
const NoScores = ({ rows, edition }: { rows: readonly ScoreRow[]; edition: Edition }) => {
  const t = useT();
  const { text } = useFormat();
  const missing = missingScores(inEdition(rows, edition), {
    reasonOf: (row) => reasonOf(row, t, text),
    nameOf: ({ owasp, title }) => owasp[edition].join(' ') || text(title),
  });
  const incomplete = rows.find((row) => row.incomplete !== undefined)?.incomplete;
  if (missing.length === 0 && incomplete === undefined) return null;
  return (
    <ul className="list-plain card-body quiet small">
      {missing.map(({ reason, items }) => (
        <li key={reason}>{t('score.none.of', { items: items.join(t('score.none.and')), reason })}</li>
      ))}
      {incomplete !== undefined && <li>{text(incomplete)}</li>}
    </ul>
  );
};

/** The OWASP Kubernetes Top 10 with score, coverage and trend; both editions. */
export const Scorecard = () => {
  const t = useT();
  const { text } = useFormat();
  const { search, set } = useView();
  const edition: Edition = search.edition === '2022' ? '2022' : '2025';
  const scorecard = useApi('scorecard.show');
  return (
    <section className="card" aria-labelledby="scorecard-title">
      <div className="card-head">
        <h2 id="scorecard-title">{t('score.title')}</h2>
        <span className="row">
          <HoverCard width={340} shadow="md">
            <HoverCard.Target>
              <button type="button" className="text-button">
                <IconMathFunction size={15} aria-hidden="true" /> {t('score.formula')}
              </button>
            </HoverCard.Target>
            <HoverCard.Dropdown>
              {scorecard.data !== undefined && text(scorecard.data.formula)}
            </HoverCard.Dropdown>
          </HoverCard>
          <SegmentedControl
            size="xs"
            data={['2025', '2022']}
            value={edition}
            onChange={(value) => set({ edition: value === '2025' ? undefined : value }, true)}
            aria-label={t('score.edition')}
          />
        </span>
      </div>
      <Asked of={scorecard} rows={10}>
        {(data) => (
          <>
            <table className="simple-table score-table">
              <thead>
                <tr>
                  <th>{t('score.item')}</th>
                  <th>{t('score.risk')}</th>
                  <th>{t('score.score')}</th>
                  <th className="number">{t('score.coverage')}</th>
                  <th className="hide-narrow">{t('score.findings')}</th>
                  {hasTrend(data.rows) && <th className="hide-narrow">{t('score.trend.title')}</th>}
                </tr>
              </thead>
              <tbody>
                {inEdition(data.rows, edition).map((row) => (
                  <ScoreLine key={row.control} row={row} edition={edition} hasTrend={hasTrend(data.rows)} />
                ))}
              </tbody>
            </table>
            <NoScores rows={data.rows} edition={edition} />
          </>
        )}
      </Asked>
    </section>
  );
};
