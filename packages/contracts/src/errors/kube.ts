// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of exchanges with Kubernetes API servers, and of admission. */
export const KUBE_ERRORS = {
  E_KUBE_CONFIG: {
    title: {
      en: 'The access to Kubernetes cannot be used',
      ja: 'Kubernetes への接続設定を使用できません',
    },
    remedy: {
      en: 'Name a kubeconfig with an https server, its authority, and a token or client certificate in BARTIZAN_KUBECONFIG; login programs are not run.',
      ja: 'https のサーバー・認証局・トークンまたはクライアント証明書を含む kubeconfig を BARTIZAN_KUBECONFIG に指定してください。ログイン用プログラムは実行しません。',
    },
  },
  E_KUBE_UNREACHABLE: {
    status: 502,
    title: { en: 'The API server cannot be reached', ja: 'API サーバーに接続できません' },
    remedy: {
      en: 'Check address, network and certificate. What is known of the cluster stays and is shown with its age.',
      ja: 'アドレス・ネットワーク・証明書を確認してください。既知のクラスター情報は保持し、その時点とともに表示します。',
    },
  },
  E_KUBE_ANSWER: {
    status: 502,
    title: { en: 'The API server answers with something else', ja: 'API サーバーの応答が正しくありません' },
    remedy: {
      en: 'Check that the address is a Kubernetes API server; the message says what was wrong.',
      ja: 'アドレスが Kubernetes の API サーバーであることを確認してください。問題点はメッセージに示されます。',
    },
  },
  E_KUBE_LOGIN: {
    status: 502,
    title: {
      en: 'The API server does not know who we are',
      ja: 'API サーバーで認証に失敗しました',
    },
    remedy: {
      en: 'Check token or client certificate: they may have ended.',
      ja: 'トークンまたはクライアント証明書を確認してください。有効期限が切れている可能性があります。',
    },
  },
  E_KUBE_NOT_PERMITTED: {
    status: 502,
    title: {
      en: 'The API server does not permit it',
      ja: 'API サーバーが操作を許可していません',
    },
    remedy: {
      en: 'Grant our account the verb and kind that the message names. Until then nothing is said of those objects: unknown, not absent.',
      ja: 'メッセージが示す操作と種類を、使用中のアカウントに許可してください。それまで該当するオブジェクトは「なし」ではなく「不明」として扱います。',
    },
  },
  E_KUBE_MISSING: {
    status: 404,
    title: { en: 'The API server does not have it', ja: 'API サーバーに対象がありません' },
    remedy: {
      en: 'Check kind, namespace and name; older API servers do not have every kind.',
      ja: '種類・名前空間・名前を確認してください。古い API サーバーには存在しない種類もあります。',
    },
  },
  E_KUBE_CONFLICT: {
    status: 409,
    title: {
      en: 'Somebody else changed the object',
      ja: 'オブジェクトが他から変更されました',
    },
    remedy: {
      en: 'Read it again and decide again.',
      ja: '読み込み直してから、もう一度操作してください。',
    },
  },
  E_KUBE_REFUSED: {
    status: 422,
    title: { en: 'The API server refuses the request', ja: 'API サーバーが要求を拒否しました' },
    remedy: {
      en: 'The message of the API server says which field or policy refused it.',
      ja: '拒否した項目またはポリシーは、API サーバーのメッセージに示されます。',
    },
  },
  E_KUBE_BUSY: {
    status: 503,
    title: { en: 'The API server asks us to wait', ja: 'API サーバーが待機を求めています' },
    remedy: {
      en: 'It is retried by itself. If it lasts, look at the load of the API server and its priority levels.',
      ja: '自動的に再試行します。続く場合は、API サーバーの負荷と優先度の設定を確認してください。',
    },
  },
  E_KUBE_EXPIRED: {
    status: 410,
    title: {
      en: 'The version of the objects is too old to go on from',
      ja: 'オブジェクトのバージョンが古く、続きを取得できません',
    },
    remedy: {
      en: 'Nothing to do: everything is listed again by itself.',
      ja: '対応は不要です。自動的にすべて再取得します。',
    },
  },
  E_KUBE_SIZE: {
    status: 502,
    title: { en: 'An answer of the API server is too large', ja: 'API サーバーの応答が大きすぎます' },
    remedy: {
      en: 'Lists are read in smaller pages by themselves; a single object over 8 MiB is not read.',
      ja: '一覧は自動的に小さく分けて読み込みます。8 MiB を超える単独のオブジェクトは読み込みません。',
    },
  },
  E_KUBE_TOO_MANY: {
    status: 502,
    title: {
      en: 'The cluster holds more objects with labels of this product than it keeps',
      ja: '当製品のラベルが付いたオブジェクトが、当製品の管理上限を超えてクラスターに存在します',
    },
    remedy: {
      en: 'Nothing is removed while the list is incomplete. Find who makes objects with the label app.kubernetes.io/managed-by=bartizan, and remove those that are not of this product.',
      ja: '一覧が揃わない間は何も削除しません。app.kubernetes.io/managed-by=bartizan のラベルを付けたオブジェクトの作成元を調べ、当製品以外のものを削除してください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
