// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors between us and a Kubernetes cluster. */
export const CLUSTER_ERRORS = {
  E_CLUSTER_CONFIG: {
    title: { en: 'The kubeconfig cannot be used', ja: 'kubeconfig を利用できません' },
    remedy: {
      en: 'Name a file with --kubeconfig and one of its contexts with --context. Plugins that run programs (exec) are not supported: make a file with a token or a certificate.',
      ja: '--kubeconfig でファイルを、--context でコンテキストを指定してください。プログラムを起動する認証 (exec) には対応していません。トークンまたは証明書を含むファイルを用意してください。',
    },
  },
  E_CLUSTER_UNREACHABLE: {
    status: 503,
    title: { en: 'The API server cannot be reached', ja: 'API サーバーに接続できません' },
    remedy: {
      en: 'Check the address in the kubeconfig, the network and the certificate: kubectl version must answer from here.',
      ja: 'kubeconfig のアドレス、ネットワーク、証明書を確認してください。ここから kubectl version が応答する必要があります。',
    },
  },
  E_CLUSTER_ANSWER: {
    status: 502,
    title: {
      en: 'The API server refused or answered in another form',
      ja: 'API サーバーが拒否したか、想定外の応答を返しました',
    },
    remedy: {
      en: 'The message holds its words. A policy of the cluster may refuse the object: exempt the namespaces bartizan and bartizan-agent.',
      ja: 'メッセージに応答内容が含まれます。クラスターのポリシーが拒否している場合は、名前空間 bartizan と bartizan-agent を対象外にしてください。',
    },
  },
  E_CLUSTER_FORBIDDEN: {
    status: 403,
    title: { en: 'The user of the kubeconfig may not do this', ja: 'kubeconfig の利用者に権限がありません' },
    remedy: {
      en: 'Use the kubeconfig of a cluster administrator: the message lists what is missing.',
      ja: 'クラスター管理者の kubeconfig を使ってください。不足している権限はメッセージに表示されます。',
    },
  },
  E_CLUSTER_VERSION: {
    title: { en: 'This Kubernetes is too old', ja: 'Kubernetes のバージョンが古すぎます' },
    remedy: {
      en: 'Kubernetes 1.30 or later is needed: from there on a token of a service account names its node.',
      ja: 'Kubernetes 1.30 以降が必要です。サービスアカウントのトークンがノード名を含むのは 1.30 以降です。',
    },
  },
  E_CLUSTER_IMAGES: {
    title: { en: 'Nodes cannot get the images', ja: 'ノードがイメージを取得できません' },
    remedy: {
      en: 'Load the archives on each node (ctr -n k8s.io images import FILE), or push them to a registry and name it with --registry.',
      ja: '各ノードで読み込む (ctr -n k8s.io images import FILE) か、レジストリに登録して --registry で指定してください。',
    },
  },
  E_CLUSTER_PODS: {
    title: { en: 'Pods do not become ready', ja: 'Pod が準備完了になりません' },
    remedy: {
      en: 'The message names the pod and the reason; kubectl describe and kubectl logs tell more. Run the command again when it is solved.',
      ja: '対象の Pod と理由はメッセージに表示されます。kubectl describe と kubectl logs で詳細を確認し、解決後に再実行してください。',
    },
  },
  E_CLUSTER_OTHERS: {
    status: 409,
    title: {
      en: 'An object of this name belongs to somebody else',
      ja: '同名のオブジェクトが既に存在します',
    },
    remedy: {
      en: 'It does not carry our label (app.kubernetes.io/part-of: bartizan) and is left alone. Rename or remove it.',
      ja: '当製品のラベル (app.kubernetes.io/part-of: bartizan) がないため変更しません。名前を変えるか削除してください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
