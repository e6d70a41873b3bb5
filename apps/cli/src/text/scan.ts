// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of scans: gates, reports, sources. */
export const SCAN_TEXT = {
  'flag.report': {
    en: 'Write one more report; may be repeated',
    ja: 'レポートを追加で書き出す（複数指定可）',
  },
  'flag.exceptions': {
    en: 'Accepted risks with owner, reason and expiry (YAML or JSON)',
    ja: '担当者・理由・期限付きで受け入れたリスク（YAML または JSON）',
  },
  'flag.baseline': {
    en: 'Only findings that are not in this file count',
    ja: 'このファイルにない検出事項だけを集計する',
  },
  'flag.write-baseline': {
    en: 'Write the findings that are open now as a baseline',
    ja: '現在の未対応の検出事項をベースラインとして書き出す',
  },
  'flag.plain-http': { en: 'Speak HTTP without encryption', ja: '暗号化しない HTTP を使う' },
  'flag.docker-config': {
    en: 'Docker configuration with credentials (default: that of Docker)',
    ja: '認証情報を含む Docker の設定ファイル（既定は Docker と同じ場所）',
  },
  'flag.ca': {
    en: 'Certificates of registries to trust instead of the built-in ones (PEM)',
    ja: '組み込みの証明書に代えて信頼するレジストリの証明書（PEM）',
  },
  'flag.source': {
    en: 'Where the image is; auto: the path if it exists, else a registry',
    ja: 'イメージの所在（auto：パスが存在すればそれ、なければレジストリ）',
  },
  'flag.socket': { en: 'Socket of the runtime', ja: 'ランタイムのソケット' },
  'flag.runtime': {
    en: 'Runtime to ask (default: all that are there)',
    ja: '問い合わせるランタイム（既定は見つかったすべて）',
  },
  'flag.namespace': {
    en: 'Namespace of containerd (default: the first that has the image)',
    ja: 'containerd の名前空間（既定はイメージが見つかった最初のもの）',
  },
  'flag.policy': {
    en: 'Signatures that images have to carry (YAML or JSON)',
    ja: 'イメージに必要な署名のポリシー（YAML または JSON）',
  },
  'flag.tag': { en: 'Only tags like this; may be repeated', ja: '一致するタグのみ（複数指定可）' },
  'flag.exclude-tag': { en: 'No tags like this; may be repeated', ja: '除外するタグ（複数指定可）' },
  'flag.newest': { en: 'Only the newest N images of a repository', ja: 'リポジトリごとに新しい N 件のみ' },
  'arg.image': {
    en: 'Archive, OCI layout, or HOST/REPOSITORY[:TAG][@DIGEST]',
    ja: 'アーカイブ、OCI レイアウト、または HOST/REPOSITORY[:TAG][@DIGEST]',
  },
  'arg.repository': {
    en: 'Repository: all its tags, or the one that is named',
    ja: 'リポジトリ（すべてのタグ、または指定したタグ）',
  },
  'command.scan-registry': {
    en: 'Scan images of repositories in registries',
    ja: 'レジストリのリポジトリにあるイメージをスキャンする',
  },
  'arg.container': { en: 'Id (at least 4 characters of it) or name', ja: 'ID（先頭 4 文字以上）または名前' },
  'command.scan-container': {
    en: 'Scan a running container: its image and what was changed since (root)',
    ja: '実行中のコンテナー（イメージと変更点）をスキャンする（root）',
  },
  'scan.drift': {
    en: 'drift: {changed} files differ from the image, {executable} of them can be run, {removed} were removed; {packages} packages were added',
    ja: 'ドリフト：イメージと異なるファイル {changed}（うち実行可能 {executable}）、削除 {removed}、追加されたパッケージ {packages}',
  },
  'scan.drift-program': {
    en: '  program not of the image: {path}',
    ja: '  イメージにない実行可能ファイル：{path}',
  },
  'scan.drift-package': {
    en: '  package not of the image: {purl}',
    ja: '  イメージにないパッケージ：{purl}',
  },
  'scan.tags': {
    en: '{name}: {count} of {all} tags',
    ja: '{name}：タグ {all} 件中 {count} 件',
  },
  'scan.same-image': {
    en: '{name}: the same image as {other}, scanned once',
    ja: '{name}：{other} と同じイメージのため 1 回だけスキャンします',
  },
  'column.standing': { en: 'ANSWERED BY', ja: '扱い' },
  'scan.progress': {
    en: '[{at}/{of}] {name}: {packages} packages, {findings} findings',
    ja: '[{at}/{of}] {name}：パッケージ {packages}、検出事項 {findings}',
  },
  'scan.accepted': {
    en: '{count} findings are shown but not counted: exceptions accept them for a while',
    ja: '検出事項 {count} 件は表示のみで集計しません：期限付きの例外で受け入れられています',
  },
  'scan.known': {
    en: '{open} findings count; {count} are in the baseline of {date} and are shown only',
    ja: '集計対象 {open} 件。{date} のベースラインにある {count} 件は表示のみです',
  },
  'scan.baseline-older': {
    en: '{count} findings count again although the baseline has them: it was written before it held what each of them names (programs, secrets, licences). Look through them, then write it anew (--write-baseline).',
    ja: 'ベースラインにある検出事項 {count} 件を再び集計します。ベースラインの作成時には、各検出事項の具体的な対象（プログラム、秘密情報、ライセンスなど）を記録していなかったためです。内容を確認してから --write-baseline で作り直してください。',
  },
  'scan.expired': {
    en: 'expired exception, its findings count again: {what} ({expires}, {owner}): {reason}',
    ja: '期限切れの例外（検出事項は再び集計対象）：{what}（{expires}、{owner}）：{reason}',
  },
  'scan.unused': {
    en: 'exception that fits nothing: {what} ({owner})',
    ja: '該当のない例外：{what}（{owner}）',
  },
  'scan.baseline-written': {
    en: 'Baseline written: {path} ({count} findings)',
    ja: 'ベースラインを書き込みました：{path}（検出事項 {count} 件）',
  },
} as const satisfies TextPart;
