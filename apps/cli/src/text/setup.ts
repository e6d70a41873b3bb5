// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Progress and questions of up, down, uninstall and doctor. */
export const SETUP_TEXT = {
  'up.console-built': { en: 'Console built', ja: 'コンソールをビルドしました' },
  'up.console-failed': {
    en: 'E_CONSOLE_BUILD: the console could not be built; API and CLI work without it: {detail}',
    ja: 'E_CONSOLE_BUILD：コンソールをビルドできませんでした。API と CLI は動作します：{detail}',
  },
  'up.upgrading': {
    en: 'New code: upgrading from {from} to {to} (data is copied aside first)',
    ja: '新しいコードを検出しました。{from} から {to} へ更新します（事前にデータを退避します）',
  },
  'up.controller-ready': {
    en: 'Controller ready after {seconds} s',
    ja: 'コントローラー起動完了（{seconds} 秒）',
  },
  'up.progress': {
    en: '… {nodes} node(s), {packages} packages, sensor: {sensor}',
    ja: '… ノード {nodes}、パッケージ {packages}、センサー：{sensor}',
  },
  'up.logs': { en: 'Logs: {path}', ja: 'ログ：{path}' },
  'down.stopped': {
    en: 'Stopped. Data is kept; `bartizan up` starts again.',
    ja: '停止しました。データは保持されています。`bartizan up` で再開します。',
  },
  'down.was-not-running': { en: 'Nothing was running.', ja: '動作していませんでした。' },
  'uninstall.kept': {
    en: 'Removed programs and runtime files of instance {instance}. Data, keys and logs are kept in {state} and {etc}; --purge removes them too.',
    ja: 'インスタンス {instance} のプログラムを削除しました。データ・鍵・ログは {state} と {etc} に残っています（--purge で削除）。',
  },
  'uninstall.purged': {
    en: 'Instance {instance} is gone: nothing of it is left.',
    ja: 'インスタンス {instance} を完全に削除しました。',
  },
  'uninstall.left': { en: 'Could not be removed: {what}', ja: '削除できませんでした：{what}' },
  'uninstall.ask': {
    en: 'Remove instance {instance} with all its data and keys? This cannot be undone. Type the name of the instance: ',
    ja: 'インスタンス {instance} をデータと鍵ごと削除しますか？元に戻せません。インスタンス名を入力してください：',
  },
  'uninstall.needs-yes': {
    en: 'uninstall --purge removes data and keys for good: add --yes',
    ja: 'uninstall --purge はデータと鍵を完全に削除します。--yes を付けてください',
  },
  'uninstall.aborted': { en: 'Nothing was removed.', ja: '何も削除していません。' },
  'uninstall.packages': {
    en: 'Debian packages that `up` had added ({packages}) can go with: apt-get purge {packages}',
    ja: '`up` が追加した Debian パッケージ（{packages}）は次のコマンドで削除できます：apt-get purge {packages}',
  },
  'uninstall.packages-ask': {
    en: 'Remove the Debian packages that `up` had added ({packages})? [y/N] ',
    ja: '`up` が追加した Debian パッケージ（{packages}）を削除しますか？ [y/N] ',
  },
  'doctor.bundle': {
    en: 'Support bundle (secrets and addresses of people removed): {path}',
    ja: 'サポートバンドル（秘密情報は除去済み）：{path}',
  },
  'doctor.not-running': { en: 'The instance does not run.', ja: 'インスタンスは動作していません。' },
  'status.title': {
    en: '{state}  instance {instance}, version {version}',
    ja: '{state}  インスタンス {instance}、版 {version}',
  },
  'status.part': { en: 'PART', ja: '部分' },
  'status.state': { en: 'STATE', ja: '状態' },
  'status.detail': { en: 'DETAIL', ja: '詳細' },
  'status.supervisor': { en: 'supervisor', ja: 'スーパーバイザー' },
  'status.controller': { en: 'controller', ja: 'コントローラー' },
  'status.agent': { en: 'agent', ja: 'エージェント' },
  'status.sensor': { en: 'sensor', ja: 'センサー' },
  'status.inspect': { en: 'inspect worker', ja: '通信の検査プロセス' },
  'status.uplink': { en: 'uplink', ja: 'アップリンク' },
  'status.store': { en: 'store', ja: 'ストア' },
  'status.advisories': { en: 'advisories', ja: '脆弱性情報' },
  'status.losses': { en: 'losses', ja: '損失' },
  'status.scan': { en: 'first scan', ja: '初回スキャン' },
  'status.cluster': { en: 'cluster', ja: 'クラスター' },
  'status.admission': { en: 'admission', ja: 'アドミッション' },
  'status.condition': { en: 'condition', ja: '注意点' },
  'state.ready': { en: 'READY', ja: '準備完了' },
  'state.limited': { en: 'LIMITED', ja: '制限あり' },
  'state.failed': { en: 'FAILED', ja: '障害' },
  'state.stopped': { en: 'STOPPED', ja: '停止中' },
} as const satisfies TextPart;
