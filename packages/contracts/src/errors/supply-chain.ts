// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of images, package lists and exceptions. */
export const SUPPLY_CHAIN_ERRORS = {
  E_IMAGE_NOT_SCANNED: {
    status: 409,
    title: { en: 'The image has not been scanned yet', ja: 'このイメージはまだスキャンされていません' },
    remedy: {
      en: 'Scan it with `bartizan image scan`, or add the registry that has it. Not scanned is not clean.',
      ja: '`bartizan image scan` でスキャンするか、イメージのあるレジストリを登録してください。未スキャンは「問題なし」ではありません。',
    },
  },
  E_SCAN_PENDING: {
    status: 503,
    title: { en: 'Nothing has been scanned yet', ja: 'まだ何もスキャンされていません' },
    remedy: {
      en: 'Wait until `bartizan status` shows the first scan as done, then ask again. Not scanned is not clean.',
      ja: '`bartizan status` で最初のスキャンの完了を確認してから、もう一度実行してください。未スキャンは「問題なし」ではありません。',
    },
  },
  E_IMAGE_UNREACHABLE: {
    status: 409,
    title: { en: 'Nobody can read this image now', ja: '現在このイメージを読み取れるものがありません' },
    remedy: {
      en: 'Add the registry that has it, or start a container of it on a node with a connected agent.',
      ja: 'イメージのあるレジストリを登録するか、エージェントが接続中のノードでコンテナーを起動してください。',
    },
  },
  E_EXCEPTION_WIDE: {
    status: 400,
    title: {
      en: 'The exception would accept whatever is found',
      ja: 'この例外はすべての検出を受け入れてしまいます',
    },
    remedy: {
      en: 'Name a vulnerability, a package, a check or a path; image and workload only narrow it.',
      ja: '脆弱性・パッケージ・検査項目・パスのいずれかを指定してください。イメージとワークロードは範囲を絞るだけです。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
