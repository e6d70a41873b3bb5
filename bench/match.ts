// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// CPU time of holding 2,000 packages against a pack of 300,000 advisories, in a process of its own each round, the two
// sides in turn: node bench/match.ts. The other side is the same rows as JSON, loaded into a map.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AdvisoryRow,
  compareVersions,
  loadPack,
  type MatchablePackage,
  matchPackage,
  PackBuilder,
  schemeOf,
} from '@bartizan/scan';
import { median, record, rounded, spreadOf } from './results.ts';

const ADVISORIES = 300_000;
const KEYS = 154_691;
const PACKAGES = 2000;
const ROUNDS = 5;
/** The compiler of Node goes on improving the code for some twenty passes; a controller makes thousands. */
const PASSES = 60;
const WARM_PASSES = 30;
const GOAL_MS = 20;
const ECOSYSTEMS = ['npm', 'PyPI', 'Go', 'Maven', 'RubyGems', 'Debian:12', 'AlmaLinux:9', 'Alpine:v3.20'];

/** Random numbers from 0 to below 1 with a fixed seed (mulberry32). */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const keyOf = (at: number): { ecosystem: string; name: string } => ({
  ecosystem: ECOSYSTEMS[at % ECOSYSTEMS.length] ?? 'npm',
  name: `${ECOSYSTEMS[at % ECOSYSTEMS.length] === 'Maven' ? 'org.example:' : ''}package-${at}`,
});

function* advisories(): Generator<{ ecosystem: string; name: string; row: AdvisoryRow }> {
  const next = random(7);
  for (let at = 0; at < ADVISORIES; at += 1) {
    const key = keyOf(at < KEYS ? at : Math.floor(next() * KEYS));
    const fixed = `${Math.floor(next() * 9)}.${Math.floor(next() * 20)}.${Math.floor(next() * 20)}`;
    const row: AdvisoryRow = {
      id: `GHSA-${at.toString(36).padStart(12, '0')}`,
      kind: 'vulnerability',
      aliases: [`CVE-2026-${10_000 + at}`],
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      fixed: [fixed],
      rating: { label: 'high', score: 7.5, source: 'NVD' },
      summary: 'A flaw of the kind that advisories describe in about as many words as these, or a few more.',
      published: '2026-03-04',
      modified: '2026-05-06',
      references: ['https://example.org/advisories/1', 'https://example.org/commit/2'],
      source: 'OSV GHSA',
    };
    yield { ...key, row };
  }
}

/** What one process says: CPU in ms. */
interface Round {
  readonly openMs: number;
  /** The first pass of the process. */
  readonly coldMs: number;
  /** The middle of the last ones. */
  readonly warmMs: number;
  readonly findings: number;
}

const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

const packagesOf = (): MatchablePackage[] => {
  const next = random(11);
  return Array.from({ length: PACKAGES }, () => ({
    ...keyOf(Math.floor(next() * KEYS * 1.6)),
    version: `${5 + Math.floor(next() * 9)}.${Math.floor(next() * 20)}.${Math.floor(next() * 20)}`,
  }));
};

/** Passes over all packages: the first one, and the middle of the last ones. */
const round = (openMs: number, pass: () => number): Round => {
  const passes = Array.from({ length: PASSES }, () => {
    const before = process.cpuUsage();
    const findings = pass();
    return { ms: cpuMs(before), findings };
  });
  return {
    openMs,
    coldMs: passes[0]?.ms ?? 0,
    warmMs: median(passes.slice(-WARM_PASSES).map(({ ms }) => ms)),
    findings: passes[0]?.findings ?? 0,
  };
};

/** Our side: opening checks the digest of the whole file. */
const overPack = (file: string): Round => {
  const packages = packagesOf();
  const beforeOpen = process.cpuUsage();
  const loaded = loadPack(file);
  if (!loaded.ok) throw new Error(loaded.error.detail);
  const openMs = cpuMs(beforeOpen);
  return round(openMs, () =>
    packages.reduce((sum, found) => sum + matchPackage(found, loaded.value.pack).matches.length, 0),
  );
};

/** The other side: the same rows as JSON, parsed into a map, and only the version comparison. */
const overJson = (file: string): Round => {
  const packages = packagesOf();
  const beforeOpen = process.cpuUsage();
  const map = new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, AdvisoryRow[]][]);
  const openMs = cpuMs(beforeOpen);
  return round(openMs, () => {
    let findings = 0;
    for (const { ecosystem, name, version } of packages)
      for (const row of map.get(`${ecosystem} ${name}`) ?? [])
        if (compareVersions(schemeOf(ecosystem), version, row.fixed?.[0] ?? '0') < 0) findings += 1;
    return findings;
  });
};

const writeInputs = (
  folder: string,
): { pack: string; json: string; packBytes: number; jsonBytes: number } => {
  const builder = new PackBuilder();
  const map = new Map<string, AdvisoryRow[]>();
  for (const { ecosystem, name, row } of advisories()) {
    builder.addRow(ecosystem, name, row);
    const key = `${ecosystem} ${name}`;
    map.set(key, [...(map.get(key) ?? []), row]);
  }
  const bytes = builder.finish({ builtAtMs: Date.UTC(2026, 10, 25), kind: 'full' });
  if (!bytes.ok) throw new Error(bytes.error.detail);
  const json = JSON.stringify([...map]);
  writeFileSync(join(folder, 'pack'), bytes.value);
  writeFileSync(join(folder, 'json'), json);
  return {
    pack: join(folder, 'pack'),
    json: join(folder, 'json'),
    packBytes: bytes.value.length,
    jsonBytes: json.length,
  };
};

const measure = (side: 'pack' | 'json', file: string): Round => {
  const answer = execFileSync(process.execPath, [fileURLToPath(import.meta.url), side, file]).toString();
  return JSON.parse(answer) as Round;
};

const compare = (): void => {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-bench-match-'));
  try {
    const { pack, json, packBytes, jsonBytes } = writeInputs(folder);
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ours: measure('pack', pack),
      other: measure('json', json),
    }));
    const ours = rounds.map((one) => one.ours);
    const other = rounds.map((one) => one.other);
    const value = median(ours.map((one) => one.warmMs));
    record({
      id: 'match',
      title: {
        en: 'CPU to hold 2,000 packages against 300,000 advisories',
        ja: '2,000 パッケージを 300,000 件の脆弱性情報と照合する CPU 時間',
      },
      unit: 'ms',
      goal: `<= ${GOAL_MS}`,
      value,
      baseline: {
        title: {
          en: 'the same rows in a JSON map, versions compared and nothing explained',
          ja: '同じ行を JSON のマップで照合（バージョン比較のみ、根拠なし）',
        },
        // Both once warm: what loading costs either side is in the notes.
        value: median(other.map((one) => one.warmMs)),
      },
      n: ROUNDS,
      spread: spreadOf(ours.map((one) => one.warmMs)),
      met: value <= GOAL_MS,
      notes: [
        `first pass of a process ${rounded(median(ours.map((one) => one.coldMs)))} ms; opening with the digest checked ${rounded(median(ours.map((one) => one.openMs)))} ms`,
        `${ours[0]?.findings} findings; pack ${Math.round(packBytes / 1e6)} MB, JSON ${Math.round(jsonBytes / 1e6)} MB`,
        `JSON: loading ${rounded(median(other.map((one) => one.openMs)))} ms, first pass ${rounded(median(other.map((one) => one.coldMs)))} ms`,
      ],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const [, , side, file] = process.argv;
if (side === undefined || file === undefined) compare();
else process.stdout.write(JSON.stringify(side === 'pack' ? overPack(file) : overJson(file)));
