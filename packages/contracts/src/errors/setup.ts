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
      en: 'Check network and proxy (HTTPS_PROXY), then run `up` again; without any, bring advisories with `bartizan db import`.',
      ja: 'ネットワークとプロキシ (HTTPS_PROXY) を確認し、再度 `up` を実行してください。接続できない環境では `bartizan db import` で脆弱性情報を読み込んでください。',
    },
  },
  E_NPM_INSTALL: {
    title: {
      en: 'npm could not install the packages of the checkout',
      ja: 'npm がパッケージをインストールできませんでした',
    },
    remedy: {
      en: 'Remove the cause that npm names (disk space, permissions, another program in `node_modules`), delete `node_modules`, then run the command again.',
      ja: 'npm が示す原因（空き容量、権限、`node_modules` を使う別のプログラムなど）を取り除き、`node_modules` を削除して再度実行してください。',
    },
  },
  E_PROXY: {
    title: { en: 'The proxy of the environment is no address', ja: '環境変数のプロキシが正しくありません' },
    remedy: {
      en: 'Set HTTPS_PROXY to http://HOST:PORT, or take it out, then run `up` again.',
      ja: 'HTTPS_PROXY に http://ホスト:ポート を設定するか、変数を削除して、再度 `up` を実行してください。',
    },
  },
  E_ARCHITECTURE: {
    title: {
      en: 'This CPU architecture is not supported',
      ja: 'この CPU アーキテクチャーには対応していません',
    },
    remedy: { en: 'Use an x86-64 machine.', ja: 'x86-64 のマシンを使用してください。' },
  },
  E_KERNEL_OLD: {
    title: { en: 'The kernel is older than those we test', ja: 'カーネルが検証済みの版より古いです' },
    remedy: {
      en: 'Use Linux 6.1 or later (Debian 12 has it).',
      ja: 'Linux 6.1 以降 (Debian 12 など) を使用してください。',
    },
  },
  E_CAPABILITIES: {
    title: { en: 'Capabilities are missing', ja: 'ケイパビリティーが不足しています' },
    remedy: {
      en: 'Run it as root outside of a container, or give the container the capabilities named.',
      ja: 'コンテナーの外で root として実行するか、表示されたケイパビリティーをコンテナーに与えてください。',
    },
  },
  E_SYS_READ_ONLY: {
    title: { en: '/sys cannot be written', ja: '/sys に書き込めません' },
    remedy: {
      en: 'Mount /sys writable (mount -o remount,rw /sys); in Monitor nothing else is lost.',
      ja: '/sys を書き込み可能にしてください (mount -o remount,rw /sys)。監視モードでは他に影響はありません。',
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
  E_INSTANCE_NAME: {
    title: { en: 'The instance name is not valid', ja: 'インスタンス名が正しくありません' },
    remedy: {
      en: 'Use up to 31 lower-case letters, digits and hyphens in BARTIZAN_INSTANCE, starting with a letter.',
      ja: 'BARTIZAN_INSTANCE は英小文字で始め、英小文字・数字・ハイフンを 31 文字以内で指定してください。',
    },
  },
  E_NOT_UP: {
    title: { en: 'This instance was never started here', ja: 'このインスタンスはまだ起動されていません' },
    remedy: { en: 'Run `./bartizan up`.', ja: '`./bartizan up` を実行してください。' },
  },
  E_NOT_RUNNING: {
    title: { en: 'This instance does not run', ja: 'このインスタンスは動作していません' },
    remedy: { en: 'Run `./bartizan up`.', ja: '`./bartizan up` を実行してください。' },
  },
  E_INSTANCE_RECORD: {
    title: {
      en: 'The file that describes the instance is damaged',
      ja: 'インスタンスの設定ファイルが壊れています',
    },
    remedy: {
      en: 'Put the file named in the message back, or remove it and run `./bartizan up` again; data is kept.',
      ja: '表示されたファイルを戻すか、削除して `./bartizan up` を再度実行してください。データは保持されます。',
    },
  },
  E_RUN_TREE: {
    title: { en: 'The release could not be made from this checkout', ja: 'リリースを作成できませんでした' },
    remedy: {
      en: 'Read the message; a changed or half-copied checkout is the usual reason.',
      ja: 'メッセージを確認してください。多くの場合、チェックアウトの変更や不完全なコピーが原因です。',
    },
  },
  E_CONSOLE_BUILD: {
    title: { en: 'The console could not be built', ja: 'コンソールをビルドできませんでした' },
    remedy: {
      en: 'Read the message; API and CLI work without the console.',
      ja: 'メッセージを確認してください。API と CLI はコンソールなしでも動作します。',
    },
  },
  E_SUPERVISOR: {
    title: {
      en: 'The supervisor did not start or stop in time',
      ja: 'スーパーバイザーが時間内に起動または停止しませんでした',
    },
    remedy: {
      en: 'Read supervisor.log in the log folder, then run the command again.',
      ja: 'ログフォルダーの supervisor.log を確認し、再度実行してください。',
    },
  },
  E_UPGRADE_ROLLED_BACK: {
    title: {
      en: 'The upgrade failed; the release before runs again',
      ja: '更新に失敗したため、以前のリリースに戻しました',
    },
    remedy: {
      en: 'Data is as it was before the upgrade. Read the reason in the message and run `up` again.',
      ja: 'データは更新前の状態です。メッセージの理由を確認し、再度 `up` を実行してください。',
    },
  },
  E_NO_SYSTEMD: {
    title: { en: 'There is no systemd here', ja: 'systemd が動作していません' },
    remedy: {
      en: 'Leave --service out: `up` starts its own supervisor.',
      ja: '--service を付けずに実行してください。`up` が独自のスーパーバイザーを起動します。',
    },
  },
  E_SERVER_IDENTITY: {
    title: { en: 'The server is not the one that was expected', ja: 'サーバーの証明書が想定と一致しません' },
    remedy: {
      en: 'Compare the fingerprint with the one `up` printed; nothing was sent.',
      ja: '`up` が表示したフィンガープリントと照合してください。何も送信していません。',
    },
  },
  E_USAGE: {
    title: { en: 'The command line is not valid', ja: 'コマンドラインが正しくありません' },
    remedy: { en: 'See `bartizan help`.', ja: '`bartizan help` を参照してください。' },
  },
  E_SCAN_TARGET: {
    title: { en: 'There is nothing to scan there', ja: 'スキャン対象を読み取れません' },
    remedy: {
      en: 'Name a folder, or an image archive (docker save, OCI layout) that can be read.',
      ja: '読み取り可能なフォルダーまたはイメージアーカイブ (docker save、OCI レイアウト) を指定してください。',
    },
  },
  E_IMAGE_DIGEST: {
    status: 400,
    title: {
      en: 'A part of the image has other bytes than its digest says',
      ja: 'イメージの一部の内容がダイジェストと一致しません',
    },
    remedy: {
      en: 'Do not use this image: fetch it again from where it was built, and ask who changed it.',
      ja: 'このイメージは使用せず、作成元から取得し直し、変更した者を調べてください。',
    },
  },
  E_IMAGE_PLATFORM: {
    status: 404,
    title: {
      en: 'The image is not there for this platform',
      ja: 'このプラットフォーム用のイメージがありません',
    },
    remedy: {
      en: 'Name one of the platforms that the message lists, for instance --platform linux/arm64.',
      ja: 'メッセージに表示されたプラットフォームを指定してください (例: --platform linux/arm64)。',
    },
  },
  E_SBOM_INVALID: {
    status: 400,
    title: {
      en: 'The file is no bill of materials that can be read',
      ja: '読み取り可能な SBOM ではありません',
    },
    remedy: {
      en: 'Give CycloneDX, SPDX or syft JSON, or SPDX as tag-value.',
      ja: 'CycloneDX、SPDX、syft の JSON、または SPDX の tag-value を指定してください。',
    },
  },
  E_VEX_INVALID: {
    status: 400,
    title: {
      en: 'The file holds no vulnerability statements that can be read',
      ja: '読み取り可能な VEX ではありません',
    },
    remedy: {
      en: 'Give OpenVEX, CSAF or CycloneDX VEX in JSON.',
      ja: 'OpenVEX、CSAF、CycloneDX VEX の JSON を指定してください。',
    },
  },
  E_VEX_LIMIT: {
    status: 422,
    title: {
      en: 'More VEX statements or documents than are kept',
      ja: 'VEX の文書数または記述数が上限を超えています',
    },
    remedy: {
      en: 'Remove documents that are no longer needed (bartizan vex remove), or split the document.',
      ja: '不要な文書を削除するか（bartizan vex remove）、文書を分割してください。',
    },
  },
  E_USER: {
    title: { en: 'The system user could not be made', ja: 'システムユーザーを作成できませんでした' },
    remedy: {
      en: 'Make it by hand: useradd --system --user-group --shell /usr/sbin/nologin bartizan',
      ja: '手動で作成してください：useradd --system --user-group --shell /usr/sbin/nologin bartizan',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
