// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// What scanning the yardstick image costs: the command line as it is installed (the run tree, started as the launcher
// starts it), in a process of its own each round, in turn with inflating and hashing the same layers alone:
// node bench/scan.ts. The image is built from package registries once a machine.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { type BuiltImage, buildImage, YARDSTICK } from '@bartizan/testkit/images';
import { launchedIn, SCAN_FLAGS } from '../tools/compare/measure.ts';
import { buildRunTree } from '../tools/run-tree/build.ts';
import { median, record, rounded, spreadOf } from './results.ts';

const ROUNDS = 3;
const GOAL_MB = 160;
/** Of the CPU of inflating alone. */
const GOAL_CPU = 1.5;
const CHUNK_BYTES = 1024 * 1024;

interface Round {
  readonly userSeconds: number;
  readonly maxRssMb: number;
  readonly packages: number;
}

const spent = ({ userCPUTime, maxRSS }: NodeJS.ResourceUsage, packages: number): Round => ({
  userSeconds: userCPUTime / 1e6,
  maxRssMb: maxRSS / 1024,
  packages,
});

/** Loaded into the program that is measured: at its end it writes what it took. */
const PROBE = `data:text/javascript,import { writeFileSync } from 'node:fs';process.on('exit',()=>writeFileSync(process.env.BENCH_SPENT,JSON.stringify(process.resourceUsage())))`;

const scan = (program: string, image: string, folder: string): Round => {
  const spentFile = join(folder, 'spent.json');
  const answer = execFileSync(
    process.execPath,
    [...SCAN_FLAGS, '--import', PROBE, program, 'scan', 'image', image, '--output', 'json'],
    {
      env: {
        ...process.env,
        ...launchedIn(folder),
        BENCH_SPENT: spentFile,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  const { packages } = JSON.parse(answer.toString()) as { packages: readonly unknown[] };
  return spent(JSON.parse(readFileSync(spentFile, 'utf8')) as NodeJS.ResourceUsage, packages.length);
};

/** The least that any scanner of layers has to do: both digests, and inflating. */
const inflateAlone = async (path: string): Promise<Round> => {
  const blobs = join(path, 'blobs/sha256');
  for (const name of readdirSync(blobs)) {
    const packed = createHash('sha256');
    const plain = createHash('sha256');
    const input = createReadStream(join(blobs, name), { highWaterMark: CHUNK_BYTES });
    const inflate = createGunzip({ chunkSize: CHUNK_BYTES });
    input.on('data', (chunk) => packed.update(chunk));
    // Manifest and configuration are no archives.
    inflate.on('error', () => input.destroy());
    try {
      for await (const chunk of input.pipe(inflate)) plain.update(chunk as Buffer);
    } catch {
      input.destroy();
    }
  }
  return spent(process.resourceUsage(), 0);
};

const alone = (image: string): Round =>
  JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), image]).toString()) as Round;

const measureRounds = async (): Promise<{ image: BuiltImage; rounds: { ours: Round; alone: Round }[] }> => {
  const image = await buildImage(YARDSTICK);
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-bench-scan-'));
  try {
    const tree = buildRunTree({ checkout: resolve(import.meta.dirname, '..'), out: join(folder, 'tree') });
    const program = join(tree.folder, 'apps/cli/src/main.js');
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ours: scan(program, image.path, folder),
      alone: alone(image.path),
    }));
    return { image, rounds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const compare = async (): Promise<void> => {
  const { image, rounds } = await measureRounds();
  const ours = rounds.map((round) => round.ours);
  const base = rounds.map((round) => round.alone);
  const user = ours.map((round) => round.userSeconds);
  const rss = ours.map((round) => round.maxRssMb);
  const ratios = rounds.map((round) => round.ours.userSeconds / round.alone.userSeconds);
  const mb = Math.round(image.packedBytes / 1e6);
  const plainMb = Math.round(image.plainBytes / 1e6);
  const about = [
    `image of ${mb} MB packed, ${plainMb} MB inflated; ${ours[0]?.packages} packages`,
    `${rounded(median(user))} s user CPU, ${rounded(mb / median(user))} MB packed a CPU second`,
  ];
  record({
    id: 'scan-memory',
    title: { en: 'memory to catalogue a large image', ja: '大きなイメージの解析に使うメモリー' },
    unit: 'MB',
    goal: `<= ${GOAL_MB}`,
    value: median(rss),
    baseline: {
      title: { en: 'inflating and hashing its layers alone', ja: 'レイヤーの展開とハッシュ計算だけ' },
      value: median(base.map((round) => round.maxRssMb)),
    },
    n: ROUNDS,
    spread: spreadOf(rss),
    met: median(rss) <= GOAL_MB,
    notes: about,
  });
  record({
    id: 'scan-cpu',
    title: {
      en: 'CPU to catalogue a large image, against inflating and hashing its layers alone',
      ja: '大きなイメージの解析に使う CPU（レイヤーの展開とハッシュ計算だけの場合との比）',
    },
    unit: 'x',
    goal: `<= ${GOAL_CPU}`,
    value: median(ratios),
    n: ROUNDS,
    spread: spreadOf(ratios),
    met: median(ratios) <= GOAL_CPU,
    notes: [
      ...about,
      `inflating alone ${rounded(median(base.map((round) => round.userSeconds)))} s user CPU`,
    ],
  });
};

const [, , path] = process.argv;
if (path === undefined) await compare();
else process.stdout.write(JSON.stringify(await inflateAlone(path)));
