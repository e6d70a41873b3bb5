// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactType, Trigger } from '@bartizan/contracts';
import { isOfController, TRIGGERS } from '@bartizan/contracts/detection-rule';
import { AUDIT_FACTS } from './audit-vocabulary.ts';
import { type FactRow, row } from './fact-row.ts';
import { RESTORE_FACTS } from './restore-vocabulary.ts';

/** One fact a rule may ask for. `phrase` completes the sentence "... is one of ...". */
export interface FactDefinition {
  readonly name: string;
  readonly type: FactType;
  readonly triggers: readonly Trigger[];
  readonly phrase: { readonly en: string; readonly ja: string };
  readonly description: { readonly en: string; readonly ja: string };
}

const PROCESS: Readonly<Record<string, FactRow>> = {
  'process.name': row(
    'text',
    ['the name of the program', 'プログラム名'],
    ['File name of the executable', '実行ファイルの名前'],
  ),
  'process.executable': row(
    'text',
    ['the path of the program', 'プログラムのパス'],
    ['Path as the kernel resolved it, links followed', 'カーネルが解決した実行ファイルのパス'],
  ),
  'process.arguments': row(
    'list',
    ['the arguments', '引数'],
    [
      'Arguments with the program name first; secrets are replaced',
      'プログラム名を先頭とする引数。秘密情報は置換済み',
    ],
  ),
  'process.command-line': row(
    'text',
    ['the command line', 'コマンドライン'],
    ['Arguments joined by spaces, at most 16,384 characters', '空白で連結した引数（最大 16,384 文字）'],
  ),
  'process.uid': row(
    'number',
    ['the user id', 'ユーザー ID'],
    ['Real user id on the host', 'ホスト上の実ユーザー ID'],
  ),
  'process.euid': row(
    'number',
    ['the effective user id', '実効ユーザー ID'],
    ['Effective user id on the host', 'ホスト上の実効ユーザー ID'],
  ),
  'process.gid': row(
    'number',
    ['the group id', 'グループ ID'],
    ['Real group id on the host', 'ホスト上の実グループ ID'],
  ),
  'process.cwd': row(
    'text',
    ['the working folder', '作業フォルダー'],
    ['Working folder at the start', '起動時の作業フォルダー'],
  ),
  'process.capabilities': row(
    'list',
    ['the capabilities', 'ケーパビリティ'],
    ['Effective capabilities by name', '実効ケーパビリティの名前'],
  ),
  'process.interactive': row(
    'boolean',
    ['it has a terminal', '端末につながっている'],
    ['Has a controlling terminal', '制御端末を持つ'],
  ),
  'process.fileless': row(
    'boolean',
    ['its program exists in memory only', 'プログラムがメモリー上にのみ存在する'],
    ['The executable has no name on any file system', '実行ファイルがどのファイルシステムにも存在しない'],
  ),
  'process.upper-layer': row(
    'boolean',
    ['its program was written after the container started', 'プログラムがコンテナー起動後に書き込まれた'],
    [
      'The executable lies in the writable layer and is newer than the container',
      '書き込み層にあり、コンテナーより新しい実行ファイル',
    ],
  ),
  'process.entry-point': row(
    'boolean',
    ['it is the first process of the container', 'コンテナーの最初のプロセスである'],
    [
      'The process that the runtime started the container with',
      'ランタイムがコンテナーの起動時に開始したプロセス',
    ],
  ),
  'process.entered': row(
    'boolean',
    ['it was put into the container from outside', 'コンテナーの外から投入された'],
    [
      'Started by docker exec, kubectl exec, runc exec or a probe',
      'docker exec、kubectl exec、runc exec、プローブによる起動',
    ],
  ),
  'stdio.in': row(
    'text',
    ['standard input', '標準入力'],
    ['socket, pipe, tty, file, none or unknown', 'socket、pipe、tty、file、none、unknown のいずれか'],
  ),
  'stdio.out': row(
    'text',
    ['standard output', '標準出力'],
    ['socket, pipe, tty, file, none or unknown', 'socket、pipe、tty、file、none、unknown のいずれか'],
  ),
  'stdio.err': row(
    'text',
    ['standard error', '標準エラー出力'],
    ['socket, pipe, tty, file, none or unknown', 'socket、pipe、tty、file、none、unknown のいずれか'],
  ),
  'parent.name': row(
    'text',
    ['the name of the parent', '親プロセス名'],
    ['File name of the executable of the parent', '親プロセスの実行ファイル名'],
  ),
  'parent.executable': row(
    'text',
    ['the path of the parent', '親プロセスのパス'],
    ['Path of the executable of the parent', '親プロセスの実行ファイルのパス'],
  ),
  'parent.command-line': row(
    'text',
    ['the command line of the parent', '親のコマンドライン'],
    ['Arguments of the parent joined by spaces', '親プロセスの引数'],
  ),
  'parent.uid': row(
    'number',
    ['the user id of the parent', '親のユーザー ID'],
    ['Real user id of the parent', '親プロセスの実ユーザー ID'],
  ),
  'parent.interactive': row(
    'boolean',
    ['the parent has a terminal', '親が端末につながっている'],
    ['The parent has a controlling terminal', '親プロセスが制御端末を持つ'],
  ),
  'ancestors.names': row(
    'list',
    ['the ancestors', '祖先プロセス'],
    ['File names of the executables of all ancestors, parent first', '全祖先の実行ファイル名（親が先頭）'],
  ),
};

