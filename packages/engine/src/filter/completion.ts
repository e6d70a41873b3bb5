// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  CONTROL_IDS,
  FINDING_KINDS,
  OWASP_2022,
  PACKAGE_USES,
  RUNTIMES,
  SEVERITIES,
  WORKLOAD_KINDS,
} from '@bartizan/contracts';

/** One field that a list can be filtered by. */
export interface FieldCompletion {
  readonly field: string;
  /** Words that are offered; empty = free values, completed from what is on the page. */
  readonly values: readonly string[];
  /** Takes `>` and `<`. */
  readonly numeric: boolean;
  readonly label: { readonly en: string; readonly ja: string };
}

const field = (
  name: string,
  en: string,
  ja: string,
  more: { readonly values?: readonly string[]; readonly numeric?: boolean } = {},
): FieldCompletion => ({
  field: name,
  values: more.values ?? [],
  numeric: more.numeric ?? false,
  label: { en, ja },
});

const severity = field('severity', 'severity', '深刻度', { values: SEVERITIES });
const namespace = field('namespace', 'namespace or project', '名前空間・プロジェクト');
const workload = field('workload', 'workload', 'ワークロード');
const node = field('node', 'node', 'ノード');
const owasp = field('owasp', 'OWASP item (2022)', 'OWASP 項目（2022）', { values: OWASP_2022 });
const attack = field('attack', 'ATT&CK technique', 'ATT&CK テクニック');
const image = field('image', 'image', 'イメージ');

/** What the filter bar offers, for each list. */
export const COMPLETIONS = {
  workload: [
    field('kind', 'kind', '種類', { values: WORKLOAD_KINDS }),
    field('name', 'name', '名前'),
    namespace,
    image,
    node,
    field('running', 'running containers', '稼働中コンテナー数', { numeric: true }),
  ],
  container: [
    field('name', 'name', '名前'),
    field('state', 'state', '状態', { values: ['created', 'running', 'paused', 'exited', 'unknown'] }),
    field('runtime', 'runtime', 'ランタイム', { values: RUNTIMES }),
    namespace,
    workload,
    image,
    node,
  ],
  finding: [
    severity,
    field('kind', 'kind', '種類', { values: FINDING_KINDS }),
    field('state', 'state', '状態', { values: ['open', 'fixed', 'accepted', 'explained'] }),
    field('package', 'package', 'パッケージ'),
    field('vulnerability', 'advisory id', '脆弱性 ID'),
    field('use', 'use of the package', 'パッケージの使用状況', {
      values: [...PACKAGE_USES, 'unknown'],
    }),
    field('check', 'check', '検査'),
    field('knownExploited', 'known to be exploited', '悪用確認済み', { values: ['true', 'false'] }),
    workload,
    namespace,
    owasp,
    attack,
  ],
  event: [
    severity,
    field('rule', 'rule', 'ルール'),
    workload,
    namespace,
    field('container', 'container', 'コンテナー'),
    field('executable', 'program', 'プログラム'),
    node,
    owasp,
    attack,
  ],
  check: [
    field('outcome', 'outcome', '結果', { values: ['pass', 'fail', 'unknown', 'not-applicable'] }),
    severity,
    field('check', 'check', '検査'),
    field('control', 'control', '管理策', { values: CONTROL_IDS }),
    workload,
    owasp,
  ],
  flow: [
    field('direction', 'direction', '方向', { values: ['outbound', 'inbound'] }),
    field('protocol', 'protocol', 'プロトコル', { values: ['tcp', 'udp', 'other'] }),
    field('serverPort', 'server port', 'サーバーポート', { numeric: true }),
    field('remoteAddress', 'remote address', '接続先アドレス'),
    field('verdict', 'verdict', '判定', { values: ['allow', 'alert', 'deny', 'undecided'] }),
    workload,
    namespace,
    node,
  ],
} as const satisfies Readonly<Record<string, readonly FieldCompletion[]>>;

const OFFERED_MAX = 20;

/** Tokens that may continue the last word of a filter, best first; at most 20. */
export function complete(noun: keyof typeof COMPLETIONS, text: string): string[] {
  const word = text.slice(text.search(/\S*$/));
  const negation = word.startsWith('-') ? '-' : '';
  const body = word.slice(negation.length);
  const colon = body.indexOf(':');
  const fields: readonly FieldCompletion[] = COMPLETIONS[noun];
  if (colon < 0)
    return fields
      .filter(({ field: name }) => name.toLowerCase().startsWith(body.toLowerCase()))
      .map(({ field: name }) => `${negation}${name}:`)
      .slice(0, OFFERED_MAX);
  const known = fields.find(({ field: name }) => name === body.slice(0, colon));
  const typed = body.slice(colon + 1);
  const comma = typed.lastIndexOf(',');
  const kept = typed.slice(0, comma + 1);
  return (known?.values ?? [])
    .filter((value) => value.toLowerCase().startsWith(typed.slice(comma + 1).toLowerCase()))
    .map((value) => `${negation}${body.slice(0, colon)}:${kept}${value}`)
    .slice(0, OFFERED_MAX);
}
