// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of set-up. */
export const SETUP_ERRORS = {
  E_NOT_ROOT: {
    title: { en: 'This needs root', ja: 'root 権限が必要です' },
    remedy: { en: 'Run it as root or with sudo.', ja: 'root または sudo で実行してください。' },
  },
  E_PORT_TAKEN: {
    title: { en: 'The port is taken by another program', ja: 'ポートが他のプログラムに使われています' },
    remedy: { en: 'Choose another one with --port.', ja: '--port で別のポートを指定してください。' },
  },
  E_PACKAGES_MISSING: {
    title: { en: 'Debian packages are missing', ja: 'Debian パッケージが不足しています' },
    remedy: {
      en: 'Install the packages that are listed, or run `up --yes`.',
      ja: '表示されたパッケージをインストールするか、`up --yes` を実行してください。',
    },
  },
  E_NETWORK: {
    title: {
      en: 'There is no network to the package registries',
      ja: 'パッケージレジストリに接続できません',
    },
    remedy: {
      en: 'Check network and proxy (HTTPS_PROXY), then run `up` again.',
      ja: 'ネットワークとプロキシ (HTTPS_PROXY) を確認し、再度 `up` を実行してください。',
    },
  },
  E_DISK_SPACE: {
    title: { en: 'There is too little free disk space', ja: 'ディスクの空き容量が不足しています' },
    remedy: {
      en: 'Free the space named in the message, then run `up` again.',
      ja: '表示された容量を確保してから再度 `up` を実行してください。',
    },
  },
  E_MEMORY: {
    title: { en: 'There is too little memory', ja: 'メモリーが不足しています' },
    remedy: {
      en: 'Give the machine at least 1 GiB, or stop other programs.',
      ja: '1 GiB 以上のメモリーを用意するか、他のプログラムを停止してください。',
    },
  },
  E_CONTROLLER_START: {
    title: { en: 'The controller did not become ready', ja: 'コントローラーが起動しませんでした' },
    remedy: { en: 'Read the log named in the message.', ja: '表示されたログを確認してください。' },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