const PLACE: Readonly<Record<string, FactRow>> = {
  'container.present': row(
    'boolean',
    ['it is in a container', 'コンテナー内である'],
    ['Happened in a container', 'コンテナー内の出来事'],
  ),
  'container.name': row(
    'text',
    ['the name of the container', 'コンテナー名'],
    ['Container name', 'コンテナー名'],
  ),
  'container.image': row('text', ['the image', 'イメージ'], ['Image reference', 'イメージ参照']),
  'workload.kind': row(
    'text',
    ['the kind of the workload', 'ワークロードの種類'],
    ['Host, Container, Pod, Deployment ...', 'Host、Container、Pod、Deployment など'],
  ),
  'workload.name': row(
    'text',
    ['the name of the workload', 'ワークロード名'],
    ['Workload name', 'ワークロード名'],
  ),
  'workload.namespace': row(
    'text',
    ['the namespace', '名前空間'],
    ['Kubernetes namespace or compose project', 'Kubernetes の名前空間または compose プロジェクト'],
  ),
};

const FILE: Readonly<Record<string, FactRow>> = {
  'file.path': row(
    'text',
    ['the file', 'ファイル'],
    ['Path of the opened file as the kernel resolved it', 'カーネルが解決したファイルのパス'],
  ),
  'file.access': row('text', ['the access', 'アクセス'], ['read or write', 'read または write']),
};

const CONNECTION: Readonly<Record<string, FactRow>> = {
  'connection.protocol': row(
    'text',
    ['the protocol', 'プロトコル'],
    ['tcp, udp or other', 'tcp、udp、other のいずれか'],
  ),
  'connection.direction': row(
    'text',
    ['the direction', '方向'],
    ['outbound, inbound or listen', 'outbound、inbound、listen のいずれか'],
  ),
  'connection.local-address': row(
    'text',
    ['the local address', 'ローカルアドレス'],
    ['Local IP address', 'ローカル IP アドレス'],
  ),
  'connection.local-port': row(
    'number',
    ['the local port', 'ローカルポート'],
    ['Local port', 'ローカルポート'],
  ),
  'connection.local-scope': row(
    'text',
    ['the reach of the local address', 'ローカルアドレスの範囲'],
    [
      'any (all interfaces), loopback, private, link-local, multicast, public, unknown',
      'any（全インターフェース）、loopback、private、link-local、multicast、public、unknown',
    ],
  ),
};

const REMOTE: Readonly<Record<string, FactRow>> = {
  'connection.remote-address': row(
    'text',
    ['the remote address', '接続先アドレス'],
    ['Remote IP address', '接続先の IP アドレス'],
  ),
  'connection.remote-port': row(
    'number',
    ['the remote port', '接続先ポート'],
    ['Remote port', '接続先ポート'],
  ),
  'connection.remote-scope': row(
    'text',
    ['the reach of the remote address', '接続先アドレスの範囲'],
    [
      'any, loopback, private, link-local, multicast, public, unknown',
      'any、loopback、private、link-local、multicast、public、unknown',
    ],
  ),
};

const CREDENTIALS: Readonly<Record<string, FactRow>> = {
  'credentials.before-uid': row(
    'number',
    ['the user id before', '変更前のユーザー ID'],
    ['Real user id before the change', '変更前の実ユーザー ID'],
  ),
  'credentials.before-euid': row(
    'number',
    ['the effective user id before', '変更前の実効ユーザー ID'],
    ['Effective user id before the change', '変更前の実効ユーザー ID'],
  ),
  'credentials.after-uid': row(
    'number',
    ['the user id after', '変更後のユーザー ID'],
    ['Real user id after the change', '変更後の実ユーザー ID'],
  ),
  'credentials.after-euid': row(
    'number',
    ['the effective user id after', '変更後の実効ユーザー ID'],
    ['Effective user id after the change', '変更後の実効ユーザー ID'],
  ),
  'credentials.gained-capabilities': row(
    'list',
    ['the gained capabilities', '新たに得たケーパビリティ'],
    [
      'Effective capabilities it has after the change and had not before',
      '変更で新たに得た実効ケーパビリティ',
    ],
  ),
};

/** What agents see; the audit log comes from an API server, and the controller itself puts objects back. */
const ON_NODES = TRIGGERS.filter((trigger) => !isOfController(trigger));

const define = (rows: Readonly<Record<string, FactRow>>, triggers: readonly Trigger[]): FactDefinition[] =>
  Object.entries(rows).map(([name, { type, phrase, description }]) => ({
    name,
    type,
    triggers,
    phrase: { en: phrase[0], ja: phrase[1] },
    description: { en: description[0], ja: description[1] },
  }));

/** Every fact detection rules may ask for: the reference page, the editor and the compiler read this one table. */
export const FACT_VOCABULARY: readonly FactDefinition[] = [
  ...define(PROCESS, ON_NODES),
  ...define(PLACE, ON_NODES),
  ...define(FILE, ['file-open']),
  ...define(CONNECTION, ['connect', 'listen']),
  ...define(REMOTE, ['connect']),
  ...define(CREDENTIALS, ['credentials']),
  ...define(AUDIT_FACTS, ['audit']),
  ...define(RESTORE_FACTS, ['restore']),
];

/** The same table by name. */
export const FACTS_BY_NAME: ReadonlyMap<string, FactDefinition> = new Map(
  FACT_VOCABULARY.map((fact) => [fact.name, fact]),
);

/** Types of the facts that every one of these triggers delivers. */
export function factTypes(triggers: readonly Trigger[]): ReadonlyMap<string, FactType> {
  return new Map(
    FACT_VOCABULARY.filter((fact) => triggers.every((trigger) => fact.triggers.includes(trigger))).map(
      (fact) => [fact.name, fact.type],
    ),
  );
}
