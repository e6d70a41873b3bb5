// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Help texts and messages of the commands. */
export const COMMAND_TEXT = {
  'app.brief': {
    en: 'Secures containers and Kubernetes: knows what runs, watches it, and says why.',
    ja: 'コンテナーと Kubernetes を保護します。何が動いているかを把握し、監視し、根拠を示します。',
  },
  'error.remedy': { en: 'Remedy', ja: '対処' },
  'flag.output': { en: 'Form of the output', ja: '出力形式' },
  'flag.filter': {
    en: 'field:value tokens, e.g. severity:critical,high -state:accepted',
    ja: 'field:value 形式の条件（例：severity:critical,high -state:accepted）',
  },
  'flag.sort': { en: 'Field to sort by; -FIELD = descending', ja: '並べ替える項目（-FIELD で降順）' },
  'flag.limit': { en: 'At most so many items (default 100)', ja: '最大件数（既定 100）' },
  'flag.follow': { en: 'Go on and show events as they come', ja: '新しいイベントを表示し続ける' },
  'flag.fail-on': {
    en: 'Exit 3 when an open finding is at least this severe',
    ja: 'この深刻度以上の未対応があれば終了コード 3',
  },
  'flag.port': {
    en: 'Port of console and API (default 8443; agents use the next)',
    ja: 'コンソールと API のポート（既定 8443、エージェントは次の番号）',
  },
  'flag.listen': {
    en: 'Address of console and API (default 127.0.0.1)',
    ja: 'コンソールと API のアドレス（既定 127.0.0.1）',
  },
  'flag.advisories': {
    en: 'Advisory pack, or folder of advisories',
    ja: '脆弱性情報のパックまたはフォルダー',
  },
  'flag.name': { en: 'One more name for the certificate', ja: '証明書に追加する名前' },
  'flag.runc-root': {
    en: 'State folder of runc (default /run/runc)',
    ja: 'runc の状態フォルダー（既定 /run/runc）',
  },
  'flag.no-agent': { en: 'Start no agent on this machine', ja: 'このマシンでエージェントを起動しない' },
  'flag.container-search': {
    en: 'Search the files of running containers for secrets and harmful files; kept until it is said otherwise',
    ja: '実行中のコンテナーのファイルで秘密情報と有害なファイルを検索する（次に指定するまで維持）',
  },
  'flag.service': { en: 'Let systemd start it', ja: 'systemd で起動する' },
  'flag.wait-sensor': { en: 'Wait until the sensor runs', ja: 'センサーの起動を待つ' },
  'flag.wait': {
    en: 'Seconds to wait for the first scan (default 60)',
    ja: '初回スキャンを待つ秒数（既定 60）',
  },
  'flag.yes': { en: 'Answer every question with yes', ja: 'すべての質問に yes と答える' },
  'flag.purge': { en: 'Remove data, keys and logs too', ja: 'データ・鍵・ログも削除する' },
  'flag.folder': {
    en: 'Where the bundle goes (default: here)',
    ja: 'バンドルの出力先（既定：現在のフォルダー）',
  },
  'flag.minutes': { en: 'Lifetime in minutes (default 15)', ja: '有効期間（分、既定 15）' },
  'flag.force': {
    en: 'Also when the pack is older or has far fewer rows',
    ja: '作成日時が前のパックや、件数が急減したパックも読み込む',
  },
  'flag.allow-unsigned': { en: 'Also a pack that nobody signed', ja: '署名のないパックも読み込む' },
  'flag.trust': {
    en: 'Id of the key of a bundle; it is trusted from now on',
    ja: 'バンドルに含まれる鍵の ID（以後この鍵を信頼する）',
  },
  'flag.trust-root': {
    en: 'Trust root to check with (with --to)',
    ja: '検証に使うトラストルート（--to と併用）',
  },
  'flag.to': {
    en: 'Check and write this pack file; no server is asked',
    ja: 'サーバーを使わず、検証してこのパックファイルに書き込む',
  },
  'flag.export-pack': {
    en: 'Pack file to export (default: the one in use)',
    ja: '書き出すパックファイル（既定：使用中のパック）',
  },
  'flag.key': { en: 'Sign with this key (made by db key)', ja: 'この鍵で署名する（db key で作成）' },
  'flag.since-pack': {
    en: 'Write only the difference to this pack file',
    ja: 'このパックファイルとの差分だけを書き出す',
  },
  'flag.passphrase-file': {
    en: 'File with the passphrase (or BARTIZAN_PASSPHRASE)',
    ja: 'パスフレーズのファイル（または BARTIZAN_PASSPHRASE）',
  },
  'flag.pack': {
    en: 'Advisory pack or folder to hold against',
    ja: '照合する脆弱性情報のパックまたはフォルダー',
  },
  'flag.scan-output': {
    en: 'Form of the output: findings, or a bill of materials',
    ja: '出力形式（検出事項または SBOM）',
  },
  'flag.allow-incomplete': {
    en: 'With --fail-on: a scan that could not read or judge everything is no failure',
    ja: '--fail-on と併用：一部を読み取り・判定できなくても失敗としない',
  },
  'flag.vex': {
    en: 'VEX file: OpenVEX, CSAF or CycloneDX; may be repeated',
    ja: 'VEX ファイル（OpenVEX、CSAF、CycloneDX、複数指定可）',
  },
  'flag.platform': {
    en: 'Platforms of an image: linux/arm64, several with commas, or all (default: this machine)',
    ja: 'イメージのプラットフォーム（例：linux/arm64、カンマ区切りで複数、all ですべて、既定はこのマシン）',
  },
  'flag.cache': {
    en: 'Folder that keeps what was read from image layers',
    ja: 'イメージレイヤーの読み取り結果を保存するフォルダー',
  },
  'flag.scanners': {
    en: 'What to look for, comma-separated: vuln, secret (default vuln)',
    ja: '検査対象（カンマ区切り）：vuln、secret（既定 vuln）',
  },
  'flag.image-scanners': {
    en: 'What to look for, comma-separated: vuln, secret, hygiene (default vuln)',
    ja: '検査対象（カンマ区切り）：vuln、secret、hygiene（既定 vuln）',
  },
  'flag.malware-hashes': {
    en: 'File with SHA-256 sums of harmful files, for hygiene; may be repeated',
    ja: '有害ファイルの SHA-256 一覧（hygiene 用、複数指定可）',
  },
  'flag.base': {
    en: 'Image it may be built on: findings are split into base and own layers; may be repeated',
    ja: 'ベースの候補イメージ。検出事項をベースと独自レイヤーに分けます（複数指定可）',
  },
  'flag.new-base': {
    en: 'Image it could be built on instead: says which findings that removes',
    ja: '差し替え候補のベースイメージ。解消される検出事項を示します',
  },
  'flag.deny-license': {
    en: 'Refuse these licences: SPDX ids or categories, comma-separated',
    ja: '拒否するライセンス（SPDX ID または分類、カンマ区切り）',
  },
  'flag.allow-license': {
    en: 'Refuse all licences but these: SPDX ids or categories, comma-separated',
    ja: '許可するライセンス（それ以外は拒否。SPDX ID または分類、カンマ区切り）',
  },
  'flag.feed': {
    en: 'Only this feed or group, e.g. osv.npm, debian',
    ja: 'このフィードまたはグループのみ（例：osv.npm、debian）',
  },
  'flag.mirror': {
    en: 'Fetch a feed, group or * from a mirror',
    ja: 'フィード・グループ・* をミラーから取得する',
  },
  'arg.id': { en: 'Id', ja: 'ID' },
  'arg.pack': { en: 'Pack file (default: the one in use)', ja: 'パックファイル（既定：使用中のパック）' },
  'arg.pack-before': { en: 'Older pack file', ja: '古いパックファイル' },
  'arg.pack-after': { en: 'Newer pack file', ja: '新しいパックファイル' },
  'arg.path': { en: 'File or folder', ja: 'ファイルまたはフォルダー' },
  'arg.user': { en: 'User (default admin)', ja: '利用者（既定 admin）' },
  'arg.topic': { en: 'Topic', ja: '項目' },
  'command.up': {
    en: 'Start everything on this machine; safe to repeat',
    ja: 'このマシンですべてを起動する（繰り返し実行可）',
  },
  'command.down': { en: 'Stop everything; data is kept', ja: 'すべてを停止する（データは保持）' },
  'command.status': {
    en: 'State of every part; exit 0 only when all works',
    ja: '各部の状態（すべて正常のときのみ終了コード 0）',
  },
  'command.doctor': {
    en: 'Check the machine and write a redacted support bundle',
    ja: 'マシンを検査しサポートバンドルを作成する',
  },
  'command.uninstall': { en: 'Remove this instance', ja: 'このインスタンスを削除する' },
  'command.workload': { en: 'Workloads', ja: 'ワークロード' },
  'command.container': { en: 'Containers', ja: 'コンテナー' },
  'command.node': { en: 'Nodes', ja: 'ノード' },
  'command.image': { en: 'Images', ja: 'イメージ' },
  'command.event': { en: 'Security events', ja: 'セキュリティイベント' },
  'command.finding': { en: 'Findings', ja: '検出事項' },
  'command.flow': { en: 'Network flows', ja: '通信フロー' },
  'command.rule': { en: 'Detection rules', ja: '検知ルール' },
  'command.check': { en: 'Posture checks', ja: '構成検査' },
  'command.user': { en: 'Users', ja: '利用者' },
  'command.key': { en: 'API keys and the encryption key', ja: 'API キーと暗号鍵' },
  'command.audit': { en: 'The audit log', ja: '監査ログ' },
  'command.db': { en: 'Advisories', ja: '脆弱性情報' },
  'command.admin': { en: 'Administration by root on this machine', ja: 'このマシンの root による管理' },
  'command.scan': {
    en: 'Scan something here and now, without a server',
    ja: 'サーバーなしでその場でスキャンする',
  },
  'command.list': { en: 'List them', ja: '一覧を表示する' },
  'command.show': { en: 'Show one', ja: '詳細を表示する' },
  'command.node-token': {
    en: 'Make a one-time join token for another machine',
    ja: '別のマシン用の一度きりの参加トークンを作成する',
  },
  'command.why': { en: 'Explain an event, finding or check', ja: 'イベント・検出事項・検査の根拠を示す' },
  'command.scorecard': {
    en: 'OWASP Kubernetes Top 10 scorecard',
    ja: 'OWASP Kubernetes Top 10 スコアカード',
  },
  'command.audit-verify': {
    en: 'Verify the hash chain of the audit log',
    ja: '監査ログのハッシュチェーンを検証する',
  },
  'command.db-status': { en: 'Age, size and gaps of the advisories', ja: '脆弱性情報の日付・件数・不足' },
  'command.db-import': {
    en: 'Load a pack, bundle or delta, or a folder of feeds',
    ja: 'パック・バンドル・差分、またはフィードのフォルダーを読み込む',
  },
  'command.db-export': {
    en: 'Write the pack as one signed file for a site without a network',
    ja: 'オフライン環境へ運ぶための署名付きファイルを書き出す',
  },
  'command.db-diff': { en: 'What differs between two packs', ja: '2 つのパックの差を表示する' },
  'command.db-key': { en: 'Make a key to sign packs with', ja: 'パックに署名する鍵を作成する' },
  'command.db-update': { en: 'Fetch feeds by HTTPS and load them', ja: 'HTTPS でフィードを取得して読み込む' },
  'command.backup': { en: 'Write an encrypted backup', ja: '暗号化バックアップを作成する' },
  'command.restore': {
    en: 'Restore a backup (the controller is stopped meanwhile)',
    ja: 'バックアップを復元する（その間コントローラーは停止）',
  },
  'command.key-rotate': { en: 'Seal all secrets with a new key', ja: '新しい鍵ですべての秘密を暗号化し直す' },
  'command.reset-password': { en: 'Make a new one-time password', ja: '新しい一時パスワードを発行する' },
  'command.scan-host': { en: 'Scan this machine', ja: 'このマシンをスキャンする' },
  'command.scan-dir': {
    en: 'Scan a folder as a root file system',
    ja: 'フォルダーをルートファイルシステムとしてスキャンする',
  },
  'command.scan-image': {
    en: 'Scan an image: archive, OCI layout, registry or containerd',
    ja: 'イメージ（アーカイブ、OCI レイアウト、レジストリ、containerd）をスキャンする',
  },
  'command.scan-sbom': {
    en: 'Judge a bill of materials (CycloneDX, SPDX, syft)',
    ja: 'SBOM（CycloneDX、SPDX、syft）を判定する',
  },
  'command.completion': {
    en: 'Print a completion script for bash or zsh',
    ja: 'bash または zsh の補完スクリプトを出力する',
  },
  'command.help': {
    en: 'Help on a topic: exit-codes, environment',
    ja: '項目別ヘルプ：exit-codes、environment',
  },
  'list.empty': { en: 'Nothing to show.', ja: '表示する項目はありません。' },
  'list.more': {
    en: 'Showing the first {count}; more with --limit.',
    ja: '先頭 {count} 件を表示しています。続きは --limit で表示できます。',
  },
  'list.only-sample': {
    en: 'Only the small sample of advisories is loaded, which cannot judge a machine',
    ja: '小さなサンプルの脆弱性情報だけが読み込まれており、判定には使えません',
  },
  'why.verdict': { en: 'Verdict', ja: '判定' },
  'why.reasons': { en: 'Because of', ja: '理由' },
  'why.nearest': { en: 'Nearly matched, but differed in', ja: '一致しかけたルールと相違点' },
  'why.steps': { en: 'Steps', ja: '手順' },
  'why.facts': { en: 'Facts used', ja: '使用した事実' },
  'audit.intact': {
    en: 'intact: {records} records, head {hash}',
    ja: '正常：{records} 件、最終ハッシュ {hash}',
  },
  'audit.broken': {
    en: 'BROKEN at record {sequence} of {records}',
    ja: '破損：{records} 件中 {sequence} 番目',
  },
  'audit.broken-head': {
    en: 'BROKEN: the end of the chain ({records} records) is not the one that this installation signed; records were cut off or replaced before record {sequence}',
    ja: '破損：チェーンの末尾（{records} 件）は、このインストールが署名したものではありません。記録 {sequence} より前の記録が削除または差し替えられています',
  },
  'audit.broken-earlier': {
    en: 'BROKEN: what stands before record {sequence} was cut off or replaced, noticed at {since}; {records} records, those after it follow from each other',
    ja: '破損：記録 {sequence} より前の記録が削除または差し替えられています（検知：{since}）。全 {records} 件のうち、それ以降の記録は連続しています',
  },
  'backup.ask': { en: 'Passphrase (at least 12 characters): ', ja: 'パスフレーズ（12 文字以上）：' },
  'backup.passphrase-short': {
    en: 'a passphrase of at least 12 characters is needed: --passphrase-file, BARTIZAN_PASSPHRASE or a terminal',
    ja: '12 文字以上のパスフレーズが必要です：--passphrase-file、BARTIZAN_PASSPHRASE、または端末から入力',
  },
  'db.unsigned': {
    en: 'Nobody has signed this pack: the other site has to allow that. Sign it with --key.',
    ja: 'このパックには署名がありません。読み込み側での許可が必要です。--key で署名できます。',
  },
  'backup.done': {
    en: 'Backup written: {path} ({bytes} bytes)',
    ja: 'バックアップを作成しました：{path}（{bytes} バイト）',
  },
  'restore.done': { en: 'Restored from {path}.', ja: '{path} から復元しました。' },
  'key.rotated': {
    en: 'A new key seals all secrets now; the old one is gone.',
    ja: '新しい鍵ですべての秘密を暗号化し直しました。古い鍵は破棄しました。',
  },
  'admin.reset-done': {
    en: 'One-time password of {name}: 15 min from the first login, 24 h at most; another one is chosen there.',
    ja: '{name} の一時パスワードです（初回ログインから 15 分、最長 24 時間有効）。ログイン時に変更が必要です。',
  },
  'scan.no-pack': {
    en: 'No advisories found (--pack): packages are listed, vulnerabilities are unknown, not zero.',
    ja: '脆弱性情報が見つかりません（--pack）。パッケージは表示されますが、脆弱性は「不明」です。',
  },
  'scan.gap': {
    en: 'No advisories about {packages} packages ({ecosystems}): unknown, not zero. The gate does not pass: bring their advisories (--pack), or accept it (--allow-incomplete).',
    ja: '{packages} パッケージ（{ecosystems}）の脆弱性情報がありません。脆弱性は 0 件ではなく「不明」なので、合格としません。該当する脆弱性情報を --pack で指定するか、--allow-incomplete で許容してください。',
  },
  'scan.gap-no-feed': {
    en: 'No advisories about {packages} packages ({ecosystems}): unknown, not zero. The gate does not pass, and db update has nothing about them: only --allow-incomplete accepts it.',
    ja: '{packages} パッケージ（{ecosystems}）の脆弱性情報がありません。脆弱性は 0 件ではなく「不明」なので、合格としません。db update でも取得できないため、許容するには --allow-incomplete を指定するしかありません。',
  },
  'scan.gap-allowed': {
    en: 'No advisories about {packages} packages ({ecosystems}): unknown, not zero. --allow-incomplete accepts it.',
    ja: '{packages} パッケージ（{ecosystems}）の脆弱性情報がありません。脆弱性は 0 件ではなく「不明」ですが、--allow-incomplete により許容します。',
  },
  'scan.summary': {
    en: '{packages} packages, {findings} findings; distribution {distribution}',
    ja: 'パッケージ {packages}、検出事項 {findings}、ディストリビューション {distribution}',
  },
  'scan.secrets-summary': {
    en: '{findings} secrets in {files} files; {suppressed} left out with a reason; {skipped} files hold no text',
    ja: '秘密情報 {findings} 件（対象ファイル {files}）。理由付きの除外 {suppressed}、テキストでないファイル {skipped}',
  },
  'scan.licences-summary': {
    en: 'licences: {findings} of {packages} packages refused; {unknown} without a licence that can be read',
    ja: 'ライセンス：{packages} パッケージ中 {findings} 件が不許可、{unknown} 件は判読不能',
  },
  'scan.base': {
    en: 'base {name} ({layers} layers): {base} findings of the base, {own} of the own layers, {unknown} of neither',
    ja: 'ベース {name}（レイヤー {layers}）：ベース由来 {base}、独自レイヤー由来 {own}、判別不能 {unknown}',
  },
  'scan.base-named': {
    en: 'base {name} by its label; give it with --base to split the findings',
    ja: 'ラベルによるベースは {name} です。--base で指定すると検出事項を分けて表示します',
  },
  'scan.base-unknown': {
    en: 'base unknown: no label, and no layer in common with --base',
    ja: 'ベース不明：ラベルがなく、--base のイメージと共通のレイヤーもありません',
  },
  'scan.new-base': {
    en: 'on {name}: {removes} findings go, {adds} come, {keeps} stay',
    ja: '{name} に差し替えた場合：解消 {removes}、追加 {adds}、継続 {keeps}',
  },
  'scan.new-base-unknown': {
    en: 'effect of --new-base unknown: the layers of the present base are not known (--base), or there are no advisories',
    ja: '--new-base の効果は不明：現在のベースのレイヤーが不明か（--base）、脆弱性情報がありません',
  },
  'scan.hygiene-summary': {
    en: 'hygiene: {findings} findings in {files} files; {passed} of {checks} checks passed, {unknown} unknown',
    ja: 'イメージ衛生：検出事項 {findings}（対象ファイル {files}）。検査 {checks} 件中 合格 {passed}、不明 {unknown}',
  },
  'scan.check-unknown': { en: 'unknown: {check}: {reason}', ja: '不明：{check}：{reason}' },
  'verification.verified': { en: 'verified', ja: '検証済み' },
  'verification.plausible': { en: 'plausible', ja: '形式は妥当' },
  'verification.unverified': { en: 'check failed', ja: '検証不成立' },
  'scan.not-covered': {
    en: 'not judged: {ecosystem} ({packages} packages): {reason}',
    ja: '判定対象外：{ecosystem}（パッケージ {packages}）：{reason}',
  },
  'scan.incomplete': { en: 'incomplete: {reason}', ja: '不完全：{reason}' },
  'scan.incomplete-more': {
    en: 'incomplete: {count} more reasons (all with -o json)',
    ja: '不完全：ほか {count} 件（-o json ですべて表示）',
  },
  'scan.explained': {
    en: '{count} findings are shown but not counted: statements (--vex) answer for them',
    ja: '検出事項 {count} 件は表示のみで集計しません：ステートメント（--vex）による説明があります',
  },
  'help.exit-codes': {
    en: '0 fine\n1 failed\n2 usage\n3 findings at or above --fail-on, or a signature policy refuses\n4 login or permission\n5 not found\n6 conflict\n7 unreachable or not running\n130 interrupted',
    ja: '0 正常\n1 失敗\n2 使い方の誤り\n3 --fail-on 以上の検出事項あり、または署名ポリシーによる拒否\n4 ログインまたは権限が必要\n5 見つからない\n6 競合\n7 接続不可または停止中\n130 中断',
  },
  'help.environment': {
    en: 'BARTIZAN_INSTANCE     instance (default main)\nBARTIZAN_SERVER       address of another server\nBARTIZAN_TOKEN        API key (or BARTIZAN_TOKEN_FILE)\nBARTIZAN_FINGERPRINT  SHA-256 of its certificate\nBARTIZAN_CA_SHA256    SHA-256 of its CA\nBARTIZAN_CA_FILE      its CA, PEM\nBARTIZAN_REGISTRY     registry (host) that the next two are for\nBARTIZAN_REGISTRY_USERNAME, BARTIZAN_REGISTRY_PASSWORD\nBARTIZAN_LANG         en or ja (or --lang before the command)\nNO_COLOR              no colours',
    ja: 'BARTIZAN_INSTANCE     インスタンス（既定 main）\nBARTIZAN_SERVER       別のサーバーのアドレス\nBARTIZAN_TOKEN        API キー（または BARTIZAN_TOKEN_FILE）\nBARTIZAN_FINGERPRINT  証明書の SHA-256\nBARTIZAN_CA_SHA256    CA の SHA-256\nBARTIZAN_CA_FILE      CA（PEM）\nBARTIZAN_REGISTRY     次の 2 つを使うレジストリのホスト\nBARTIZAN_REGISTRY_USERNAME, BARTIZAN_REGISTRY_PASSWORD\nBARTIZAN_LANG         en または ja（コマンドの前の --lang でも指定可）\nNO_COLOR              色を使わない',
  },
  'help.usage': { en: 'USAGE', ja: '使い方' },
  'help.aliases': { en: 'ALIASES', ja: '別名' },
  'help.commands': { en: 'COMMANDS', ja: 'コマンド' },
  'help.flags': { en: 'FLAGS', ja: 'オプション' },
  'help.arguments': { en: 'ARGUMENTS', ja: '引数' },
  'help.help': { en: 'Print this help', ja: 'このヘルプを表示する' },
  'help.help-all': { en: 'Print all help', ja: 'すべてのヘルプを表示する' },
  'help.version': { en: 'Print the version', ja: 'バージョンを表示する' },
  'help.escape': { en: 'Everything after it is an argument', ja: '以降をすべて引数として扱う' },
  'help.default': { en: 'default =', ja: '既定 =' },
  'help.separator': { en: 'separator =', ja: '区切り =' },
  'usage.no-command': { en: 'No command "{input}"{hint}', ja: 'コマンド「{input}」はありません{hint}' },
  'usage.did-you-mean': { en: '; did you mean {names}?', ja: '。もしかして：{names}' },
} as const satisfies TextPart;
