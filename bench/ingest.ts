// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore, type SqliteStore } from '@bartizan/adapters/store';
import { ALLOCATOR, CONTROLLER_HEAP_FLAGS } from '@bartizan/cli';
import { type AgentEvent, eventId, systemScope, tenantScope } from '@bartizan/contracts';
import { aFileEvent, aFlow, aProcessEvent, aSecurityEvent, OWNER } from '@bartizan/testkit/store';
import { record, spreadOf } from './results.ts';

/**
 * Events into the store, acknowledged only when they are on disk, as a controller with several agents gives them:
 * batches of one stream, some under way at once. Beside it, in the same run, the bytes of the same events put into
 * bare SQLite: one table, no index, no search text, the same durability.
 */
const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 400_000);
const BATCH = 500;
const NODES = 8;
const UNDER_WAY = 8;
const RUNS = Number(process.env['BENCH_RUNS'] ?? 3);
const GOAL_PER_S = 50_000;
const GOAL_RSS_MB = 400;
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);

/** Streams in the share in which a busy node sends them: of 20 batches 11 flows, 6 processes, 2 files, 1 security. */
const TURNS: readonly ((sequence: number) => AgentEvent)[] = [
  ...Array.from({ length: 11 }, () => (sequence: number) => aFlow(sequence)),
  ...Array.from({ length: 6 }, () => (sequence: number) => aProcessEvent(sequence)),
  ...Array.from({ length: 2 }, () => (sequence: number) => aFileEvent(sequence)),
  (sequence: number) => aSecurityEvent(sequence),
];

function* batches(): Generator<AgentEvent[]> {
  for (let made = 0, turn = 0; made < EVENTS; made += BATCH, turn++) {
    const make = TURNS[turn % TURNS.length];
    if (make === undefined) return;
    const node = `n-${turn % NODES}`;
    yield Array.from({ length: Math.min(BATCH, EVENTS - made) }, (_, index) => {
      const sequence = made + index;
      const event = make(sequence);
      const workload = { ...event.workload, workload: `w-${sequence % 500}`, name: `app-${sequence % 500}` };
      return { ...event, node, workload, id: eventId(node, event.bootId, event.kind, sequence) };
    });
  }
}

function rssMb(): number {
  return process.memoryUsage.rss() / 1024 ** 2;
}

interface Run {
  readonly perS: number;
  readonly peakMb: number;
  readonly halfMb: number;
  readonly lastMb: number;
  readonly slowestMs: number;
  readonly lagMs: number;
}

async function ingest(store: SqliteStore): Promise<Run> {
  let peakMb = 0;
  let halfMb = 0;
  let lagMs = 0;
  let tickedAt = performance.now();
  const sampler = setInterval(() => {
    peakMb = Math.max(peakMb, rssMb());
    lagMs = Math.max(lagMs, performance.now() - tickedAt - 20);
    tickedAt = performance.now();
  }, 20);
  const waiting = new Set<Promise<void>>();
  let slowestMs = 0;
  let stored = 0;
  const startedAt = performance.now();
  for (const batch of batches()) {
    if (waiting.size >= UNDER_WAY) await Promise.race(waiting);
    const sentAt = performance.now();
    const one = store.events.append(SCOPE, batch).then((result) => {
      if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
      stored += result.value.stored;
      slowestMs = Math.max(slowestMs, performance.now() - sentAt);
      waiting.delete(one);
    });
    waiting.add(one);
    if (halfMb === 0 && stored > EVENTS / 2) halfMb = rssMb();
  }
  await Promise.all(waiting);
  const perS = EVENTS / ((performance.now() - startedAt) / 1000);
  clearInterval(sampler);
  if (stored !== EVENTS) throw new Error(`${stored} of ${EVENTS} were acknowledged as stored`);
  return { perS, peakMb, halfMb, lastMb: rssMb(), slowestMs, lagMs };
}

