// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of policy reports in the cluster. */
export const REPORTS_TEXT = {
  'column.report-api': { en: 'API', ja: '使用 API' },
  'column.reports': { en: 'REPORTS', ja: 'レポート数' },
  'column.results': { en: 'RESULTS', ja: '結果数' },
  'column.left-out': { en: 'LEFT OUT', ja: '省略数' },
  'command.policy-reports': {
    en: 'The audit of what exists as policy reports in the cluster, for tools that read those',
    ja: '既存オブジェクトの監査結果を、クラスターのポリシーレポートとして置く',
  },
  'command.policy-reports-status': {
    en: 'Which reports are in the cluster, and what found no room',
    ja: 'クラスターにあるレポートと、省略された件数を表示する',
  },
  'command.policy-reports-on': {
    en: 'Keep one report a namespace in the cluster',
    ja: '名前空間ごとに 1 件のレポートをクラスターに置く',
  },
  'command.policy-reports-off': {
    en: 'Remove our reports from the cluster, and keep none',
    ja: '当製品のレポートをクラスターから削除し、以後は置かない',
  },
  'reports.state.off': { en: 'off', ja: '無効' },
  'reports.state.pending': { en: 'waits for the cluster', ja: 'クラスターの読み込み待ち' },
  'reports.state.on': { en: 'kept', ja: '有効' },
  'reports.state.not-served': {
    en: 'the API server has neither OpenReports nor PolicyReport kinds',
    ja: 'API サーバーに OpenReports と PolicyReport のどちらの種類もありません',
  },
  'reports.state.not-permitted': { en: 'not permitted', ja: '権限なし' },
  'reports.state.failed': {
    en: 'some could not be written or removed',
    ja: '一部を書き込みまたは削除できません',
  },
  'reports.state.no-cluster': { en: 'no cluster is watched', ja: 'クラスターを監視していません' },
} as const satisfies TextPart;
