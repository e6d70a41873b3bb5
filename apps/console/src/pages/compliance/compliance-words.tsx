// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ControlState, MappingState } from '@bartizan/contracts/compliance';
import {
  IconCheck,
  IconCircleHalf2,
  IconClockExclamation,
  IconQuestionMark,
  IconUser,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import { Meter, scoreColor } from '../../widgets/meter.tsx';
import { Unknown } from '../../widgets/states.tsx';

type State = ControlState | MappingState;

const SIZE = { size: 13, 'aria-hidden': true } as const;
const LOOKS: Readonly<Record<State, { readonly tone: Tone; readonly mark: ReactNode }>> = {
  met: { tone: 'ok', mark: <IconCheck {...SIZE} /> },
  pass: { tone: 'ok', mark: <IconCheck {...SIZE} /> },
  partly: { tone: 'medium', mark: <IconCircleHalf2 {...SIZE} /> },
  'not-met': { tone: 'high', mark: <IconX {...SIZE} /> },
  fail: { tone: 'high', mark: <IconX {...SIZE} /> },
  unknown: { tone: 'unknown', mark: <IconQuestionMark {...SIZE} /> },
  'no-data': { tone: 'unknown', mark: <IconQuestionMark {...SIZE} /> },
  stale: { tone: 'unknown', mark: <IconClockExclamation {...SIZE} /> },
  'not-judged': { tone: 'quiet', mark: <IconUser {...SIZE} /> },
};

/** How a control or check stands: colour, mark and word. */
export const StateBadge = ({ state }: { state: State }) => {
  const t = useT();
  const { tone, mark } = LOOKS[state];
  return (
    <Badge tone={tone} mark={mark}>
      {t(`compliance.state.${state}`)}
    </Badge>
  );
};

/** A score as number and bar; without one, why there is none. */
export const ScoreCell = ({ score }: { score: number | undefined }) => {
  const t = useT();
  if (score === undefined) return <Unknown inline why={t('compliance.no-score')} />;
  return (
    <span className="row" style={{ gap: 10 }}>
      <strong className="score-number">{score}</strong>
      <Meter value={score} color={scoreColor(score)} width={64} />
    </span>
  );
};
