// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// What a search for secrets costs: the command line as it is installed, in a process of its own each round, in turn
// with reading and hashing the same files alone: node bench/secrets.ts. The files are texts of the yardstick image with
// secrets planted among them. Against another scanner: npm run compare.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage, YARDSTICK } from '@bartizan/testkit/images';
import { writeTextCorpus } from '@bartizan/testkit/secrets';
import { launchedIn, SCAN_FLAGS } from '../tools/compare/measure.ts';
import { buildRunTree } from '../tools/run-tree/build.ts';
import { median, record, rounded, spreadOf } from './results.ts';

const ROUNDS = 3;
const TEXT_BYTES = 112e6;
const OF_EACH_KIND = 10;
/** 12 seconds of CPU a gigabyte. */
const GOAL_MB_A_SECOND = 83;
const GOAL_MB = 160;

interface Round {
  readonly cpuSeconds: number;
  readonly maxRssMb: number;
}

const spent = ({ userCPUTime, systemCPUTime, maxRSS }: NodeJS.ResourceUsage): Round => ({
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  maxRssMb: maxRSS / 1024,
});

/** Loaded into the program that is measured: at its end it writes what it took. */
const PROBE = `data:text/javascript,import { writeFileSync } from 'node:fs';process.on('exit',()=>writeFileSync(process.env.BENCH_SPENT,JSON.stringify(process.resourceUsage())))`;

const search = (program: string, folder: string, texts: string): Round & { paths: Set<string> } => {
  const spentFile = join(folder, 'spent.json');
  const args = ['scan', 'dir', texts, '--scanners', 'secret', '--output', 'json'];
  const answer = execFileSync(process.execPath, [...SCAN_FLAGS, '--import', PROBE, program, ...args], {
    env: {
      ...process.env,
      ...launchedIn(folder),
      BENCH_SPENT: spentFile,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 256 * 1024 * 1024,
  });
  const { secrets } = JSON.parse(answer.toString()) as {
    secrets: { findings: { location?: { path: string } }[] };
  };
  return {
    ...spent(JSON.parse(readFileSync(spentFile, 'utf8')) as NodeJS.ResourceUsage),
    paths: new Set(secrets.findings.map(({ location }) => (location?.path ?? '').replace(/^\//, ''))),
  };
};

/** The least that any search has to do. */
const readAlone = (texts: string): Round => {
  for (const entry of readdirSync(texts, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      createHash('sha256')
        .update(readFileSync(join(entry.parentPath, entry.name)))
        .digest();
  return spent(process.resourceUsage());
};

const alone = (texts: string): Round =>
  JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), texts]).toString()) as Round;

const compare = async (): Promise<void> => {
  const image = await buildImage(YARDSTICK);
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-bench-secrets-'));
  try {
    const tree = buildRunTree({ checkout: resolve(import.meta.dirname, '..'), out: join(folder, 'tree') });
    const program = join(tree.folder, 'apps/cli/src/main.js');
    const texts = join(folder, 'texts');
    mkdirSync(texts);
    const corpus = writeTextCorpus(image.path, {
      ...{ folder: texts, layers: [2, 0], maxBytes: TEXT_BYTES, ofEach: OF_EACH_KIND },
    });
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ours: search(program, folder, texts),
      alone: alone(texts),
    }));
    const ours = rounds.map((round) => round.ours);
    const megabytes = corpus.bytes / 1e6;
    const speeds = ours.map(({ cpuSeconds }) => megabytes / cpuSeconds);
    const rss = ours.map(({ maxRssMb }) => maxRssMb);
    const found = corpus.planted.filter((path) => ours[0]?.paths.has(path) === true).length;
    record({
      id: 'secrets',
      title: { en: 'text searched for secrets a CPU second', ja: 'CPU 1 秒あたりのシークレット検索量' },
      unit: 'MB/s',
      goal: `>= ${GOAL_MB_A_SECOND}, in <= ${GOAL_MB} MB`,
      value: median(speeds),
      baseline: {
        title: {
          en: 'reading and hashing the same files alone',
          ja: '同じファイルの読み取りとハッシュ計算だけ',
        },
        value: median(rounds.map((round) => megabytes / round.alone.cpuSeconds)),
      },
      n: ROUNDS,
      spread: spreadOf(speeds),
      met: median(speeds) >= GOAL_MB_A_SECOND && median(rss) <= GOAL_MB && found === corpus.planted.length,
      notes: [
        `${corpus.files} files, ${rounded(megabytes)} MB; ${found} of ${corpus.planted.length} planted secrets found`,
        `memory ${rounded(median(rss))} MB; starting the program and reading the rules is part of the time`,
      ],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const [, , texts] = process.argv;
if (texts === undefined) await compare();
else process.stdout.write(JSON.stringify(readAlone(texts)));
