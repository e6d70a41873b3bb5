// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of the commands about registries. */
export const REGISTRY_TEXT = {
  'command.registry': { en: 'Registries whose images are scanned', ja: 'スキャン対象のレジストリ' },
  'command.registry-add': { en: 'Add a registry', ja: 'レジストリを追加する' },
  'command.registry-update': {
    en: 'Change a registry; what is not named stays',
    ja: 'レジストリを変更する（指定しない項目はそのまま）',
  },
  'command.registry-remove': {
    en: 'Remove a registry; its images stay known',
    ja: 'レジストリを削除する（イメージの情報は残る）',
  },
  'command.registry-try': {
    en: 'Try a registry: one that is kept, or one given by flags',
    ja: 'レジストリへの接続を試す（登録済みの ID、またはオプションで指定）',
  },
  'command.registry-scan': { en: 'List and scan a registry now', ja: 'レジストリを今すぐスキャンする' },
  'command.registry-cancel': { en: 'Cancel the run over a registry', ja: 'レジストリのスキャンを中止する' },
  'flag.registry-name': { en: 'Name shown to people', ja: '表示名' },
  'flag.registry-kind': { en: 'Kind of registry', ja: 'レジストリの種類' },
  'flag.registry-host': { en: 'Host, with its port where there is one', ja: 'ホスト（必要ならポート付き）' },
  'flag.registry-username': {
    en: 'User, client id, access key id or account',
    ja: '利用者名・クライアント ID・アクセスキー ID・アカウント',
  },
  'flag.registry-secret': {
    en: 'File of the password, token or key; - = standard input. Never given as an argument',
    ja: 'パスワード・トークン・鍵のファイル（- は標準入力）。引数では渡さない',
  },
  'flag.registry-push-secret': {
    en: 'File of the secret that its notes about pushes carry, 16 characters or more; an empty file takes it away',
    ja: 'プッシュ通知の認証に使うシークレットのファイル（16 文字以上）。空のファイルを指定すると解除',
  },
  'flag.registry-region': {
    en: 'Region, tenant, project, group, organisation or repository',
    ja: 'リージョン・テナント・プロジェクト・グループ・組織・リポジトリ',
  },
  'flag.registry-auth-url': {
    en: 'Address of the token or listing service',
    ja: 'トークンまたは一覧サービスのアドレス',
  },
  'flag.registry-certificates': { en: 'PEM file of its authority', ja: '認証局の PEM ファイル' },
  'flag.registry-plain-http': {
    en: 'Speak HTTP without encryption: only for a registry of your own',
    ja: '暗号化なしの HTTP を使う（自分のレジストリに限る）',
  },
  'flag.registry-include': {
    en: 'Images to scan, REPOSITORY[:TAG], * and ? are wildcards; several times',
    ja: 'スキャンするイメージ（REPOSITORY[:TAG]、* と ? が使える、複数可）',
  },
  'flag.registry-exclude': {
    en: 'Images not to scan; several times',
    ja: 'スキャンしないイメージ（複数可）',
  },
  'flag.registry-newest': { en: 'Newest tags of each repository', ja: '各リポジトリの新しいタグの数' },
  'flag.registry-platform': {
    en: 'Platform, or all; several times (default: those of the nodes)',
    ja: 'プラットフォームまたは all（複数可、既定はノードと同じもの）',
  },
  'flag.registry-every': {
    en: 'Minutes between two runs, 5 to 10080; 0 = only when asked',
    ja: '実行間隔（分、5～10080）。0 は手動のみ',
  },
  'flag.registry-concurrency': { en: 'Images read at once, 1 to 4', ja: '同時に読むイメージ数（1～4）' },
  'flag.registry-signing-key': {
    en: 'PEM file of a public key whose signatures count; several times',
    ja: '署名を認める公開鍵の PEM ファイル（複数可）',
  },
  'flag.registry-signature-policy': {
    en: 'Policy file: who has to sign which images (keys, keyless identities, Notation)',
    ja: '署名ポリシーのファイル（鍵、キーレス ID、Notation）',
  },
  'flag.registry-wait': {
    en: 'Wait for the end; exit 1 when something could not be scanned',
    ja: '終了まで待つ（スキャンできないものがあれば終了コード 1）',
  },
  'column.host': { en: 'HOST', ja: 'ホスト' },
  'column.images': { en: 'IMAGES', ja: 'イメージ' },
  'column.scanned': { en: 'SCANNED', ja: 'スキャン済み' },
  'column.unchanged': { en: 'UNCHANGED', ja: '変更なし' },
  'column.platforms': { en: 'PLATFORMS', ja: 'プラットフォーム' },
  'column.failed': { en: 'FAILED', ja: '失敗' },
  'column.next': { en: 'NEXT', ja: '次回' },
  'registry.answers': {
    en: 'It answers and accepts the credentials: {repositories} repositories ({elapsed} ms)',
    ja: '応答し、認証情報を受け入れました：リポジトリ {repositories} 件（{elapsed} ミリ秒）',
  },
  'registry.answers-unlisted': {
    en: 'It answers and accepts the credentials, but does not list its repositories ({elapsed} ms)',
    ja: '応答し、認証情報を受け入れましたが、リポジトリの一覧は返しません（{elapsed} ミリ秒）',
  },
  'registry.progress': {
    en: '{state}: {images} images, {scanned} scanned, {unchanged} unchanged, {failed} failed',
    ja: '{state}：イメージ {images}、スキャン済み {scanned}、変更なし {unchanged}、失敗 {failed}',
  },
} as const satisfies TextPart;
