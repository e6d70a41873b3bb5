// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of scans at the command line: gates, reports, sources. */
export const SCAN_ERRORS = {
  E_EXCEPTIONS_INVALID: {
    title: { en: 'The exceptions file is not valid', ja: '例外ファイルが正しくありません' },
    remedy: {
      en: 'Correct the entry named in the message: one of id, package and path, and owner, reason and expires are mandatory.',
      ja: '表示された項目を修正してください。id・package・path のいずれかと、owner・reason・expires が必須です。',
    },
  },
  E_BASELINE_INVALID: {
    title: { en: 'The baseline cannot be used', ja: 'ベースラインを使用できません' },
    remedy: {
      en: 'Write it again with --write-baseline; a missing or damaged one is never taken for an empty one.',
      ja: '--write-baseline で作成し直してください。存在しない、または壊れたベースラインを空として扱うことはありません。',
    },
  },
  E_REPORT_FILE: {
    title: { en: 'A report cannot be written', ja: 'レポートを書き込めません' },
    remedy: {
      en: 'Check the folder and its permissions, and the free space.',
      ja: 'フォルダーの有無と権限、空き容量を確認してください。',
    },
  },
  E_INTERRUPTED: {
    title: { en: 'Interrupted before it was scanned', ja: 'スキャン前に中断されました' },
    remedy: { en: 'Run the scan again.', ja: 'スキャンをやり直してください。' },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
