// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import type { Language } from './time.ts';

/** A count with grouping. */
export const count = (value: number, language: Language): string =>
  new Intl.NumberFormat(language).format(value);

/** A count in few characters: 12,300 is "12K" or "1.2万". */
export const compactCount = (value: number, language: Language): string =>
  new Intl.NumberFormat(language, {
    notation: 'compact',
    maximumFractionDigits: 1,
    // Beside a plain 2,013 a compact 2139 looks like another kind of number.
    useGrouping: 'always',
  }).format(value);

/** A number with exactly one fraction digit, as scores are written. */
export const decimal = (value: number, language: Language): string =>
  new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
/** Bytes in binary units with at most one fraction digit. */
export const bytes = (value: number, language: Language): string => {
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), SIZES.length - 1);
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value / 1024 ** power);
  // No line ends between a number and its unit.
  return `${number}\u00A0${SIZES[power]}`;
};

/** A share of 100. */
export const percent = (value: number, language: Language): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(value / 100);

/** Cuts the middle out of a long name, so that both ends stay readable; what is unseen in it is shown. */
export const cutMiddle = (whole: string, most: number): string => {
  const text = visibleText(whole);
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) * 0.6);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
};

/** Counts that the API sends as text, as numbers; what is not a number is left out. */
export const countsOf = (counts: Readonly<Record<string, string>>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(counts).flatMap(([name, value]) => {
      const number = Number(value);
      return Number.isFinite(number) ? [[name, number]] : [];
    }),
  );
