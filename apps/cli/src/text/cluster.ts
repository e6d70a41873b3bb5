// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of the commands about a Kubernetes cluster. */
export const CLUSTER_TEXT = {
  'command.cluster': { en: 'Bartizan in a Kubernetes cluster', ja: 'Kubernetes クラスターへの導入' },
  'command.cluster-install': {
    en: 'Install into a cluster: shows what changes, applies it, waits until it works',
    ja: 'クラスターに導入する（変更内容の表示・適用・起動の待機）',
  },
  'command.cluster-uninstall': {
    en: 'Remove it from a cluster; --purge removes data and keys too',
    ja: 'クラスターから削除する（--purge でデータと鍵も削除）',
  },
  'command.cluster-status': { en: 'How far it is in a cluster', ja: 'クラスター内の状態を表示する' },
  'flag.kubeconfig': {
    en: 'kubeconfig (default: KUBECONFIG, then ~/.kube/config)',
    ja: 'kubeconfig（既定は KUBECONFIG、次に ~/.kube/config）',
  },
  'flag.kube-context': { en: 'Context of the kubeconfig', ja: 'kubeconfig のコンテキスト' },
  'flag.cluster-images': {
    en: 'Folder that npm run images made; the archives were loaded on the nodes',
    ja: 'npm run images で作成したフォルダー（各ノードに読み込み済みの場合）',
  },
  'flag.cluster-registry': {
    en: 'Registry the nodes pull from, e.g. registry.example/security',
    ja: 'ノードが取得するレジストリ（例：registry.example/security）',
  },
  'flag.cluster-storage': {
    en: 'Where the data lies (default: persistent when the cluster has a default storage class)',
    ja: 'データの保存先（既定は、既定のストレージクラスがあれば persistent）',
  },
  'flag.cluster-node-port': {
    en: 'Open console and API on a port of every node',
    ja: 'コンソールと API を各ノードのポートで公開する',
  },
  'flag.cluster-egress-port': {
    en: 'TCP port the controller may reach beside 443, 6443 and those of the API servers, e.g. of a registry; may be repeated (default: as it is already)',
    ja: 'コントローラーが接続できる TCP ポート（443、6443、API サーバーのポート以外。レジストリなど）。繰り返し指定できます（既定は現在の設定）',
  },
  'flag.cluster-dry-run': { en: 'Show what would change and end', ja: '変更内容を表示して終了する' },
  'flag.cluster-wait': {
    en: 'Wait this long until it works, in seconds (default 300)',
    ja: '起動を待つ秒数（既定 300）',
  },
  'flag.cluster-password-file': {
    en: 'Write the one-time password to this file instead of the terminal',
    ja: '初回パスワードを画面ではなくこのファイルに書き込む',
  },
  'cluster.no-port': {
    en: '{port} is no port: 1 to 65535',
    ja: '{port} はポート番号（1～65535）ではありません',
  },
  'cluster.needs-images': {
    en: 'say where the images are: --images DIR or --registry REGISTRY',
    ja: 'イメージの場所を --images DIR または --registry REGISTRY で指定してください',
  },
  'cluster.needs-yes': {
    en: 'there is no terminal to ask on: give --yes',
    ja: '確認できる端末がありません。--yes を指定してください',
  },
  'cluster.target': {
    en: 'Context {context}, Kubernetes {version}',
    ja: 'コンテキスト {context}、Kubernetes {version}',
  },
  'cluster.column-action': { en: 'ACTION', ja: '操作' },
  'cluster.column-object': { en: 'OBJECT', ja: 'オブジェクト' },
  'cluster.column-fields': { en: 'FIELDS', ja: '項目' },
  'cluster.action-create': { en: 'create', ja: '作成' },
  'cluster.action-change': { en: 'change', ja: '変更' },
  'cluster.counts': {
    en: '{create} to create, {change} to change, {same} as they should be',
    ja: '作成 {create} 件、変更 {change} 件、変更なし {same} 件',
  },
  'cluster.reads-no-secrets': {
    en: 'It reads no Secret of the cluster. The agent is not privileged: {capabilities}',
    ja: 'クラスターの Secret は読みません。エージェントは privileged ではありません（{capabilities}）',
  },
  'cluster.storage-persistent': {
    en: 'Data: a persistent volume of {size}',
    ja: 'データ：永続ボリューム {size}',
  },
  'cluster.storage-ephemeral': {
    en: "Data: on the node, lost when the controller's pod is deleted",
    ja: 'データ：ノード上に一時保存（コントローラーの Pod を削除すると失われます）',
  },
  'cluster.ask-install': { en: 'Apply this? [y/N] ', ja: '適用しますか？ [y/N] ' },
  'cluster.ask-uninstall': {
    en: 'Remove {count} objects from {context}? Type the name of the context: ',
    ja: '{context} から {count} 件を削除します。コンテキスト名を入力してください：',
  },
  'cluster.aborted': { en: 'Nothing was changed.', ja: '何も変更していません。' },
  'cluster.unchanged': { en: 'Everything is as it should be.', ja: '変更はありません。' },
  'cluster.applied': { en: 'Applied {count} objects.', ja: '{count} 件を適用しました。' },
  'cluster.progress': {
    en: 'controller {controllerReady}/{controllerWanted}, agents {agentReady}/{agentWanted} ({seconds} s)',
    ja: 'コントローラー {controllerReady}/{controllerWanted}、エージェント {agentReady}/{agentWanted}（{seconds} 秒）',
  },
  'cluster.ready': { en: 'Bartizan runs, after {seconds} s.', ja: '{seconds} 秒で起動しました。' },
  'cluster.open-forward': {
    en: 'Console: kubectl -n bartizan port-forward service/bartizan-controller 8443:443, then https://localhost:8443',
    ja: 'コンソール：kubectl -n bartizan port-forward service/bartizan-controller 8443:443 を実行し、https://localhost:8443 を開く',
  },
  'cluster.open-node-port': {
    en: 'Console: https://ADDRESS-OF-A-NODE:{port}',
    ja: 'コンソール：https://（ノードのアドレス）:{port}',
  },
  'cluster.password': {
    en: 'Login: admin, one-time password {password} (shown only now; 15 min from the first login, 24 h at most)',
    ja: 'ログイン：admin、初回パスワード {password}（表示は今回のみ。初回ログインから 15 分、最長 24 時間有効）',
  },
  'cluster.password-file': {
    en: 'Login: admin, one-time password in {path} (readable by you only; 15 min from the first login, 24 h at most)',
    ja: 'ログイン：admin、初回パスワードは {path}（本人のみ読み取り可。初回ログインから 15 分、最長 24 時間有効）',
  },
  'cluster.not-protected': { en: 'Not protected:', ja: '保護されていないもの：' },
  'cluster.gap-agents': {
    en: '{count} nodes without a running agent: nothing that happens there is seen',
    ja: 'エージェントが動作していないノード {count} 台（その上の動作は観測されません）',
  },
  'cluster.gap-levels': {
    en: 'what each node can see and stop depends on its kernel: console, Nodes',
    ja: 'ノードごとの検知・阻止の水準はカーネルに依存します（コンソールの「ノード」で確認）',
  },
  'cluster.gap-admission': {
    en: 'admission: rules warn or record until a binding enforces them, and nothing is refused while the controller is away, but in namespaces with the label policy.bartizan.dev/fail-closed=true',
    ja: 'アドミッション：バインディングで強制するまで、ルールは警告または記録だけを行います。コントローラーの停止中に拒否されるのは、ラベル policy.bartizan.dev/fail-closed=true のある名前空間だけです',
  },
  'cluster.gap-storage': {
    en: "the data: it is lost with the controller's pod (--storage persistent)",
    ja: 'データ：コントローラーの Pod とともに失われます（--storage persistent で永続化）',
  },
  'cluster.gap-network': {
    en: "our pods' NetworkPolicies hold only where the cluster's network enforces them",
    ja: '当製品の Pod 用 NetworkPolicy は、クラスターのネットワークが対応する場合のみ有効です',
  },
  'cluster.not-installed': {
    en: 'Bartizan is not in this cluster.',
    ja: 'このクラスターには導入されていません。',
  },
  'cluster.removed': { en: 'Removed {count} objects.', ja: '{count} 件を削除しました。' },
  'cluster.kept': {
    en: 'Data and keys stay in the namespace bartizan, and so do the policy objects of the cluster; --purge removes them.',
    ja: 'データと鍵は名前空間 bartizan に、ポリシーのオブジェクトはクラスターに残ります（--purge で削除）。',
  },
  'cluster.left': { en: 'Still there: {what}', ja: '削除できていないもの：{what}' },
  'cluster.column-pod': { en: 'POD', ja: 'Pod 名' },
  'cluster.column-node': { en: 'NODE', ja: 'ノード' },
  'cluster.column-state': { en: 'STATE', ja: '状態' },
  'cluster.column-restarts': { en: 'RESTARTS', ja: '再起動' },
  'cluster.pod-ready': { en: 'ready', ja: '準備完了' },
} as const satisfies TextPart;
