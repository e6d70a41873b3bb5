// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Beyond the list: zero-day attacks, web and API attacks: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'x-other-risks',
  owasp: { 2022: [], 2025: [] },
  title: {
    en: 'Beyond the list: zero-day attacks, web and API attacks',
    ja: '一覧の先：ゼロデイ・Web・API 攻撃',
  },
  goal: {
    en: 'Behaviour that follows a break-in (fileless programs, miners, persistence) is reported within a second, whatever the hole was.',
    ja: '侵入の手口を問わず、侵入後の挙動（ファイルレス実行・マイナー・永続化）を 1 秒以内に報告します。',
  },
  prevents: [],
  detects: [
    'host.cron-rights',
    'host.setuid-files',
    'host.writable-path',
    'runtime.became-root',
    'runtime.crypto-miner',
    'runtime.download-and-run',
    'runtime.dropped-executable',
    'runtime.execution-from-shared-memory',
    'runtime.fileless-execution',
    'runtime.mining-pool-connection',
    'runtime.persistence-write',
    'runtime.reverse-shell',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'HTTP is recognised, with the host, but requests are not inspected (WAF, API schemas).',
      ja: 'HTTP の判別とホスト名の表示のみで、リクエスト（WAF・API スキーマ）は検査しません。',
    },
    { en: 'Normal behaviour is not learned.', ja: '通常の振る舞いの学習には未対応です。' },
    {
      en: 'Files are watched as they are opened: one that is renamed or hard-linked to a watched path (mv, ln) is not seen, nor a watched file that is read by another name after ln.',
      ja: 'ファイルは開かれた時点で検知します。監視対象のパスへの名前変更やハードリンクの作成（mv、ln）と、ハードリンクした別名での読み取りは検知しません。',
    },
    {
      en: 'Files of the node that a container reaches through a mount are watched where the root of the node is mounted as /host… or /node…, not under other names.',
      ja: 'コンテナーがマウントを通じて触れるノードのファイルは、ノードのルートが /host… または /node… にマウントされている場合だけ監視します。ほかの名前では監視しません。',
    },
  ],
};
