// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS, type ErrorEntry } from '@bartizan/contracts';
import { cell, type Language, pageOf } from './language.ts';

const WORDS = {
  en: {
    title: 'Error codes',
    intro:
      'Every refusal of the product carries one of these codes, what it means and what to do. Codes are stable.',
    head: '| Code | HTTP | Meaning | What to do |',
  },
  ja: {
    title: 'エラーコード',
    intro:
      '製品が返すエラーには、必ず次のコードのいずれかと、意味・対処方法が付きます。コードは変わりません。',
    head: '| コード | HTTP | 意味 | 対処方法 |',
  },
} as const;

/** The page of all error codes. */
export function errorsPage(language: Language): string {
  const words = WORDS[language];
  const entries: [string, ErrorEntry][] = Object.entries(ERRORS);
  const rows = entries
    .sort(([left], [right]) => left.localeCompare(right))
    .map(
      ([code, entry]) =>
        `| \`${code}\` | ${entry.status ?? '-'} | ${cell(entry.title[language])} | ${cell(entry.remedy[language])} |`,
    );
  return pageOf(language, words.title, [words.intro, '', words.head, '| --- | --- | --- | --- |', ...rows]);
}
