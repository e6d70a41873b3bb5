// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '@bartizan/adapters/store';
import { type Query, tenantScope } from '@bartizan/contracts';
import { aWorkload, OWNER, term } from '@bartizan/testkit/store';
import { median, percentile, record, spreadOf } from './results.ts';

/**
 * Pages of 100 out of 10,000 workloads, as people look at them: first page, next page, sorted otherwise, filtered,
 * searched. Beside it the plainest way: reading all 10,000 and cutting a page out.
 */
const WORKLOADS = 10_000;
const ROUNDS = 60;
const GOAL_MS = 100;
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);

const folder = mkdtempSync(join(tmpdir(), 'bartizan-bench-'));
try {
  const opened = await openSqliteStore({ dataDir: join(folder, 'data'), clock: { nowMs: () => Date.now() } });
  if (!opened.ok) throw new Error(opened.error.detail);
  const store = opened.value;
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'] as const;
  const made = Array.from({ length: WORKLOADS }, (_, index) =>
    aWorkload({
      id: `w-${index}`,
      kind: kinds[index % kinds.length] ?? 'Job',
      namespace: `team-${index % 40}`,
      name: `service-${(index * 7919) % WORKLOADS}`,
      image: `registry.example/team-${index % 40}/service:${index}`,
      labels: { app: `service-${index}`, tier: index % 2 === 0 ? 'front' : 'back' },
      running: index % 11,
      lastSeenAtMs: 1_000_000 + index,
    }),
  );
  const put = await store.workloads.put(SCOPE, made);
  if (!put.ok) throw new Error(put.error.detail);

  const first: Query = { filter: [], limit: 100 };
  const start = await store.workloads.list(SCOPE, first);
  if (!start.ok || start.value.next === undefined) throw new Error('the first page has no next page');
  const questions: readonly Query[] = [
    first,
    { ...first, cursor: start.value.next },
    { ...first, sort: { field: 'lastSeenAtMs', descending: true } },
    { ...first, filter: [term('namespace', 'team-7'), term('kind', 'Job')] },
    { ...first, filter: [term('name', 'service-12*')] },
    { ...first, filter: [term('', 'team-3/service')] },
  ];
  const timesMs: number[] = [];
  const plainMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const query of questions) {
      const at = performance.now();
      const page = await store.workloads.list(SCOPE, query);
      if (!page.ok || page.value.items.length === 0) throw new Error('a page came back empty');
      timesMs.push(performance.now() - at);
    }
    if (round >= 5) continue;
    const at = performance.now();
    let cursor: string | undefined;
    do {
      const page = await store.workloads.list(SCOPE, {
        filter: [],
        limit: 1000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) throw new Error(page.error.detail);
      cursor = page.value.next;
    } while (cursor !== undefined);
    plainMs.push(performance.now() - at);
  }
  await store.close();
  const p95 = percentile(timesMs, 95);
  record({
    id: 'list-10000-workloads',
    title: {
      en: 'A page out of 10,000 workloads, p95',
      ja: '1 万ワークロードの一覧ページ（95 パーセンタイル）',
    },
    unit: 'ms',
    goal: `< ${GOAL_MS}`,
    value: p95,
    baseline: {
      title: { en: 'all 10,000 read page by page, median', ja: '全 1 万件を順に読む（中央値）' },
      value: median(plainMs),
    },
    n: timesMs.length,
    spread: spreadOf(timesMs),
    met: p95 < GOAL_MS,
    notes: [`median ${median(timesMs).toFixed(1)} ms; through the store, without HTTP`],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
