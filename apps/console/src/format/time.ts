// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Instants and spans in words; every function takes the language and, where it matters, now. */

export type Language = 'en' | 'ja';

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const satisfies readonly (readonly [Intl.RelativeTimeFormatUnit, number])[];

/** "3 min. ago", "3 分前"; the unit is the largest that gives at least 1. */
export const relativeTime = (atMs: number, nowMs: number, language: Language): string => {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const delta = atMs - nowMs;
  for (const [unit, size] of STEPS) {
    if (Math.abs(delta) >= size) return format.format(Math.trunc(delta / size), unit);
  }
  return format.format(0, 'second');
};

/** "6 days", "6 日": a length of time in its largest unit that gives at least 1, never less than a second. */
export const spanText = (lengthMs: number, language: Language): string => {
  const [unit, size] = STEPS.find(([, one]) => lengthMs >= one) ?? (['second', 1000] as const);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.max(1, Math.trunc(lengthMs / size)),
  );
};

/** The exact instant with its zone, for titles and copies. */
export const exactTime = (atMs: number, language: Language): string =>
  new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    hourCycle: 'h23',
  }).format(atMs);

/** Time of day with seconds. */
export const clockTime = (atMs: number, language: Language): string =>
  new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(atMs);

/** Day, month and year: for what is far away. */
export const fullDate = (atMs: number, language: Language): string =>
  new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: 'numeric' }).format(atMs);

/** Day and month, without the year. */
export const shortDate = (atMs: number, language: Language): string =>
  new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' }).format(atMs);

/** A range as the address bar holds it: `15m`, `24h`, `7d`, or `<from>-<to>` in milliseconds. */
export type RangeText = string;
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
export const DEFAULT_RANGE = '24h';
export const RANGE_CHOICES = ['15m', '1h', '6h', '24h', '7d', '30d'] as const;

/** Reads a range; what cannot be read is the default range. */
export const parseRange = (text: RangeText, nowMs: number): TimeRange => {
  const span = /^(\d{1,4})([mhd])$/.exec(text);
  if (span !== null) {
    const lengthMs = Number(span[1]) * (UNIT_MS[span[2] ?? 'h'] ?? 3_600_000);
    if (lengthMs > 0) return { fromMs: nowMs - lengthMs, toMs: nowMs };
  }
  const exact = /^(\d{10,15})-(\d{10,15})$/.exec(text);
  if (exact !== null) {
    const [fromMs, toMs] = [Number(exact[1]), Number(exact[2])];
    if (fromMs < toMs) return { fromMs, toMs };
  }
  return { fromMs: nowMs - 86_400_000, toMs: nowMs };
};

/** A range between two instants, as text. */
export const rangeText = (range: TimeRange): RangeText =>
  `${Math.round(range.fromMs)}-${Math.round(range.toMs)}`;

/** An instant as a field for date and time has it: to the minute, in the zone of the reader. */
export const fieldTime = (atMs: number): string =>
  new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** The date so many days after an instant, as a date field has it, in the calendar of the reader. */
export const fieldDate = (atMs: number, days: number): string => {
  const day = new Date(atMs);
  day.setDate(day.getDate() + days);
  return fieldTime(day.getTime()).slice(0, 10);
};

/** A range out of two such fields; undefined while one is empty or the end is not after the start. */
export const rangeOfFields = (from: string, to: string): TimeRange | undefined => {
  const range = { fromMs: new Date(from).getTime(), toMs: new Date(to).getTime() };
  return range.fromMs < range.toMs ? range : undefined;
};

/** Whether a range moves with the clock. */
export const isRelativeRange = (text: RangeText): boolean => /^\d{1,4}[mhd]$/.test(text);
