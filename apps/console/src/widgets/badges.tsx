// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CheckResult, Severity, Verdict, Workload } from '@bartizan/contracts';
import {
  IconBell,
  IconCheck,
  IconEye,
  IconMinus,
  IconQuestionMark,
  IconShield,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { countsOf } from '../format/numbers.ts';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { SeverityMark, VerdictMark } from './mark.tsx';
import { SEVERITY_ORDER } from './severity-order.ts';

export type Tone = 'quiet' | 'ok' | 'accent' | 'unknown' | Severity;

interface BadgeProps {
  readonly tone: Tone;
  readonly mark?: ReactNode;
  readonly title?: string;
  readonly children: ReactNode;
}
/** A short state in a word, with its mark. */
export const Badge = ({ tone, mark, title, children }: BadgeProps) => (
  <span className="badge" data-tone={tone} title={title}>
    {mark}
    {children}
  </span>
);

/** Severity: colour, shape and word. */
export const SeverityBadge = ({ severity }: { severity: Severity }) => {
  const t = useT();
  return (
    <Badge tone={severity} mark={<SeverityMark severity={severity} />}>
      {t(`severity.${severity}`)}
    </Badge>
  );
};

/**
 * Counts per severity, worst first; zero counts are left out, nothing at all is said in a word. A narrow place breaks
 * between counts: a number that is cut is another number.
 */
export const SeverityCounts = ({ counts }: { counts: Readonly<Record<string, string>> }) => {
  const t = useT();
  const { compact } = useFormat();
  const numbers = countsOf(counts);
  const shown = SEVERITY_ORDER.filter((severity) => (numbers[severity] ?? 0) > 0);
  if (shown.length === 0) return <span className="quiet">{t('counts.none')}</span>;
  return (
    <span className="row wrap" style={{ gap: '0 10px' }}>
      {shown.map((severity) => (
        <span key={severity} className="row" style={{ gap: 4 }} title={t(`severity.${severity}`)}>
          <SeverityMark severity={severity} size={10} />
          <span className="visually-hidden">{t(`severity.${severity}`)}</span>
          {compact(numbers[severity] ?? 0)}
        </span>
      ))}
    </span>
  );
};

const VERDICT_TONES = { allow: 'quiet', alert: 'high', deny: 'critical', undecided: 'unknown' } as const;
/** Verdict: shape and word. */
export const VerdictBadge = ({ verdict }: { verdict: Verdict }) => {
  const t = useT();
  return (
    <Badge tone={VERDICT_TONES[verdict]} mark={<VerdictMark verdict={verdict} />}>
      {t(`verdict.${verdict}`)}
    </Badge>
  );
};

export type Mode = Workload['modes']['process'];
const MODE_ICONS = { discover: IconEye, monitor: IconBell, protect: IconShield } as const;
/** Mode of one domain: open eye, bell, shield. */
export const ModeBadge = ({ mode }: { mode: Mode }) => {
  const t = useT();
  const Icon = MODE_ICONS[mode];
  return (
    <Badge tone={mode === 'protect' ? 'accent' : 'quiet'} mark={<Icon size={14} aria-hidden="true" />}>
      {t(`mode.${mode}`)}
    </Badge>
  );
};

const OUTCOMES = {
  pass: { tone: 'ok', Icon: IconCheck },
  fail: { tone: 'critical', Icon: IconX },
  unknown: { tone: 'unknown', Icon: IconQuestionMark },
  'not-applicable': { tone: 'quiet', Icon: IconMinus },
} as const;
/** Outcome of a check. */
export const OutcomeBadge = ({ outcome }: { outcome: CheckResult['outcome'] }) => {
  const t = useT();
  const { tone, Icon } = OUTCOMES[outcome];
  return (
    <Badge tone={tone} mark={<Icon size={14} aria-hidden="true" />}>
      {t(`outcome.${outcome}`)}
    </Badge>
  );
};
