// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// The admission webhook under load: the controller's port with 500 rules and its ledger, over TLS, against a webhook that
// reads the review and allows everything, in turn in one run; servers and load are processes of their own:
// node bench/admission-webhook.ts. Pods of about 6 kB, nine of ten fine, one refused.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ALLOCATOR, CONTROLLER_HEAP_FLAGS } from '@bartizan/cli';
import { median, percentile, record, rounded, spreadOf } from './results.ts';
import type { Listening, LoadOptions, LoadResult, ServerSpent, Side } from './webhook/messages.ts';

/** Many short rounds in turn: what else the machine does meets both sides alike, or one round of many. */
const ROUNDS = 15;
const RATE = 1000;
const SECONDS = 2;
const WARM_ROUNDS = 4;
/** An API server keeps few connections and opens more when answers are late. */
const CONNECTIONS = 32;
const GOAL_ADDED_MS = 3;
const GOAL_SATURATION = 0.8;
const BAD_SHARE = 0.1;

const started: ChildProcess[] = [];

/** As Node.js starts a program by itself. */
const PLAIN: Start = { flags: ['--max-semi-space-size=16'], environment: {} };
/** As a controller is started. */
const CONTROLLER: Start = { flags: CONTROLLER_HEAP_FLAGS, environment: ALLOCATOR };

