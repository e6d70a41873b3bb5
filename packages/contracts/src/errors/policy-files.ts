// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of policy as files: manifests that are judged, suites that are run. */
export const POLICY_FILE_ERRORS = {
  E_POLICY_FILE: {
    title: { en: 'A file cannot be read', ja: 'ファイルを読み取れません' },
    remedy: {
      en: 'Check that the path exists and may be read; `-` stands for the standard input.',
      ja: 'パスが存在し、読み取り権限があることを確認してください。`-` は標準入力を表します。',
    },
  },
  E_POLICY_SUITE: {
    title: { en: 'A suite of policy tests is not valid', ja: 'ポリシーのテストスイートが正しくありません' },
    remedy: {
      en: 'Correct the case named in the message: name, object or file, and what each rule must make of it.',
      ja: 'メッセージに示されたケースの名前、object または file、各ルールの期待結果を修正してください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
