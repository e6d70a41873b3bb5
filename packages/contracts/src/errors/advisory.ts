// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of the advisories. */
export const ADVISORY_ERRORS = {
  E_PACK_INVALID: {
    status: 400,
    title: { en: 'The file is not a valid advisory pack', ja: '有効な脆弱性情報パックではありません' },
    remedy: {
      en: 'Build it with `bartizan db update` or copy it again.',
      ja: '`bartizan db update` で作成するか、コピーし直してください。',
    },
  },
  E_PACK_SHRUNK: {
    status: 409,
    title: {
      en: 'The new pack has far fewer records than the one in use',
      ja: '新しいパックの件数が急減しています',
    },
    remedy: {
      en: 'Check the source; use --force only if the fall is expected.',
      ja: '取得元を確認してください。想定どおりの場合のみ --force を使用してください。',
    },
  },
  E_PACK_MISSING: {
    status: 503,
    title: { en: 'There are no advisories', ja: '脆弱性情報がありません' },
    remedy: {
      en: 'Load a pack with `bartizan db import FILE` or `bartizan db update`.',
      ja: '`bartizan db import FILE` または `bartizan db update` で読み込んでください。',
    },
  },
  E_PACK_NO_INPUT: {
    status: 400,
    title: { en: 'There is nothing to build a pack from', ja: 'パックを作成する元データがありません' },
    remedy: {
      en: 'Name a folder with advisory files: JSON lines, OSV archives or distribution feeds.',
      ja: '脆弱性情報のファイル (JSON Lines、OSV アーカイブ、ディストリビューションのフィード) があるフォルダーを指定してください。',
    },
  },
  E_FEED_INVALID: {
    status: 502,
    title: {
      en: 'An advisory feed answers with something else',
      ja: '脆弱性情報の取得元の応答が正しくありません',
    },
    remedy: {
      en: 'Check the address of the feed; what was loaded before stays in use.',
      ja: '取得元のアドレスを確認してください。これまでのデータはそのまま使用されます。',
    },
  },
  E_FEED_UNREACHABLE: {
    status: 502,
    title: { en: 'An advisory feed cannot be reached', ja: '脆弱性情報の取得元に接続できません' },
    remedy: {
      en: 'Check network and proxy, or import a pack made elsewhere.',
      ja: 'ネットワークとプロキシを確認するか、別の環境で作成したパックを読み込んでください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
