// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity, Verdict } from '@bartizan/contracts';
import type { ReactElement } from 'react';

const SEVERITY_SHAPES: Readonly<Record<Severity, (color: string) => ReactElement>> = {
  critical: (color) => <path d="M6 0.5 11.5 6 6 11.5 0.5 6z" fill={color} />,
  high: (color) => <path d="M6 1 11.5 11H0.5z" fill={color} />,
  medium: (color) => <rect x="1.25" y="1.25" width="9.5" height="9.5" rx="1" fill={color} />,
  low: (color) => <circle cx="6" cy="6" r="4.75" fill={color} />,
  info: (color) => <circle cx="6" cy="6" r="2.75" fill={color} />,
  unknown: (color) => (
    <circle cx="6" cy="6" r="4.5" fill="none" stroke={color} strokeWidth="1.5" strokeDasharray="1.6 1.9" />
  ),
};

/** A severity as a shape: diamond, triangle, square, circle, dot; dotted ring when nobody rates it. */
export const SeverityMark = ({ severity, size = 12 }: { severity: Severity; size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
    {SEVERITY_SHAPES[severity](`var(--sev-${severity}-mark)`)}
  </svg>
);

const VERDICT_SHAPES: Readonly<Record<Verdict, (color: string) => ReactElement>> = {
  allow: (color) => <path d="M1 6h14" stroke={color} strokeWidth="2" strokeLinecap="round" />,
  alert: (color) => (
    <g stroke={color} strokeWidth="1.5">
      <rect x="1" y="2.5" width="14" height="7" rx="1.5" fill="none" />
      <path d="m4 9 4-6M8 9l4-6" />
    </g>
  ),
  deny: (color) => (
    <g>
      <rect x="0.5" y="2" width="15" height="8" rx="1.5" fill={color} />
      <path d="M4 6h8" stroke="var(--surface)" strokeWidth="2" strokeLinecap="round" />
    </g>
  ),
  undecided: (color) => (
    <path d="M1 6h14" stroke={color} strokeWidth="2" strokeDasharray="2.5 2.5" strokeLinecap="round" />
  ),
};

/** A verdict as a shape: line, hatched, filled with a bar, dashed. */
export const VerdictMark = ({ verdict }: { verdict: Verdict }) => (
  <svg width="16" height="12" viewBox="0 0 16 12" aria-hidden="true">
    {VERDICT_SHAPES[verdict](`var(--verdict-${verdict})`)}
  </svg>
);
