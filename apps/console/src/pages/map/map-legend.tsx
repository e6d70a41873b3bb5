// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useT } from '../../i18n/language.ts';
import { VerdictMark } from '../../widgets/mark.tsx';
import { CHANGES } from './map-compare.ts';

const VERDICTS = ['allow', 'alert', 'deny', 'undecided'] as const;
const KINDS = ['workload', 'group', 'external'] as const;
const SHAPES = {
  workload: <circle cx="6" cy="6" r="5" fill="var(--text-3)" />,
  group: <rect x="1" y="1" width="10" height="10" rx="3" fill="var(--text-3)" />,
  external: <path d="M6 0.5 11.5 6 6 11.5 0.5 6z" fill="var(--text-3)" />,
} as const;

/** What lines and marks mean. */
export const MapLegend = ({ isCompared }: { isCompared: boolean }) => {
  const t = useT();
  return (
    <div className="map-legend small second">
      {KINDS.map((kind) => (
        <span key={kind} className="row" style={{ gap: 6 }}>
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            {SHAPES[kind]}
          </svg>
          {t(`map.kind.${kind}`)}
        </span>
      ))}
      {isCompared
        ? CHANGES.map((change) => (
            <span key={change} className="row" style={{ gap: 6 }}>
              <span className="change-line" data-change={change} aria-hidden="true" />
              {t(`map.change.${change}`)}
            </span>
          ))
        : VERDICTS.map((verdict) => (
            <span key={verdict} className="row" style={{ gap: 6 }}>
              <VerdictMark verdict={verdict} />
              {t(`verdict.${verdict}`)}
            </span>
          ))}
      <span className="quiet">{t('map.color')}</span>
    </div>
  );
};
