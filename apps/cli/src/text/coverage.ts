// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of what rules cover, and what they do not. */
export const COVERAGE_TEXT = {
  'command.policy-coverage': {
    en: 'Custom kinds of the cluster: where they hold pods, what exists of them, and what is not looked into',
    ja: 'クラスターのカスタムリソースについて、Pod の位置、既存オブジェクトの評価状況、評価していない部分を表示する',
  },
  'column.pods-at': { en: 'PODS AT', ja: 'POD の位置' },
  'column.found-by': { en: 'FOUND BY', ja: '判別方法' },
  'column.existing': { en: 'EXISTING', ja: '既存の評価' },
  'column.judged': { en: 'OBJECTS', ja: 'オブジェクト' },
  'coverage.found.schema': { en: 'schema', ja: 'スキーマ' },
  'coverage.found.name': { en: 'name only', ja: '名前のみ' },
  'coverage.found.table': { en: 'known kind', ja: '既知の種類' },
  'coverage.found.none': { en: 'holds none', ja: 'なし' },
  'coverage.audit.followed': { en: 'judged', ja: '評価中' },
  'coverage.audit.listed': { en: 'judged once a minute', ja: '約 1 分ごとに評価' },
  'coverage.audit.connecting': { en: 'being read', ja: '読み込み中' },
  'coverage.audit.behind': { en: 'not followed now', ja: '追跡が中断' },
  'coverage.audit.not-permitted': { en: 'unknown', ja: '不明' },
  'coverage.audit.not-served': { en: 'not served', ja: '未提供' },
  'coverage.audit.no-room': { en: 'in part', ja: '一部のみ' },
  'coverage.audit.not-asked': { en: 'no rule', ja: 'ルールなし' },
  'coverage.unread.no-schema': { en: 'it has no schema', ja: 'スキーマがありません' },
  'coverage.unread.too-large': { en: 'its schema is too large', ja: 'スキーマが大きすぎます' },
  'coverage.unread.too-deep': { en: 'its schema is too deep', ja: 'スキーマの階層が深すぎます' },
  'coverage.unread.too-many': {
    en: 'it has too many versions or templates',
    ja: 'バージョンまたはテンプレートが多すぎます',
  },
  'coverage.open': {
    en: 'the schema says nothing of {places}',
    ja: 'スキーマに定義がない部分：{places}',
  },
  'coverage.left-out': { en: '{n} objects found no room', ja: '上限超過で {n} 件は対象外' },
  'coverage.webhook-only': { en: 'webhook only', ja: 'Webhook のみ' },
  'coverage.definitions': {
    en: 'The definitions of custom kinds are not known now ({state}): only kinds in wide use are judged by their pods',
    ja: 'カスタムリソースの定義を読み取れません（{state}）。広く使われている種類だけを Pod として評価しています',
  },
  'coverage.remedy': {
    en: 'To read what exists of {kind}: {command}',
    ja: '{kind} の読み取りを許可するには：{command}',
  },
  'coverage.not-asked': {
    en: 'Rules name {total} resources that API servers are not told to ask about, since there are too many: {names}',
    ja: '上限を超えたため API サーバーからの問い合わせの対象外になっているリソース {total} 件：{names}',
  },
  'coverage.no-room': {
    en: '{n} definitions found no room and were not read',
    ja: '上限を超えたため読み取っていない定義：{n} 件',
  },
} as const satisfies TextPart;