interface Start {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

function start({ flags, environment }: Start, program: string, ...args: string[]): ChildProcess {
  const child = fork(join(import.meta.dirname, 'webhook', program), args, {
    execArgv: [...flags],
    env: { ...process.env, ...environment },
  });
  started.push(child);
  return child;
}

/** The next message of a process; an error when it ends instead. Whichever does not come is waited for no more. */
async function next<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a process of the bench ended with ${String(code)}`);
  });
  ended.catch(() => undefined);
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message as T;
  } finally {
    over.abort();
  }
}

async function ask<T>(child: ChildProcess, question: object): Promise<T> {
  const answer = next<T>(child);
  child.send(question);
  return await answer;
}

interface Server {
  readonly side: Side;
  readonly child: ChildProcess;
  readonly at: Listening;
}

const serverOf = async (side: Side): Promise<Server> => {
  const child = start(side === 'ours' ? CONTROLLER : PLAIN, 'server.ts', side);
  return { side, child, at: await next<Listening>(child) };
};

interface Measured extends LoadResult {
  /** CPU time of the server per answer, us. */
  readonly cpuUs: number;
  /** Of one core, while asked. */
  readonly busy: number;
}

async function measure(
  { side, child, at }: Server,
  load: ChildProcess,
  how: Pick<LoadOptions, 'rate' | 'seconds'>,
): Promise<Measured> {
  const before = await ask<ServerSpent>(child, {});
  const result = await ask<LoadResult>(load, { ...at, connections: CONNECTIONS, ...how });
  const after = await ask<ServerSpent>(child, {});
  const share = result.denied / result.answered;
  const wanted = side === 'ours' ? BAD_SHARE : 0;
  if (result.failed > 0 || Math.abs(share - wanted) > 0.01)
    throw new Error(`${side}: ${result.failed} failed, ${rounded(share)} of the answers refuse`);
  const cpuUs = (after.cpuUs - before.cpuUs) / result.answered;
  return { ...result, cpuUs, busy: (after.cpuUs - before.cpuUs) / 1e6 / result.seconds };
}

interface Pair {
  readonly ours: Measured;
  readonly other: Measured;
}

const steady = { rate: RATE, seconds: SECONDS };
const flood = { rate: undefined, seconds: SECONDS };

async function measureAll(): Promise<{ readonly steady: readonly Pair[]; readonly flood: readonly Pair[] }> {
  const ours = await serverOf('ours');
  const other = await serverOf('allow-all');
  const load = start(PLAIN, 'load.ts');
  /** Both sides, one after the other; who is first changes from round to round. */
  const pair = async (round: number, how: Pick<LoadOptions, 'rate' | 'seconds'>): Promise<Pair> => {
    const first = await measure(round % 2 === 0 ? other : ours, load, how);
    const second = await measure(round % 2 === 0 ? ours : other, load, how);
    return round % 2 === 0 ? { other: first, ours: second } : { other: second, ours: first };
  };
  for (let round = 0; round < WARM_ROUNDS; round += 1) await pair(round, flood);
  const rounds: { steady: Pair; flood: Pair }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ steady: await pair(round, steady), flood: await pair(round, flood) });
  return { steady: rounds.map((round) => round.steady), flood: rounds.map((round) => round.flood) };
}

/** Where the middle half of the rounds lies. */
const middleHalf = (values: readonly number[]): string =>
  `${percentile(values, 25).toFixed(2)} to ${percentile(values, 75).toFixed(2)}`;

const ms = (value: number): string => value.toFixed(2);

function recordAdded(pairs: readonly Pair[]): void {
  const added = pairs.map(({ ours, other }) => ours.p99 - other.p99);
  const middle = (pick: (pair: Pair) => number): number => median(pairs.map(pick));
  record({
    id: 'admission-webhook-added',
    title: {
      en: `what an admission webhook of ours adds at ${RATE} requests/s, p99, against one that allows everything`,
      ja: `アドミッション Webhook が毎秒 ${RATE} 件で加える遅延（p99、すべて許可する Webhook との差）`,
    },
    unit: 'ms',
    goal: `<= ${GOAL_ADDED_MS}`,
    value: median(added),
    n: pairs.length * RATE * SECONDS,
    spread: spreadOf(added),
    met: median(added) <= GOAL_ADDED_MS,
    notes: [
      `median of ${pairs.length} rounds of ${SECONDS} s with each, in turn; half of them from ${middleHalf(added)} ms`,
      `p50, p99 and p99.9 of ours ${ms(middle(({ ours }) => ours.p50))}, ${ms(middle(({ ours }) => ours.p99))} and ${ms(middle(({ ours }) => ours.p999))} ms, of the other ${ms(middle(({ other }) => other.p50))}, ${ms(middle(({ other }) => other.p99))} and ${ms(middle(({ other }) => other.p999))} ms`,
      `constant arrival over ${CONNECTIONS} connections, times from when a request was due; 500 rules, one pod of ten refused; each answer kept in the store, those of the same 200 pods in one record for two seconds`,
      `CPU of the server per request, all its threads: ours ${middle(({ ours }) => ours.cpuUs).toFixed(0)} us, the other ${middle(({ other }) => other.cpuUs).toFixed(0)} us`,
    ],
  });
}

function recordSaturation(pairs: readonly Pair[]): void {
  // Where the load runs out of CPU before the server does, requests per second say nothing: then CPU per request does.
  const byRate = ({ ours, other }: Pair): number =>
    ours.answered / ours.seconds / (other.answered / other.seconds);
  const byCpu = ({ ours, other }: Pair): number => other.cpuUs / ours.cpuUs;
  const ratios = pairs.map((pair) => Math.min(byRate(pair), byCpu(pair)));
  const middle = (pick: (pair: Pair) => number): number => median(pairs.map(pick));
  record({
    id: 'admission-webhook-saturation',
    title: {
      en: 'most requests per second of the admission webhook, against one that allows everything',
      ja: 'アドミッション Webhook の最大処理件数（すべて許可する Webhook に対する比）',
    },
    unit: '1',
    goal: `>= ${GOAL_SATURATION}`,
    value: median(ratios),
    n: pairs.length,
    spread: spreadOf(ratios),
    met: median(ratios) >= GOAL_SATURATION,
    notes: [
      `median of ${pairs.length} rounds of ${SECONDS} s with each, in turn; half of them from ${middleHalf(ratios)}`,
      'the smaller of the ratios of requests per second and of requests per CPU second of the server',
      `ours ${middle(({ ours }) => ours.answered / ours.seconds).toFixed(0)} requests/s, ${middle(({ ours }) => ours.cpuUs).toFixed(0)} us of CPU each, ${(middle(({ ours }) => ours.busy) * 100).toFixed(0)} % of a core`,
      `the other ${middle(({ other }) => other.answered / other.seconds).toFixed(0)} requests/s, ${middle(({ other }) => other.cpuUs).toFixed(0)} us of CPU each, ${(middle(({ other }) => other.busy) * 100).toFixed(0)} % of a core`,
      `${CONNECTIONS} connections, each asking again once it is answered; the load in a process beside the server`,
    ],
  });
}

try {
  const { steady: constant, flood: most } = await measureAll();
  recordAdded(constant);
  recordSaturation(most);
} finally {
  for (const child of started) if (child.connected) child.disconnect();
}
