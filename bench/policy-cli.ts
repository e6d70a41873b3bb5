// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// What judging manifests costs: the command line as a user starts it, by the launcher of the checkout, whole process,
// YAML in, SARIF out, by 300 rules, on objects of eleven projects: node bench/policy-cli.ts. The other side reads the
// same YAML with the yaml package and judges nothing. Against another program: npm run compare.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  isDecodable,
  publishedObjects,
  publishedWorkloads,
  writeRuleCopies,
} from '@bartizan/testkit/manifests';
import { parseAllDocuments, stringify } from 'yaml';
import { median, record, rounded, spreadOf } from './results.ts';

const ROUNDS = 3;
const RULES = 300;
const GOAL_RATE = 2000;
const GOAL_MB = 200;
const CHECKOUT = resolve(import.meta.dirname, '..');
const SHARED = resolve(process.env['BARTIZAN_SHARED'] ?? join(CHECKOUT, '..', 'shared'));

interface Round {
  readonly cpuSeconds: number;
  readonly maxRssMb: number;
}

const toManifest = (list: readonly unknown[]): string =>
  list.map((object) => stringify(object, { version: '1.1', aliasDuplicateObjects: false })).join('---\n');

/** Runs a program and all that it starts; GNU time, of the Debian package `time`, counts what they took. */
const run = (program: string, args: readonly string[], folder: string): Round => {
  const spent = join(folder, 'spent');
  const words = ['-q', '-o', spent, '-f', '%U %S %M', program, ...args];
  execFileSync(
    'sh',
    ['-c', 'out=$1; shift; exec /usr/bin/time "$@" > "$out"', 'sh', join(folder, 'out'), ...words],
    {
      // A cache of its own: what an earlier run of the bench compiled is no first run.
      env: {
        ...process.env,
        BARTIZAN_CACHE_DIR: join(folder, 'cache'),
        BARTIZAN_TOOLCHAIN: toolchain(),
        BARTIZAN_DEPENDENCIES: 'as-is',
      },
      stdio: 'ignore',
    },
  );
  const [user = 0, system = 0, rssKb = 0] = readFileSync(spent, 'utf8').trim().split(' ').map(Number);
  return { cpuSeconds: user + system, maxRssMb: rssKb / 1024 };
};

/** Where the pinned Node.js of this very process lies, whatever the cache of the launcher is. */
const toolchain = (): string => resolve(process.execPath, '../../..');

interface Measured {
  readonly name: 'workloads' | 'all';
  readonly objects: number;
  readonly megabytes: number;
  readonly rounds: readonly Round[];
  /** The first run after the sources changed: nothing is packed or compiled yet. */
  readonly cold: Round;
  readonly results: number;
  readonly alone: number;
}

function measure(name: Measured['name'], list: readonly unknown[], folder: string): Measured {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, toManifest(list));
  const words = ['policy', 'apply', file, '--policies', join(folder, 'rules'), '--pss', 'restricted'];
  const judge = (): Round => run(join(CHECKOUT, 'bartizan'), [...words, '--output', 'sarif'], folder);
  // The launcher packs the sources anew, and nothing of them is compiled.
  for (const made of [join(folder, 'cache'), join(CHECKOUT, 'node_modules/.bartizan-packed')])
    rmSync(made, { recursive: true, force: true });
  const cold = judge();
  const rounds = Array.from({ length: ROUNDS }, judge);
  const { runs } = JSON.parse(readFileSync(join(folder, 'out'), 'utf8')) as {
    runs: { results: unknown[] }[];
  };
  const alone = run(process.execPath, [fileURLToPath(import.meta.url), file], folder);
  return {
    name,
    objects: list.length,
    megabytes: statSync(file).size / 1e6,
    rounds,
    cold,
    results: runs[0]?.results.length ?? 0,
    alone: list.length / alone.cpuSeconds,
  };
}

function recordRate(measured: Measured, about: readonly string[]): void {
  const rates = measured.rounds.map(({ cpuSeconds }) => measured.objects / cpuSeconds);
  const isAll = measured.name === 'all';
  record({
    id: `policy-cli-${measured.name}`,
    title: isAll
      ? {
          en: 'all kinds of manifests judged, whole process',
          ja: '全種類のマニフェストの判定（プロセス全体）',
        }
      : {
          en: 'workload manifests judged, whole process',
          ja: 'ワークロードのマニフェストの判定（プロセス全体）',
        },
    unit: 'objects per CPU second',
    goal: `>= ${GOAL_RATE}`,
    value: median(rates),
    baseline: {
      title: { en: 'the yaml package alone, nothing judged', ja: 'yaml パッケージで読むだけ（判定なし）' },
      value: rounded(measured.alone),
    },
    n: ROUNDS,
    spread: spreadOf(rates),
    met: median(rates) >= GOAL_RATE,
    notes: [
      `${measured.objects} objects, ${rounded(measured.megabytes)} MB of YAML, ${measured.results} results in the report`,
      `${rounded(median(measured.rounds.map(({ cpuSeconds }) => cpuSeconds)))} s of CPU with the launcher and the start of the program; ${rounded(measured.cold.cpuSeconds)} s when nothing is packed or compiled yet, as after an update`,
      ...about,
    ],
  });
}

function recordMemory(measured: Measured, about: readonly string[]): void {
  const values = measured.rounds.map(({ maxRssMb }) => maxRssMb);
  record({
    id: 'policy-cli-memory',
    title: { en: 'memory to judge workload manifests', ja: 'ワークロードのマニフェストの判定に使うメモリー' },
    unit: 'MB',
    goal: `<= ${GOAL_MB}`,
    value: median(values),
    n: ROUNDS,
    spread: spreadOf(values),
    met: median(values) <= GOAL_MB,
    notes: about,
  });
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-bench-policy-'));
  try {
    const { own, copies } = writeRuleCopies(CHECKOUT, join(folder, 'rules'), RULES);
    const about = [`${own + copies} rules: ${own} of our own, ${copies} copies of them under other names`];
    const workloads = measure('workloads', publishedWorkloads(SHARED).filter(isDecodable), folder);
    recordRate(workloads, about);
    recordMemory(workloads, about);
    const whole = measure('all', publishedObjects(SHARED), folder);
    const rss = rounded(median(whole.rounds.map(({ maxRssMb }) => maxRssMb)));
    recordRate(whole, [...about, `${rss} MB of memory`]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [, , path] = process.argv;
if (path === undefined) main();
else
  for (const document of parseAllDocuments(readFileSync(path, 'utf8'), { version: '1.1' }))
    if ('toJS' in document) document.toJS({ maxAliasCount: 0 });
