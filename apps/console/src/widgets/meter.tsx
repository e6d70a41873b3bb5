// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A share as a bar; the number beside it carries the meaning. */
export const Meter = ({ value, color, width }: { value: number; color?: string; width?: number }) => (
  <span className="bar-meter" aria-hidden="true" style={width === undefined ? {} : { width }}>
    <span
      style={{
        width: `${Math.max(0, Math.min(100, value))}%`,
        ...(color === undefined ? {} : { background: color }),
      }}
    />
  </span>
);

/** The colour of a score: words and number say the rest. */
export const scoreColor = (score: number): string =>
  score >= 80 ? 'var(--ok)' : score >= 50 ? 'var(--sev-medium-mark)' : 'var(--sev-critical-mark)';

/** A small line of values, oldest first; fewer than two points have no line. */
export const Sparkline = ({ values, label }: { values: readonly number[]; label: string }) => {
  if (values.length < 2) return null;
  const [width, height] = [72, 20];
  const step = width / (values.length - 1);
  // At least twenty points high, so that a flat line looks flat.
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  const span = Math.max(20, Math.max(...values) - Math.min(...values));
  const y = (value: number): number => height / 2 - ((value - middle) / span) * (height - 6);
  const points = values
    .map((value, index) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`)
    .join(' ');
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <polyline points={points} fill="none" stroke="var(--text-3)" strokeWidth="1.5" strokeLinejoin="round" />
      <circle cx={width - 2} cy={y(values.at(-1) ?? 0)} r="2" fill="var(--accent)" />
    </svg>
  );
};
