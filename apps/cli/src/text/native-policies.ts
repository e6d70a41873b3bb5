// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of rules that the API server holds by itself. */
export const NATIVE_TEXT = {
  'arg.rule-globs': {
    en: 'Globs of rule ids (pss.baseline.*)',
    ja: 'ルール ID のパターン（例：pss.baseline.*）',
  },
  'column.note': { en: 'NOTE', ja: '備考' },
  'command.policy-native': {
    en: 'Rules that the API server holds by itself, also while nothing of ours runs',
    ja: '当製品が停止していても API サーバー単独で適用されるルール',
  },
  'command.policy-native-status': {
    en: 'What the API server holds, and what not, with the reason',
    ja: 'API サーバーが適用しているルールと、できないルールの理由を表示する',
  },
  'command.policy-native-on': {
    en: 'Have the API server hold rules wherever their mode is enforce',
    ja: 'モードが enforce の範囲で、ルールを API サーバーに適用させる',
  },
  'command.policy-native-off': {
    en: 'Take rules back from the API server; all of them when no glob is given',
    ja: 'ルールを API サーバーから取り下げる（パターンの指定がなければすべて）',
  },
  'native.off': {
    en: 'No rule is chosen: policy native on GLOB',
    ja: 'ルールが選ばれていません（policy native on パターン で選択）',
  },
  'native.no-cluster': {
    en: 'No cluster is watched, so nothing can be written',
    ja: 'クラスターを監視していないため、書き込めません',
  },
  'native.on': {
    en: '{applied} of {rules} chosen rules are held by the API server',
    ja: '選択した {rules} 件のルールのうち {applied} 件を API サーバーが適用しています',
  },
  'native.digests': {
    en: 'known digests only: {digests} refused',
    ja: '既知のダイジェストのみ：{digests} 件を拒否',
  },
  'native.restored': { en: 'put back {times} times', ja: '{times} 回復元' },
  'native.defaults.applied': { en: 'fills in safe defaults', ja: '安全な既定値も補完' },
  'native.defaults.pending': { en: 'safe defaults not written yet', ja: '安全な既定値は未反映' },
  'native.defaults.refused': {
    en: 'safe defaults refused by the API server',
    ja: '安全な既定値を API サーバーが拒否',
  },
  'native.defaults.not-permitted': { en: 'safe defaults not permitted', ja: '安全な既定値を書く権限なし' },
  'native.defaults.not-served': {
    en: 'safe defaults by the webhook only: MutatingAdmissionPolicy is not served (Kubernetes 1.36 or newer)',
    ja: '安全な既定値は Webhook のみが補完：MutatingAdmissionPolicy は未提供（Kubernetes 1.36 以降で提供）',
  },
  'native.defaults.not-expressible': {
    en: 'safe defaults by the webhook only',
    ja: '安全な既定値は Webhook のみが補完',
  },
  'native.verdicts': {
    en: '{refused} refused image digests in {objects} objects',
    ja: '拒否するイメージのダイジェスト {refused} 件（オブジェクト {objects} 個）',
  },
  'native.overflow': {
    en: 'No room for {overflow} of them, the oldest: those are left to the webhook',
    ja: 'うち古い {overflow} 件は収まらず、Webhook だけが判定します',
  },
  'native.leftover': {
    en: 'What is not wanted any more may still be in force: {why}',
    ja: '不要になったポリシーが残っている可能性があります：{why}',
  },
  'native.state.applied': { en: 'applied', ja: '適用中' },
  'native.state.pending': { en: 'not written yet', ja: '未反映' },
  'native.state.refused': { en: 'refused by the API server', ja: 'API サーバーが拒否' },
  'native.state.not-permitted': { en: 'not permitted', ja: '権限なし' },
  'native.state.not-enforced': { en: 'enforced nowhere', ja: 'enforce の適用先なし' },
  'native.state.not-expressible': { en: 'webhook only', ja: 'Webhook のみ' },
} as const satisfies TextPart;
