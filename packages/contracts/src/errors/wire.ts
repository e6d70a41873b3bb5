// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors between agent and controller. */
export const WIRE_ERRORS = {
  E_JOIN_TOKEN: {
    status: 401,
    title: { en: 'The join token is wrong, used or ended', ja: '参加トークンが無効・使用済み・期限切れです' },
    remedy: {
      en: 'Make a new one with `bartizan node token`.',
      ja: '`bartizan node token` で新しいトークンを作成してください。',
    },
  },
  E_JOIN_PROOF: {
    status: 401,
    title: {
      en: 'The agent could not prove that it holds its key',
      ja: 'エージェントが鍵の所持を証明できませんでした',
    },
    remedy: {
      en: 'Delete the agent\u2019s state folder and join again.',
      ja: 'エージェントの状態フォルダーを削除して再度参加してください。',
    },
  },
  E_CERTIFICATE: {
    status: 401,
    title: {
      en: 'The certificate is expired, foreign or revoked',
      ja: '証明書が期限切れ・別系統・失効済みです',
    },
    remedy: {
      en: 'Join the agent again with a new token.',
      ja: '新しいトークンでエージェントを再度参加させてください。',
    },
  },
  E_NODE_MISMATCH: {
    status: 403,
    title: {
      en: 'An agent may only speak for its own node',
      ja: 'エージェントは自ノード以外の情報を送れません',
    },
    remedy: {
      en: 'Join the agent again; if it repeats, treat the node as taken over.',
      ja: '再度参加させてください。繰り返す場合はノードの侵害を疑ってください。',
    },
  },
  E_WIRE_VERSION: {
    status: 426,
    title: {
      en: 'Agent and controller speak no common version',
      ja: 'エージェントとコントローラーの版が合いません',
    },
    remedy: {
      en: 'Upgrade the older side; one release apart works.',
      ja: '古い側を更新してください。1 リリース差までは動作します。',
    },
  },
  E_WIRE_FRAME: {
    status: 400,
    title: {
      en: 'A frame is malformed, too large or truncated',
      ja: 'フレームが不正、大きすぎる、または途中で切れています',
    },
    remedy: {
      en: 'The stream is closed and opened again; look for a proxy in between if it repeats.',
      ja: '接続は自動的に張り直されます。繰り返す場合は途中のプロキシを確認してください。',
    },
  },
  E_CONTROLLER_UNREACHABLE: {
    status: 503,
    title: { en: 'The controller cannot be reached', ja: 'コントローラーに接続できません' },
    remedy: {
      en: 'Records are kept on disk and sent later. Check that the controller runs: `bartizan status`.',
      ja: '記録はディスクに保管され後で送信されます。`bartizan status` で動作を確認してください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
