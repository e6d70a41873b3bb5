// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { inLanguage, type ToldText, visibleText } from '@bartizan/contracts/words';
import { useMemo, useSyncExternalStore } from 'react';
import { useLanguage } from '../i18n/language.ts';
import { bytes, compactCount, count, decimal, percent } from './numbers.ts';
import { clockTime, exactTime, fullDate, type Language, relativeTime, shortDate, spanText } from './time.ts';

/** All formatters, bound to the language of the reader. */
export const formatsOf = (language: Language) => ({
  language,
  relative: (atMs: number, nowMs: number) => relativeTime(atMs, nowMs, language),
  span: (lengthMs: number) => spanText(lengthMs, language),
  exact: (atMs: number) => exactTime(atMs, language),
  clock: (atMs: number) => clockTime(atMs, language),
  date: (atMs: number) => shortDate(atMs, language),
  fullDate: (atMs: number) => fullDate(atMs, language),
  count: (value: number) => count(value, language),
  compact: (value: number) => compactCount(value, language),
  decimal: (value: number) => decimal(value, language),
  bytes: (value: number) => bytes(value, language),
  percent: (value: number) => percent(value, language),
  // Sentences hold names that come from containers.
  text: (value: ToldText) => visibleText(inLanguage(value, language)),
});
export type Formats = ReturnType<typeof formatsOf>;

/** Formatters in the language of the reader. */
export const useFormat = (): Formats => {
  const language = useLanguage();
  return useMemo(() => formatsOf(language), [language]);
};

const TICK_MS = 10_000;
let nowMs = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}, TICK_MS);

/** The present, in steps of ten seconds, the same for the whole page. */
export const useNow = (): number =>
  useSyncExternalStore(
    (notify) => {
      listeners.add(notify);
      return () => listeners.delete(notify);
    },
    () => nowMs,
  );
