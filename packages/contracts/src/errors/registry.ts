// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of registries. */
export const REGISTRY_ERRORS = {
  E_REGISTRY_REFERENCE: {
    status: 400,
    title: { en: 'The name of the image is not valid', ja: 'イメージ名が正しくありません' },
    remedy: {
      en: 'Write it as HOST/REPOSITORY:TAG or HOST/REPOSITORY@sha256:DIGEST; the host is never guessed.',
      ja: 'HOST/REPOSITORY:TAG または HOST/REPOSITORY@sha256:DIGEST の形で指定してください。ホストは補完しません。',
    },
  },
  E_REGISTRY_UNREACHABLE: {
    status: 502,
    title: { en: 'The registry cannot be reached', ja: 'レジストリに接続できません' },
    remedy: {
      en: 'Check host, network and certificate; what is known of its images stays.',
      ja: 'ホスト・ネットワーク・証明書を確認してください。既知のイメージ情報は保持されます。',
    },
  },
  E_REGISTRY_ANSWER: {
    status: 502,
    title: { en: 'The registry answers with something else', ja: 'レジストリの応答が正しくありません' },
    remedy: {
      en: 'Check that the address is a registry; the message says what was wrong.',
      ja: 'アドレスがレジストリであることを確認してください。問題点はメッセージに示されます。',
    },
  },
  E_REGISTRY_LOGIN: {
    status: 502,
    title: { en: 'The registry refuses the credentials', ja: 'レジストリが認証情報を拒否しました' },
    remedy: {
      en: 'Check name, password or token for this registry, and that they may read the repository.',
      ja: 'このレジストリの名前・パスワード・トークンと、リポジトリの読み取り権限を確認してください。',
    },
  },
  E_REGISTRY_DIGEST: {
    status: 502,
    title: {
      en: 'The registry gave content with another digest',
      ja: 'レジストリの内容がダイジェストと一致しません',
    },
    remedy: {
      en: 'Do not use it: it was changed, cut off, or the registry lies. Nothing of it was kept.',
      ja: '使用しないでください。改ざん・途切れ・偽りの可能性があります。内容は保存していません。',
    },
  },
  E_REGISTRY_ADDRESS: {
    status: 502,
    title: {
      en: 'The registry sends us to an address it must not',
      ja: 'レジストリが許可されない転送先を指定しました',
    },
    remedy: {
      en: 'Nothing was sent there. Check the registry; name it with plain HTTP only if it is yours.',
      ja: '転送先には何も送信していません。レジストリを確認してください。平文 HTTP は自分のレジストリに限り指定してください。',
    },
  },
  E_REGISTRY_BUSY: {
    status: 503,
    title: { en: 'The registry asks us to wait', ja: 'レジストリが待機を求めています' },
    remedy: {
      en: 'Try again later, or scan this registry less often.',
      ja: '時間をおいて再試行するか、このレジストリのスキャン頻度を下げてください。',
    },
  },
  E_REGISTRY_MISSING: {
    status: 404,
    title: { en: 'The registry does not have it', ja: 'レジストリに対象がありません' },
    remedy: {
      en: 'Check repository, tag and digest.',
      ja: 'リポジトリ・タグ・ダイジェストを確認してください。',
    },
  },
  E_REGISTRY_LISTING: {
    status: 502,
    title: {
      en: 'The registry does not list its repositories',
      ja: 'レジストリがリポジトリの一覧を返しません',
    },
    remedy: {
      en: 'Name the repositories in the filters without * or ?, or give the credentials the right to list them.',
      ja: 'フィルターに * や ? を含まないリポジトリ名を指定するか、認証情報に一覧の権限を付けてください。',
    },
  },
  E_REGISTRY_SETTINGS: {
    status: 400,
    title: { en: 'The settings of the registry are not complete', ja: 'レジストリの設定が不足しています' },
    remedy: {
      en: 'Set the field that the message names; the guide says what each kind of registry needs.',
      ja: 'メッセージが示す項目を設定してください。種類ごとに必要な項目はガイドにあります。',
    },
  },
  E_REGISTRY_PUSH: {
    status: 400,
    title: { en: 'The note about a push is not understood', ja: 'プッシュ通知の内容を読み取れません' },
    remedy: {
      en: 'Send notes of Docker Distribution, Harbor, GitHub, Azure, Quay or Docker Hub, as JSON.',
      ja: 'Docker Distribution・Harbor・GitHub・Azure・Quay・Docker Hub の JSON 形式で送信してください。',
    },
  },
  E_REGISTRY_PUSH_SECRET: {
    status: 401,
    title: { en: 'The note about a push proves nothing', ja: 'プッシュ通知の送信元を確認できません' },
    remedy: {
      en: 'Set a push secret for this registry, and the same in the webhook of the registry; check the id in the address.',
      ja: 'このレジストリにプッシュ用シークレットを設定し、レジストリ側の Webhook にも同じ値を設定してください。アドレスに含まれる ID も確認してください。',
    },
  },
  E_REGISTRY_PUSHES: {
    status: 429,
    title: { en: 'Too many pushes wait', ja: '処理待ちのプッシュが多すぎます' },
    remedy: {
      en: 'Send it again later; what is not told is found by the next run over the registry.',
      ja: '時間をおいて再送してください。通知できなかったイメージは、次回のレジストリのスキャンで検出されます。',
    },
  },
  E_REGISTRY_INTERRUPTED: {
    status: 503,
    title: { en: 'The run over the registry was interrupted', ja: 'レジストリのスキャンが中断されました' },
    remedy: {
      en: 'The controller ended while it ran. Start it again; images scanned before are not read twice.',
      ja: '実行中にコントローラーが終了しました。再度開始してください。スキャン済みのイメージは再読み込みしません。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
