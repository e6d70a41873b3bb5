// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CoverageEntry } from '@bartizan/contracts';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { Badge } from './badges.tsx';
import { Told } from './text.tsx';

const COVERAGE_TONES = {
  covered: 'ok',
  partial: 'medium',
  'no-data': 'unknown',
  'not-covered': 'unknown',
} as const;

/** What the advisories can judge of these packages, and what they cannot. */
export const CoverageList = ({ coverage }: { coverage: readonly CoverageEntry[] }) => {
  const t = useT();
  const { count } = useFormat();
  return (
    <div className="card card-body stack tight">
      <h2>{t('coverage.title')}</h2>
      {coverage.length === 0 && <p className="quiet">{t('coverage.none')}</p>}
      <ul className="list-plain coverage">
        {coverage.map((entry) => (
          <li key={entry.ecosystem} className="row wrap">
            <Badge tone={COVERAGE_TONES[entry.state]}>{t(`coverage.${entry.state}`)}</Badge>
            <strong translate="no">{entry.ecosystem}</strong>
            <span className="quiet">
              {t('coverage.packages', { n: count(entry.packages), without: count(entry.withoutData) })}
              {entry.asOf !== undefined && (
                <>
                  {' · '}
                  <span className="nowrap">{t('coverage.as-of', { date: entry.asOf })}</span>
                </>
              )}
            </span>
            {entry.reason !== undefined && (
              <span className="quiet small">
                <Told>{entry.reason}</Told>
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
};
