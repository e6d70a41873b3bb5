// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of images, packages and exceptions. */
export const SUPPLY_CHAIN_TEXT = {
  'arg.image': { en: 'Digest, or a reference the server knows', ja: 'ダイジェスト、または登録済みの参照名' },
  'arg.package': { en: 'Package URL, or part of a name', ja: 'パッケージ URL、または名前の一部' },
  'arg.exception': { en: 'Id of the exception', ja: '例外の ID' },
  'arg.vex': { en: 'OpenVEX, CSAF or CycloneDX VEX in JSON', ja: 'OpenVEX・CSAF・CycloneDX VEX の JSON' },
  'arg.vex-id': { en: 'Id of the document', ja: '文書の ID' },
  'command.image-packages': { en: 'Packages of an image', ja: 'イメージのパッケージを表示する' },
  'command.image-sbom': {
    en: 'Bill of materials of an image; the same bytes for the same image',
    ja: 'イメージの SBOM を出力する（同じイメージなら同じバイト列）',
  },
  'command.image-base': {
    en: 'What an image is built on, and which findings a newer base removes',
    ja: 'ベースイメージと、新しいベースで解消する検出事項を表示する',
  },
  'command.image-licences': {
    en: 'Licences of the packages of an image',
    ja: 'イメージのパッケージのライセンスを表示する',
  },
  'image.base': {
    en: 'base {name} ({layers} layers): {base} open findings of the base, {own} of the layers above, {unknown} of neither',
    ja: 'ベース {name}（レイヤー {layers}）：未対応の検出事項はベース由来 {base}、その上のレイヤー由来 {own}、判別不能 {unknown}',
  },
  'image.base-unknown': {
    en: 'base unknown: no label says it, and no image that is known has the same lowest layers',
    ja: 'ベース不明：ラベルがなく、下位レイヤーの一致する既知のイメージもありません',
  },
  'image.base-current': {
    en: 'no newer base is known under its name',
    ja: 'その名前では、より新しいベースは見つかっていません',
  },
  'image.base-incomplete': {
    en: 'an image was not read to the end: there may be more',
    ja: '最後まで読み取れなかったイメージがあり、ほかにもある可能性があります',
  },
  'image.base-reason.no-base': {
    en: 'whether there is a newer base is unknown: the base is',
    ja: 'ベースが不明なため、新しいベースの有無も不明です',
  },
  'image.base-reason.base-not-known': {
    en: 'whether there is a newer base is unknown: the base is in no registry that is watched',
    ja: 'ベースが監視中のレジストリにないため、新しいベースの有無は不明です',
  },
  'image.base-reason.no-name': {
    en: 'whether there is a newer base is unknown: no name of the base is known',
    ja: 'ベースの名前が不明なため、新しいベースの有無も不明です',
  },
  'image.base-reason.not-read': {
    en: 'what it would change is unknown: not both images were read',
    ja: '読み取っていないイメージがあるため、差し替えの効果は不明です',
  },
  'image.licences-summary': {
    en: '{packages} packages, {undeclared} of them without a licence',
    ja: 'パッケージ {packages} 件（うちライセンスの記載なし {undeclared} 件）',
  },
  'command.image-scan': { en: 'Have an image read again', ja: 'イメージを再スキャンする' },
  'command.package': {
    en: 'Packages over all images and workloads',
    ja: 'すべてのイメージとワークロードのパッケージ',
  },
  'command.package-where': { en: 'Where a package is', ja: 'パッケージの所在を表示する' },
  'command.exception': { en: 'Risks accepted until a date', ja: '期限つきで受け入れたリスク（例外）' },
  'command.exception-add': {
    en: 'Accept a risk wherever it is found, now and later, until it ends',
    ja: '期限まで、現在と今後の検出を受け入れる',
  },
  'command.exception-remove': { en: 'Take an exception back', ja: '例外を取り消す' },
  'command.vex': {
    en: 'Documents that say which vulnerabilities matter where (VEX)',
    ja: '脆弱性の影響を説明する文書（VEX）',
  },
  'command.vex-import': {
    en: 'Hold findings against the statements of a document, now and later',
    ja: '文書の記述を現在と今後の検出事項に適用する',
  },
  'command.vex-remove': {
    en: 'Remove a document; its findings are open again',
    ja: '文書を削除し、対象の検出事項を未対応に戻す',
  },
  'flag.vex-name': { en: 'Name to keep it under (default: of the file)', ja: '登録名（既定：ファイル名）' },
  'flag.vex-origin': {
    en: 'Whose word it is: user goes before vendor, vendor before feed',
    ja: '発信元（user、vendor、feed の順に優先）',
  },
  'flag.sbom-format': { en: 'Format of the document', ja: '文書の形式' },
  'flag.exception-vulnerability': { en: 'Id or alias of a vulnerability', ja: '脆弱性の ID または別名' },
  'flag.exception-package': {
    en: 'Package name; * stands for anything',
    ja: 'パッケージ名（* は任意の文字列）',
  },
  'flag.exception-check': { en: 'Id of a check', ja: '検査項目の ID' },
  'flag.exception-path': { en: 'Path; * stands for anything', ja: 'パス（* は任意の文字列）' },
  'flag.exception-image': {
    en: 'Only in images of this name; * stands for anything',
    ja: '対象イメージ名（* は任意の文字列）',
  },
  'flag.exception-workload': {
    en: 'Only in NAMESPACE/NAME; * stands for anything',
    ja: '対象の NAMESPACE/NAME（* は任意の文字列）',
  },
  'flag.exception-owner': { en: 'Who answers for it', ja: '担当者' },
  'flag.exception-reason': { en: 'Why', ja: '理由' },
  'flag.exception-days': { en: 'Ends after so many days (1 to 365)', ja: '有効日数（1〜365）' },
  'image.queued': { en: '{count} waiting to be read', ja: '{count} 件が読み取り待ちです' },
  'image.unknown': { en: 'no image is known as {name}', ja: '{name} というイメージは登録されていません' },
  'exception.made': {
    en: '{id}: accepts {count} findings now, until {until}',
    ja: '{id}：現在 {count} 件を受け入れます（{until} まで）',
  },
  'exception.removed': {
    en: '{id} is gone; its findings are open again',
    ja: '{id} を取り消しました。対象の検出事項は未対応に戻りました',
  },
  'vex.imported': {
    en: '{id}: {statements} statements, {unusable} cannot be used; speaks about {count} findings now',
    ja: '{id}：記述 {statements} 件（使用できないもの {unusable} 件）。現在 {count} 件の検出事項が対象です',
  },
  'vex.removed': {
    en: '{id} is gone; what it explained is open again',
    ja: '{id} を削除しました。説明済みだった検出事項は未対応に戻りました',
  },
  'package.none': { en: 'no package is known as {name}', ja: '{name} というパッケージは見つかりません' },
} as const satisfies TextPart;
