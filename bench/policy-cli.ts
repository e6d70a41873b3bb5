// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// What judging manifests costs: the command line as it is installed (the run tree), whole process, YAML in, SARIF out,
// by 300 rules, on objects of eleven projects: node bench/policy-cli.ts. The other side reads the same YAML with the
// yaml package and judges nothing.

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { POD_PATHS, pssRules } from '@bartizan/engine/admission';
import { parseAllDocuments, stringify } from 'yaml';
import { buildRunTree } from '../tools/run-tree/build.ts';
import { median, record, rounded, spreadOf } from './results.ts';

const ROUNDS = 3;
const RULES = 300;
const GOAL_RATE = 2000;
const GOAL_MB = 200;
const CHECKOUT = resolve(import.meta.dirname, '..');
const SHARED = resolve(process.env['BARTIZAN_SHARED'] ?? join(CHECKOUT, '..', 'shared'));
const KINDS = new Set(POD_PATHS.map(({ kind }) => kind));

interface Round {
  readonly cpuSeconds: number;
  readonly maxRssMb: number;
}

/** Loaded into the program that is measured: at its end it writes what it took. */
const PROBE = `data:text/javascript,import { writeFileSync } from 'node:fs';process.on('exit',()=>writeFileSync(process.env.BENCH_SPENT,JSON.stringify(process.resourceUsage())))`;

const objects = (): { readonly kind: string }[] =>
  gunzipSync(readFileSync(join(SHARED, 'fixtures/corpus/objects.jsonl.gz')))
    .toString()
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { object: { kind: string } }).object);

const toManifest = (list: readonly unknown[]): string =>
  list.map((object) => stringify(object, { version: '1.1', aliasDuplicateObjects: false })).join('---\n');

interface Rule {
  readonly id: string;
}

/** Rules of the pack and of the Pod Security Standards, and as many copies under other names as make 300. */
function writeCopies(folder: string): { readonly own: number; readonly copies: number } {
  const pack = join(CHECKOUT, 'content/admission');
  const rules = readdirSync(pack)
    .filter((name) => name.endsWith('.json'))
    .map((name): Rule => JSON.parse(readFileSync(join(pack, name), 'utf8')));
  const own = rules.length + pssRules('restricted').length;
  const copies = Array.from({ length: Math.max(0, RULES - own) }, (_, at) => {
    const rule = rules[at % rules.length];
    return { ...rule, id: `copy-${Math.floor(at / rules.length) + 1}.${rule?.id}` };
  });
  mkdirSync(folder);
  for (const rule of copies) writeFileSync(join(folder, `${rule.id}.json`), JSON.stringify(rule));
  return { own, copies: copies.length };
}

const run = (args: readonly string[], folder: string): Round => {
  const spent = join(folder, 'spent.json');
  execFileSync(process.execPath, ['--max-semi-space-size=4', '--import', PROBE, ...args], {
    env: {
      ...process.env,
      MALLOC_ARENA_MAX: '1',
      BENCH_SPENT: spent,
      NODE_COMPILE_CACHE: join(folder, 'cache'),
    },
    stdio: ['ignore', openSync(join(folder, 'out'), 'w'), 'ignore'],
  });
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(
    readFileSync(spent, 'utf8'),
  ) as NodeJS.ResourceUsage;
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, maxRssMb: maxRSS / 1024 };
};

interface Measured {
  readonly name: 'workloads' | 'all';
  readonly objects: number;
  readonly megabytes: number;
  readonly rounds: readonly Round[];
  readonly results: number;
  readonly alone: number;
}

function measure(
  name: Measured['name'],
  list: readonly unknown[],
  program: string,
  folder: string,
): Measured {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, toManifest(list));
  const args = [
    program,
    'policy',
    'apply',
    file,
    '--policies',
    join(folder, 'rules'),
    '--pss',
    'restricted',
    '--output',
    'sarif',
  ];
  // Once for the compile cache, which an installed copy has too.
  run(args, folder);
  const rounds = Array.from({ length: ROUNDS }, () => run(args, folder));
  const { runs } = JSON.parse(readFileSync(join(folder, 'out'), 'utf8')) as {
    runs: { results: unknown[] }[];
  };
  const alone = run([fileURLToPath(import.meta.url), file], folder);
  return {
    name,
    objects: list.length,
    megabytes: statSync(file).size / 1e6,
    rounds,
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
      `${rounded(median(measured.rounds.map(({ cpuSeconds }) => cpuSeconds)))} s of CPU with the start of the program`,
      ...about,
    ],
  });
}

function recordMemory(measured: Measured, about: readonly string[]): void {
  const values = measured.rounds.map(({ maxRssMb }) => maxRssMb);
  record({
    id: 'policy-cli-memory',
    title: { en: 'memory to judge workload manifests', ja: 'ワークロードのマニフェストの判定に使うメモリ' },
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
    const tree = buildRunTree({ checkout: CHECKOUT, out: join(folder, 'tree') });
    const program = join(tree.folder, 'apps/cli/src/main.js');
    const { own, copies } = writeCopies(join(folder, 'rules'));
    const about = [`${own + copies} rules: ${own} of our own, ${copies} copies of them under other names`];
    const all = objects();
    const workloads = measure(
      'workloads',
      all.filter(({ kind }) => KINDS.has(kind)),
      program,
      folder,
    );
    recordRate(workloads, about);
    recordMemory(workloads, about);
    const whole = measure('all', all, program, folder);
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
