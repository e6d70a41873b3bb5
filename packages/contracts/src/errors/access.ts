// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of sign-in and permissions. */
export const ACCESS_ERRORS = {
  E_LOGIN_REQUIRED: {
    status: 401,
    title: { en: 'Sign in first', ja: 'サインインが必要です' },
    remedy: {
      en: 'Sign in, or send an API key as a bearer token.',
      ja: 'サインインするか、API キーを Bearer トークンとして送信してください。',
    },
  },
  E_LOGIN_FAILED: {
    status: 401,
    title: { en: 'Name or password is wrong', ja: '名前またはパスワードが違います' },
    remedy: {
      en: 'Try again; after five failures the account is locked for a while.',
      ja: '再度お試しください。5 回失敗するとアカウントが一定時間ロックされます。',
    },
  },
  E_LOGIN_LOCKED: {
    status: 429,
    title: {
      en: 'The account is locked after too many failures',
      ja: '失敗が続いたためアカウントがロックされました',
    },
    remedy: {
      en: 'Wait until the lock ends, or reset the password on the host with `bartizan admin reset-password`.',
      ja: 'ロックの解除を待つか、ホスト上で `bartizan admin reset-password` を実行してください。',
    },
  },
  E_PASSWORD_EXPIRED: {
    status: 401,
    title: { en: 'The one-time password has ended', ja: '一時パスワードの期限が切れました' },
    remedy: {
      en: 'Make a new one on the host with `bartizan admin reset-password`.',
      ja: 'ホスト上で `bartizan admin reset-password` を実行して新しく発行してください。',
    },
  },
  E_PASSWORD_CHANGE_REQUIRED: {
    status: 403,
    title: { en: 'Choose a new password first', ja: '先に新しいパスワードを設定してください' },
    remedy: {
      en: 'Change the one-time password, then go on.',
      ja: '一時パスワードを変更してから続けてください。',
    },
  },
  E_PASSWORD_WEAK: {
    status: 422,
    title: { en: 'The new password is too easy to guess', ja: '新しいパスワードが推測されやすすぎます' },
    remedy: {
      en: 'Use at least 12 characters, not the name, not a common password, not the old one.',
      ja: '12 文字以上で、名前・よくあるパスワード・以前のパスワードを避けてください。',
    },
  },
  E_FORBIDDEN: {
    status: 403,
    title: { en: 'Your role does not allow this', ja: 'この操作は現在の役割では許可されていません' },
    remedy: {
      en: 'Ask an administrator for the permission named in the detail.',
      ja: 'detail に示された権限を管理者に依頼してください。',
    },
  },
  E_CSRF: {
    status: 403,
    title: {
      en: 'The request does not come from the console',
      ja: 'コンソールからのリクエストではありません',
    },
    remedy: {
      en: 'Send the token of the session in the x-csrf-token header.',
      ja: 'セッションのトークンを x-csrf-token ヘッダーで送信してください。',
    },
  },
  E_LAST_ADMIN: {
    status: 409,
    title: { en: 'The last administrator cannot be removed', ja: '最後の管理者は削除できません' },
    remedy: { en: 'Make another user an administrator first.', ja: '先に別の利用者を管理者にしてください。' },
  },
  E_NAME_TAKEN: {
    status: 409,
    title: { en: 'The name is taken', ja: 'この名前は既に使われています' },
    remedy: { en: 'Choose another name.', ja: '別の名前を指定してください。' },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
