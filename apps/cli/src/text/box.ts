// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** The box at the end of `up`, and words it shares with `status`. */
export const BOX_TEXT = {
  'language.code': { en: 'en', ja: 'ja' },
  'box.title': {
    en: '{state} in {seconds} s    mode: MONITOR (nothing is blocked)',
    ja: '{state}（{seconds} 秒）  モード：監視（何も遮断しません）',
  },
  'box.title-unchanged': {
    en: '{state}: already running, nothing changed    mode: MONITOR (nothing is blocked)',
    ja: '{state}：既に動作中です（変更なし）  モード：監視（何も遮断しません）',
  },
  'box.title-upgraded': {
    en: '{state}: upgraded in {seconds} s    mode: MONITOR (nothing is blocked)',
    ja: '{state}：{seconds} 秒で更新しました  モード：監視（何も遮断しません）',
  },
  'box.console': { en: 'Console', ja: 'コンソール' },
  'box.afar': {
    en: 'from afar: ssh -L {port}:127.0.0.1:{port} HOST',
    ja: '遠隔から：ssh -L {port}:127.0.0.1:{port} HOST',
  },
  'box.login': { en: 'Login', ja: 'ログイン' },
  'box.login-shown': {
    en: 'admin / {password}   (15 min from the first login, 24 h at most)',
    ja: 'admin / {password}   （初回ログインから 15 分、最長 24 時間有効）',
  },
  'box.login-file': {
    en: 'admin / one-time password in {path} (0600; 15 min from the first login, 24 h at most)',
    ja: 'admin / 一時パスワードは {path} にあります（0600、初回ログインから 15 分、最長 24 時間有効）',
  },
  'box.login-unchanged': {
    en: 'admin / as before (lost? bartizan admin reset-password)',
    ja: 'admin / 変更なし（不明な場合は bartizan admin reset-password）',
  },
  'box.certificate': { en: 'Certificate', ja: '証明書' },
  'box.found-label': { en: 'Found', ja: '検出' },
  'box.found': {
    en: '{nodes} host, {containers} running containers, {packages} packages',
    ja: 'ホスト {nodes}、実行中コンテナー {containers}、パッケージ {packages}',
  },
  'box.scan-running': {
    en: 'the first scan still runs (counts move in the console)',
    ja: '初回スキャンを実行中です（件数はコンソールで更新されます）',
  },
  'box.none-open': { en: 'no open findings', ja: '未対応の検出事項なし' },
  'box.no-data': { en: 'no data yet: the API did not answer', ja: 'データなし：API が応答しませんでした' },
  'box.sensor': { en: 'Sensor', ja: 'センサー' },
  'box.sensor-running': {
    en: 'running: {events} events, {lost} lost',
    ja: '動作中：イベント {events}、損失 {lost}',
  },
  'box.sensor-building': {
    en: 'is being built; live events start by themselves ({progress})',
    ja: 'ビルド中です。完了後、ライブイベントが自動的に始まります（{progress}）',
  },
  'box.sensor-starting': { en: 'built; starting', ja: 'ビルド済み、起動中' },
  'box.sensor-off': { en: 'OFF, no live events: {reason}', ja: '無効（ライブイベントなし）：{reason}' },
  'box.levels': { en: 'Protection', ja: '保護レベル' },
  'box.levels-unknown': {
    en: 'not known yet: the sensor has not tried',
    ja: '未確認：センサーがまだ試行していません',
  },
  'box.limit': { en: 'Limited by', ja: '制限' },
  'box.advisories-label': { en: 'Vuln data', ja: '脆弱性情報' },
  'box.advisories': {
    en: '{rows} advisories of {date} ({days} days old); update: bartizan db update | db import FILE',
    ja: '{date} 時点の {rows} 件（{days} 日経過）。更新：bartizan db update | db import FILE',
  },
  'box.advisories-sample': {
    en: 'SMALL SAMPLE only ({rows} advisories of {date}): most vulnerabilities are not known; bartizan db update | db import FILE',
    ja: '小さなサンプルのみ（{date} 時点の {rows} 件）。大半の脆弱性は判定できません：bartizan db update | db import FILE',
  },
  'box.advisories-missing': {
    en: 'NONE: vulnerabilities are unknown, not zero; bartizan db update | db import FILE',
    ja: 'なし：脆弱性は「不明」であり「ゼロ」ではありません。bartizan db update | db import FILE',
  },
  'box.advisories-building': {
    en: 'being built: vulnerabilities are unknown, not zero, until it is ready; nothing to do',
    ja: '作成中：準備ができるまで脆弱性は「不明」であり「ゼロ」ではありません。対応は不要です',
  },
  'box.next': { en: 'Next', ja: '次の操作' },
  'severity.critical': { en: 'critical', ja: '緊急' },
  'severity.high': { en: 'high', ja: '高' },
  'severity.medium': { en: 'medium', ja: '中' },
  'severity.low': { en: 'low', ja: '低' },
  'severity.info': { en: 'info', ja: '情報' },
  'severity.unknown': { en: 'unrated', ja: '評価なし' },
  'level.refuse': { en: 'refuse', ja: '拒否' },
  'level.kill-before-first-instruction': { en: 'kill before first instruction', ja: '実行前に終了' },
  'level.kill-after': { en: 'kill after', ja: '実行後に終了' },
  'level.detect-only': { en: 'detect only', ja: '検知のみ' },
  'level.blind': { en: 'blind', ja: '検知不可' },
} as const satisfies TextPart;
