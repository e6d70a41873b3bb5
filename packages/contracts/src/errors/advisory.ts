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
  E_PACK_OLDER: {
    status: 409,
    title: {
      en: 'The advisory pack was built before the one in use',
      ja: '使用中のものより前に作成された脆弱性情報パックです',
    },
    remedy: {
      en: 'Get a newer pack; use --force only to go back on purpose.',
      ja: '新しいパックを入手してください。意図して戻す場合のみ --force を使用してください。',
    },
  },
  E_PACK_UNSIGNED: {
    status: 403,
    title: { en: 'Nobody has signed the advisory pack', ja: '脆弱性情報パックに署名がありません' },
    remedy: {
      en: 'Sign it where it is made (`bartizan db export --key`), or take it with --allow-unsigned.',
      ja: '作成元で署名する (`bartizan db export --key`) か、--allow-unsigned を付けて読み込んでください。',
    },
  },
  E_PACK_UNTRUSTED: {
    status: 403,
    title: {
      en: 'The advisory pack is signed with a key that is not trusted',
      ja: '信頼していない鍵で署名された脆弱性情報パックです',
    },
    remedy: {
      en: 'Compare the key id with the maker of the pack by another way, then import it with --trust ID.',
      ja: '鍵 ID を別の手段でパックの作成者に確認し、--trust ID を付けて読み込んでください。',
    },
  },
  E_PACK_SIGNATURE: {
    status: 403,
    title: {
      en: 'The signature of the advisory pack is wrong',
      ja: '脆弱性情報パックの署名が正しくありません',
    },
    remedy: {
      en: 'The file is not what the maker signed: discard it and get it again by a safe way.',
      ja: '作成者が署名した内容と異なります。破棄し、安全な手段で入手し直してください。',
    },
  },
  E_PACK_KEY: {
    status: 400,
    title: {
      en: 'The key or trust root cannot be used',
      ja: '鍵またはトラストルートを使用できません',
    },
    remedy: {
      en: 'Use a key made by `bartizan db key`, and a trust root of the documented form.',
      ja: '`bartizan db key` で作成した鍵と、文書に記載した形式のトラストルートを使用してください。',
    },
  },
  E_PACK_BASE: {
    status: 409,
    title: {
      en: 'The delta was made for another pack than the one in use',
      ja: '使用中のパックとは別のパックに対する差分です',
    },
    remedy: {
      en: 'Import the whole pack, or a delta that starts from the pack shown by `bartizan db status`.',
      ja: 'パック全体を読み込むか、`bartizan db status` に表示されるパックを起点とする差分を使用してください。',
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
