// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** The preflight table: what was looked at, and what is lost. */
export const PREFLIGHT_TEXT = {
  'preflight.title': { en: 'This machine', ja: 'このマシン' },
  'preflight.architecture': { en: 'Architecture', ja: 'アーキテクチャー' },
  'preflight.kernel': { en: 'Kernel', ja: 'カーネル' },
  'preflight.btf': { en: 'Kernel types (BTF)', ja: 'カーネル型情報 (BTF)' },
  'preflight.cgroup': { en: 'Control groups', ja: 'コントロールグループ' },
  'preflight.capabilities': { en: 'Capabilities', ja: 'ケイパビリティー' },
  'preflight.sys': { en: 'Writable /sys', ja: '/sys への書き込み' },
  'preflight.sensor-packages': { en: 'Packages for the sensor', ja: 'センサー用パッケージ' },
  'preflight.disk': { en: 'Free disk', ja: 'ディスク空き容量' },
  'preflight.memory': { en: 'Free memory', ja: 'メモリー空き容量' },
  'preflight.network': { en: 'Way out', ja: '外部への接続' },
  'preflight.runtimes': { en: 'Container runtimes', ja: 'コンテナーランタイム' },
  'preflight.state.ok': { en: 'ok', ja: '良好' },
  'preflight.state.limited': { en: 'limited', ja: '制限あり' },
  'preflight.state.off': { en: 'off', ja: '無効' },
  'preflight.state.failed': { en: 'failed', ja: '不可' },
  'preflight.lost.sensor': {
    en: 'no kernel sensor: no live process, file and connection events; scans and posture work',
    ja: 'カーネルセンサーなし：プロセス・ファイル・通信のライブイベントは取得できません。スキャンと構成検査は動作します',
  },
  'preflight.lost.sensor-unknown': {
    en: 'not looked for: whether the sensor can be built here is unknown; start with ./bartizan',
    ja: '未確認です。センサーをビルドできるかどうかは不明です。./bartizan から起動してください',
  },
  'preflight.lost.kernel-untested': {
    en: 'older than the kernels we test (6.1 and later); the sensor tries and says what the kernel refuses',
    ja: '検証済みカーネル (6.1 以降) より古い版です。センサーは試行し、拒否された機能を表示します',
  },
  'preflight.lost.cgroup': {
    en: 'containers are told apart by their namespaces only',
    ja: 'コンテナーは名前空間だけで識別されます',
  },
  'preflight.lost.sys': {
    en: 'kernel maps cannot be pinned: enforcement would end with the agent',
    ja: 'カーネルマップを固定できないため、エージェント停止時に保護も終了します',
  },
  'preflight.lost.disk': {
    en: 'fewer days of events are kept (10 % of the free space at most)',
    ja: 'イベントの保持日数が短くなります (空き容量の 10 % まで)',
  },
  'preflight.lost.disk-none': {
    en: '600 MiB are needed to start',
    ja: '起動には 600 MiB が必要です',
  },
  'preflight.lost.memory': {
    en: 'large scans may be slow or incomplete',
    ja: '大きなスキャンが遅くなるか不完全になる可能性があります',
  },
  'preflight.lost.memory-none': {
    en: '400 MiB are needed to start',
    ja: '起動には 400 MiB が必要です',
  },
  'preflight.lost.network': {
    en: 'nothing can be fetched: advisories and packages come from files and caches; everything else works',
    ja: '外部から取得できません。脆弱性情報とパッケージはファイルとキャッシュから読み込みます。他の機能は動作します',
  },
  'preflight.lost.runtimes': {
    en: 'no container runtime found: only the host is watched (a normal result); new runtimes are found by themselves',
    ja: 'ランタイムが見つからないため、ホストのみを監視します (正常な結果です)。後から導入しても自動で検出します',
  },
  'preflight.lost.architecture': { en: 'only x86_64 works today', ja: '現在動作するのは x86_64 のみです' },
} as const satisfies TextPart;
