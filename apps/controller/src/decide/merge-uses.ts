// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { UseRecord } from '@bartizan/adapters/store';
import type { Finding, LocalText, PackageUse } from '@bartizan/contracts';

/** What is known of the use of packages of one workload, from all nodes together. */
export interface UseFacts {
  readonly records: readonly UseRecord[];
  /** Nodes the workload runs on, or did. */
  readonly nodes: readonly string[];
  /** Until when a node was heard of: nobody watched there after. */
  readonly heardUntilMs: (node: string) => number;
  readonly nowMs: number;
}

type Row = UseRecord['packages'][number];

/** Older use counts as none, as long as somebody watched since. */
export const USE_FORGOTTEN_MS = 30 * 24 * 3600_000;
const RANK: Readonly<Record<PackageUse['state'], number>> = { 'not-seen': 0, touched: 1, loaded: 2 };

/** The watch over a workload: as short as on the node that watches shortest, and none when one node is blind. */
const watchOf = ({
  records,
  nodes,
  heardUntilMs,
}: UseFacts): { sinceMs: number; untilMs: number } | undefined => {
  const byNode = new Map(records.map((record) => [record.node, record]));
  let watch: { sinceMs: number; untilMs: number } | undefined;
  for (const node of new Set([...nodes, ...byNode.keys()])) {
    const sinceMs = byNode.get(node)?.watchedSinceMs;
    if (sinceMs === undefined) return undefined;
    const untilMs = heardUntilMs(node);
    watch = {
      sinceMs: Math.max(watch?.sinceMs ?? 0, sinceMs),
      untilMs: Math.min(watch?.untilMs ?? Number.POSITIVE_INFINITY, untilMs),
    };
  }
  return watch;
};

const isRemembered = (row: Row, nowMs: number): boolean =>
  row.state !== 'not-seen' && nowMs - (row.lastSeenAtMs ?? 0) < USE_FORGOTTEN_MS;

/** The stronger of two uses; of equal ones the exact one. */
const stronger = (one: Row, other: Row | undefined): Row => {
  if (other === undefined || RANK[one.state] > RANK[other.state]) return one;
  if (RANK[one.state] < RANK[other.state]) return other;
  return one.coarse === true ? other : one;
};

/**
 * Use by package URL. What was seen anywhere is in use, whoever watches now; "not seen" needs a watch on every node. A
 * package without an entry: nothing is known.
 */
export const mergeUses = (facts: UseFacts): ReadonlyMap<string, PackageUse> => {
  const { nowMs } = facts;
  const watch = watchOf(facts);
  const observedMs = watch === undefined ? 0 : Math.max(0, Math.round(watch.untilMs - watch.sinceMs));
  const watched = watch === undefined ? {} : { sinceMs: watch.sinceMs };
  const rows = new Map<string, { row: Row; lastSeenAtMs: number }>();
  for (const { packages } of facts.records)
    for (const row of packages) {
      const before = rows.get(row.purl);
      const lastSeenAtMs = Math.max(before?.lastSeenAtMs ?? 0, row.lastSeenAtMs ?? 0);
      const counted: Row = isRemembered(row, nowMs) ? row : { purl: row.purl, state: 'not-seen' };
      rows.set(row.purl, { row: stronger(counted, before?.row), lastSeenAtMs });
    }
  const uses = new Map<string, PackageUse>();
  for (const [purl, { row, lastSeenAtMs }] of rows) {
    if (row.state === 'not-seen' && watch === undefined) continue;
    uses.set(purl, {
      state: row.state,
      observedMs,
      ...watched,
      ...(lastSeenAtMs > 0 ? { lastSeenAtMs } : {}),
      ...(row.coarse === true ? { coarse: true } : {}),
    });
  }
  return uses;
};

const STEP = 'in-use';
const WHY_MAX = 32;
const WORDS: Readonly<Record<PackageUse['state'], LocalText>> = {
  loaded: {
    en: 'loaded: its code was executed, mapped or opened',
    ja: '読み込み済み: コードが実行・マップ・オープンされた',
  },
  touched: {
    en: 'touched: a file of it that is no code was opened',
    ja: '接触あり: コード以外のファイルが開かれた',
  },
  'not-seen': { en: 'not seen: no file of it was opened', ja: '未観測: どのファイルも開かれていない' },
};

const detailOf = ({ state, sinceMs, lastSeenAtMs, coarse }: PackageUse): LocalText => {
  const parts: readonly LocalText[] = [
    WORDS[state],
    ...(coarse === true
      ? [
          {
            en: 'only the archive or program that holds it is known to be in use',
            ja: '使用が分かっているのは、これを含むアーカイブまたはプログラムのみ',
          },
        ]
      : []),
    ...(lastSeenAtMs === undefined ? [] : [at(lastSeenAtMs, 'last seen', '最終観測')]),
    ...(sinceMs === undefined ? [] : [at(sinceMs, 'watched since', '監視開始')]),
    {
      en: 'this moves the finding among those of its severity, and never closes it',
      ja: '同じ深刻度の中での順位だけを変え、検出事項を閉じることはない',
    },
  ];
  return { en: parts.map(({ en }) => en).join('; '), ja: parts.map(({ ja }) => ja).join('、') };
};

const at = (atMs: number, en: string, ja: string): LocalText => {
  const time = new Date(atMs).toISOString();
  return { en: `${en} ${time}`, ja: `${ja} ${time}` };
};

/** The finding with what is known now of the use of its package. */
export const withUse = (finding: Finding, uses: ReadonlyMap<string, PackageUse>): Finding => {
  if (finding.package === undefined) return finding;
  const use = uses.get(finding.package.purl);
  const { use: _before, ...found } = finding.package;
  const others = finding.why.filter(({ step }) => step !== STEP);
  if (use === undefined) return { ...finding, package: found, why: others };
  const step = { step: STEP, detail: detailOf(use) };
  return { ...finding, package: { ...found, use }, why: [...others.slice(0, WHY_MAX - 1), step] };
};

/** Whether two states of knowledge differ in more than the time that went by. */
export const isOtherUse = (one: PackageUse | undefined, other: PackageUse | undefined): boolean =>
  one?.state !== other?.state ||
  one?.coarse !== other?.coarse ||
  one?.sinceMs !== other?.sinceMs ||
  one?.lastSeenAtMs !== other?.lastSeenAtMs;
