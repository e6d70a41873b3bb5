// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors on a node. */
export const NODE_ERRORS = {
  E_RUNTIME_UNREACHABLE: {
    title: { en: 'A container runtime does not answer', ja: 'コンテナーランタイムが応答しません' },
    remedy: {
      en: 'Check that it runs and that its socket is readable by root.',
      ja: '動作していることと、root がソケットを読めることを確認してください。',
    },
  },
  E_SCAN_INCOMPLETE: {
    title: { en: 'A scan could not read everything', ja: 'スキャンで読み取れない部分がありました' },
    remedy: {
      en: 'The reasons are listed with the scan; what was not read is not counted as clean.',
      ja: '理由はスキャン結果に表示されます。未読部分は安全とは扱われません。',
    },
  },
  E_CGROUP: {
    title: { en: 'No usable cgroup hierarchy was found', ja: '利用できる cgroup 階層がありません' },
    remedy: {
      en: 'Mount cgroup v2 or the v1 memory controller; containers are attributed by namespaces until then.',
      ja: 'cgroup v2 または v1 memory コントローラーをマウントしてください。それまでは名前空間で対応づけます。',
    },
  },
  E_BUFFER_FULL: {
    title: {
      en: 'The disk buffer of the agent is full',
      ja: 'エージェントのディスクバッファーがいっぱいです',
    },
    remedy: {
      en: 'Flows are shed first and counted; bring the controller back or give the buffer more room.',
      ja: 'フローから順に破棄し件数を記録します。コントローラーを復旧するか容量を増やしてください。',
    },
  },
  E_AGENT_CONFIG: {
    title: {
      en: 'The agent was started with a wrong configuration',
      ja: 'エージェントの起動設定に誤りがあります',
    },
    remedy: {
      en: 'Correct the field named in the message; `bartizan up` writes a right one.',
      ja: '表示された項目を修正してください。`bartizan up` は正しい設定を作成します。',
    },
  },
  E_EVENTS_LOST: {
    title: { en: 'Events of the kernel were lost', ja: 'カーネルのイベントが失われました' },
    remedy: {
      en: 'The machine made more events than it could deliver; the counts are on the node page. Give it more CPU or watch fewer paths.',
      ja: 'イベントの発生が処理能力を超えました。件数はノード画面に表示されます。CPU を増やすか監視パスを減らしてください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
