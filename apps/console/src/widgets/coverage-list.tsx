// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CoverageEntry } from '@bartizan/contracts';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { Badge } from './badges.tsx';

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
              {entry.asOf !== undefined && ` · ${t('coverage.as-of', { date: entry.asOf })}`}
            </span>
            {entry.reason !== undefined && (
              <span className="quiet small" translate="no">
                {entry.reason}
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
};
