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
      en: 'Wait until the lock ends, or reset the password on the host with `bartizan admin reset-password`. In a Kubernetes cluster see its page of the guide.',
      ja: 'ロックの解除を待つか、ホスト上で `bartizan admin reset-password` を実行してください。Kubernetes クラスターでの手順は、ガイドの該当ページを参照してください。',
    },
  },
  E_PASSWORD_EXPIRED: {
    status: 401,
    title: { en: 'The one-time password has ended', ja: '一時パスワードの期限が切れました' },
    remedy: {
      en: 'Ask an administrator for a new one, or make one on the host with `bartizan admin reset-password`. In a Kubernetes cluster see its page of the guide.',
      ja: '管理者に再発行を依頼するか、ホスト上で `bartizan admin reset-password` を実行してください。Kubernetes クラスターでの手順は、ガイドの該当ページを参照してください。',
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
    remedy: {
      en: 'Make another user an administrator first. One whose one-time password has ended does not count.',
      ja: '先に別の利用者を管理者にしてください。一時パスワードの期限が切れた利用者は数えません。',
    },
  },
  E_ACCESS_OWN_REQUEST: {
    status: 403,
    title: {
      en: 'Nobody approves their own request',
      ja: '自分の申請を自分で承認することはできません',
    },
    remedy: {
      en: 'Another administrator has to approve it. Where there is none, use `bartizan access approve` as local root on the host of the controller: it stands in the audit log under its own name.',
      ja: '別の管理者が承認してください。ほかに管理者がいない場合は、コントローラーのホスト上で root として `bartizan access approve` を実行してください（監査ログに local-root として記録されます）。',
    },
  },
  E_ACCESS_RISK: {
    status: 409,
    title: {
      en: 'The grant opens more than it says',
      ja: 'この許可は見かけ以上の権限につながります',
    },
    remedy: {
      en: 'Look at the risk of the request, ask for less, or approve it with the risk accepted (--accept-risk).',
      ja: '申請のリスクを確認し、範囲を狭めて申請し直すか、リスクを受け入れて承認してください（--accept-risk）。',
    },
  },
  E_ACCESS_STATE: {
    status: 409,
    title: {
      en: 'The request is not in a state for this',
      ja: '申請の現在の状態ではこの操作を行えません',
    },
    remedy: {
      en: 'Read the request again: somebody may have decided it, or its time is over.',
      ja: '申請を再度確認してください。既に判断されたか、期限が終了している可能性があります。',
    },
  },
  E_ACCESS_STILL_GRANTED: {
    title: {
      en: 'The time is over and the grant is still in the cluster',
      ja: '期限が終了しましたが、許可がクラスターに残っています',
    },
    remedy: {
      en: 'Remove the binding that the request names. It is tried, or looked at, again until it is gone.',
      ja: '申請に示されたバインディングを削除してください。なくなるまで削除または確認を続けます。',
    },
  },
  E_NAME_TAKEN: {
    status: 409,
    title: { en: 'The name is taken', ja: 'この名前は既に使われています' },
    remedy: { en: 'Choose another name.', ja: '別の名前を指定してください。' },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