async function open(dataDir: string): Promise<SqliteStore> {
  const keep = { days: 3650, maxBytes: Number.MAX_SAFE_INTEGER, minFreeDiskPercent: 0 };
  const opened = await openSqliteStore({
    dataDir,
    clock: { nowMs: () => Date.now() },
    retention: { flow: keep, process: keep, file: keep, security: keep },
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

/** What is really there after the store was closed and opened again. */
async function count(dataDir: string): Promise<number> {
  const store = await open(dataDir);
  let total = 0;
  for (const kind of ['flow', 'process', 'file', 'security'] as const) {
    const counts = await store.events.countBy(systemScope('bench'), kind, 'severity', {
      filter: [],
      limit: 1,
    });
    if (!counts.ok) throw new Error(counts.error.detail);
    for (const value of counts.value.values()) total += value;
  }
  await store.close();
  return total;
}

/** The same events as text into one bare table, the same number in a transaction. */
function bare(path: string): number {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id TEXT, doc TEXT)');
  const insert = database.prepare('INSERT INTO t VALUES(?,?)');
  const startedAt = performance.now();
  for (const batch of batches()) {
    database.exec('BEGIN');
    for (const event of batch) insert.run(event.id, JSON.stringify(event));
    database.exec('COMMIT');
  }
  const perS = EVENTS / ((performance.now() - startedAt) / 1000);
  database.close();
  return perS;
}

interface Pair {
  readonly run: Run;
  readonly bare: number;
}

/** One run and its baseline, in a process of their own: memory of one run is not that of the next. */
async function once(): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-bench-'));
  try {
    const store = await open(join(folder, 'data'));
    const run = await ingest(store);
    await store.close();
    const there = await count(join(folder, 'data'));
    if (there !== EVENTS) throw new Error(`${there} of ${EVENTS} are there after opening again`);
    return { run, bare: bare(join(folder, 'bare.db')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// As a controller is started: its memory is what this bench is to tell.
const FLAGS = [...CONTROLLER_HEAP_FLAGS, '--disable-warning=ExperimentalWarning'];
const CHILD = 'BENCH_INGEST_CHILD';

function inChild(): Pair {
  const child = spawnSync(process.execPath, [...FLAGS, process.argv[1] ?? ''], {
    env: { ...process.env, ...ALLOCATOR, [CHILD]: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (child.status !== 0) process.exit(1);
  return parsePair(child.stdout);
}

function parsePair(text: string): Pair {
  return JSON.parse(text);
}

if (process.env[CHILD] === '1') {
  process.stdout.write(JSON.stringify(await once()));
  process.exit(0);
}

const pairs = Array.from({ length: RUNS }, inChild);
const runs = pairs.map((pair) => pair.run);
const baselines = pairs.map((pair) => pair.bare);

const rates = runs.map((run) => run.perS);
const perS = [...rates].sort((left, right) => left - right)[Math.floor(rates.length / 2)] ?? 0;
const peakMb = Math.max(...runs.map((run) => run.peakMb));
record({
  id: 'store-ingest',
  title: { en: 'Events into the store, on disk', ja: 'ストアへのイベント書き込み（ディスク確定）' },
  unit: 'events/s',
  goal: `>= ${GOAL_PER_S}, below ${GOAL_RSS_MB} MB, no loss`,
  value: perS,
  baseline: {
    title: { en: 'bare SQLite, same bytes, no index', ja: '素の SQLite（同じバイト列、索引なし）' },
    value: [...baselines].sort((left, right) => left - right)[Math.floor(baselines.length / 2)] ?? 0,
  },
  n: runs.length,
  spread: spreadOf(rates),
  met: perS >= GOAL_PER_S && peakMb < GOAL_RSS_MB,
  notes: [
    `${EVENTS} events a run in batches of ${BATCH}, ${UNDER_WAY} under way; all counted after opening again`,
    `peak memory of the process ${Math.round(peakMb)} MB; half way ${Math.round(runs.at(-1)?.halfMb ?? 0)}, at the end ${Math.round(runs.at(-1)?.lastMb ?? 0)} MB (last run)`,
    `slowest acknowledgement ${Math.round(Math.max(...runs.map((run) => run.slowestMs)))} ms, longest stall of the event loop ${Math.round(Math.max(...runs.map((run) => run.lagMs)))} ms`,
  ],
});
