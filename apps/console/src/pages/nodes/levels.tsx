// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Level, ResponseOf } from '@bartizan/contracts';
import type { ReactElement } from 'react';
import { useT } from '../../i18n/language.ts';
import { Told } from '../../widgets/text.tsx';
import { LEVEL_ORDER } from './level-order.ts';

export type NodeRow = ResponseOf<'node.list'>['items'][number];

const SHAPES: Readonly<Record<Level, ReactElement>> = {
  refuse: <path d="M8 1 14 3.2v4.6c0 3.7-2.6 6-6 7.2-3.4-1.2-6-3.5-6-7.2V3.2z" fill="var(--ok)" />,
  'kill-before-first-instruction': <rect x="2" y="2" width="12" height="12" rx="2" fill="var(--accent)" />,
  'kill-after': (
    <g>
      <rect
        x="2.75"
        y="2.75"
        width="10.5"
        height="10.5"
        rx="1.5"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="1.5"
      />
      <path d="M2.75 13.25V4.5L13.25 13.25z" fill="var(--accent)" />
    </g>
  ),
  'detect-only': (
    <g stroke="var(--sev-medium-mark)" strokeWidth="1.5" fill="none">
      <circle cx="8" cy="8" r="5.75" />
      <circle cx="8" cy="8" r="1.5" fill="var(--sev-medium-mark)" />
    </g>
  ),
  blind: (
    <circle
      cx="8"
      cy="8"
      r="5.75"
      fill="none"
      stroke="var(--sev-unknown-mark)"
      strokeWidth="1.5"
      strokeDasharray="1.8 2.2"
    />
  ),
};

/** A level as a shape; its word stands beside it or in the head of its column. */
export const LevelMark = ({ level, label }: { level: Level; label?: string }) =>
  label === undefined ? (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[level]}
    </svg>
  ) : (
    <svg width="16" height="16" viewBox="0 0 16 16" role="img" aria-label={label}>
      {SHAPES[level]}
    </svg>
  );

/** How many actions reach which level, in one line. */
export const LevelSummary = ({ node }: { node: NodeRow }) => {
  const t = useT();
  if (node.levels.length === 0) return <span className="unknown inline">{t('level.unknown')}</span>;
  return (
    <span className="row" style={{ gap: 10 }}>
      {LEVEL_ORDER.map((level) => ({
        level,
        amount: node.levels.filter((entry) => entry.level === level).length,
      }))
        .filter(({ amount }) => amount > 0)
        .map(({ level, amount }) => (
          <span key={level} className="row" style={{ gap: 4 }} title={t(`level.${level}`)}>
            <LevelMark level={level} label={t(`level.${level}`)} />
            {amount}
          </span>
        ))}
    </span>
  );
};

/** Actions against levels: the level each reached when it was tried, and what the kernel answered. */
export const LevelMatrix = ({ node }: { node: NodeRow }) => {
  const t = useT();
  return (
    <table className="simple-table level-table as-cards">
      <thead>
        <tr>
          <th>{t('level.action')}</th>
          {LEVEL_ORDER.map((level) => (
            <th key={level} className="level-head">
              <span className="row" style={{ gap: 6 }}>
                <LevelMark level={level} />
                <span>{t(`level.${level}`)}</span>
              </span>
            </th>
          ))}
          <th>{t('level.reason')}</th>
        </tr>
      </thead>
      <tbody>
        {node.levels.map((entry) => (
          <tr key={entry.action}>
            <td>
              <code>{entry.action}</code>
            </td>
            {LEVEL_ORDER.map((level) => (
              <td
                key={level}
                className="level-cell"
                data-label={level === entry.level ? t(`level.${level}`) : undefined}
              >
                {level === entry.level ? (
                  <LevelMark level={level} label={t(`level.${level}`)} />
                ) : (
                  <span className="quiet" aria-hidden="true">
                    ·
                  </span>
                )}
              </td>
            ))}
            <td className="small second">
              <Told>{entry.reason}</Told>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
