// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of the native sensor. */
export const SENSOR_ERRORS = {
  E_SENSOR_FRAME: {
    title: { en: 'The sensor sent a malformed frame', ja: 'センサーから不正なフレームを受信しました' },
    remedy: {
      en: 'The sensor is restarted by itself; the count is shown on the node page.',
      ja: 'センサーは自動的に再起動します。件数はノード画面に表示されます。',
    },
  },
  E_SENSOR_EXIT: {
    title: { en: 'The sensor ended', ja: 'センサーが終了しました' },
    remedy: {
      en: 'It is restarted by itself; see the node page if it repeats.',
      ja: '自動的に再起動します。繰り返す場合はノード画面を確認してください。',
    },
  },
  E_SENSOR_MISSING: {
    title: { en: 'The sensor is not built', ja: 'センサーがビルドされていません' },
    remedy: {
      en: 'Run `bartizan doctor`: it names the missing packages.',
      ja: '`bartizan doctor` で不足パッケージを確認してください。',
    },
  },
  E_SENSOR_BUILDING: {
    title: { en: 'The sensor is being built', ja: 'センサーをビルドしています' },
    remedy: {
      en: 'Nothing to do: it starts by itself, in one to three minutes. Until then processes are seen by polling, and short ones are missed.',
      ja: '対応は不要です。1～3 分で自動的に開始します。それまでプロセスはポーリングで検出され、短命なものは見逃されます。',
    },
  },
  E_SENSOR_REFUSED: {
    title: {
      en: 'The kernel refused a program of the sensor',
      ja: 'カーネルがセンサーのプログラムを拒否しました',
    },
    remedy: {
      en: 'The node page shows which protection is limited by it.',
      ja: '影響を受ける保護はノード画面に表示されます。',
    },
  },
  E_INSPECT_EXIT: {
    title: { en: 'The inspect worker ended', ja: '通信の検査プロセスが終了しました' },
    remedy: {
      en: 'It is restarted by itself. Traffic is not touched; until then connections are shown without their application protocol.',
      ja: '自動的に再起動します。通信には影響しません。それまでの接続はアプリケーションプロトコルなしで表示されます。',
    },
  },
  E_INSPECT_LOST: {
    title: {
      en: 'Some connections are shown without their application protocol',
      ja: '一部の接続はアプリケーションプロトコルなしで表示されます',
    },
    remedy: {
      en: 'More connections started than are looked at (1,000 a second on one node), or the inspect worker died. The connections themselves are all shown.',
      ja: '検査の上限（1 ノード毎秒 1,000 接続）を超えたか、検査プロセスが終了しました。接続そのものはすべて表示されます。',
    },
  },
  E_NO_BTF: {
    title: { en: 'The kernel has no BTF type information', ja: 'カーネルに BTF 型情報がありません' },
    remedy: {
      en: 'Use a kernel with CONFIG_DEBUG_INFO_BTF (Debian kernels have it); until then the sensor is off.',
      ja: 'CONFIG_DEBUG_INFO_BTF を有効にしたカーネルを使用してください。それまでセンサーは動作しません。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
