// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type AdvisoryPack, buildPack, type MatchablePackage, matchPackage, openPack } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasShared, report, SHARED } from '../outside.ts';

interface Case {
  readonly ecosystem: string;
  readonly purl?: string;
  readonly package: string;
  readonly version: string;
  readonly expect: readonly string[];
  readonly expect_aliases: Readonly<Record<string, readonly string[]>>;
  readonly not_expect: readonly string[];
}

const NOW = Date.UTC(2026, 10, 25);
let folder = '';
let pack: AdvisoryPack;

const idsOf = (found: MatchablePackage): Set<string> =>
  new Set(
    matchPackage(found, pack).matches.flatMap((match) => [
      match.vulnerability.id,
      ...match.vulnerability.aliases,
    ]),
  );

/** The ecosystem under which the catalogers list a package; what has no type of package URL is asked as it is stated. */
const ecosystemIn = ({ ecosystem, purl }: Case): string =>
  purl?.startsWith('pkg:cargo/') === true ? 'crates.io' : ecosystem;

/** What is wrong with the answer to one case. */
const faultsOf = (one: Case): string[] => {
  const ids = idsOf({ name: one.package, version: one.version, ecosystem: ecosystemIn(one) });
  const wanted = [...one.expect, ...Object.values(one.expect_aliases).flat()];
  return [
    ...wanted.filter((id) => !ids.has(id)).map((id) => `${one.package} ${one.version}: ${id} is missing`),
    ...one.not_expect
      .filter((id) => ids.has(id))
      .map((id) => `${one.package} ${one.version}: ${id} is wrong`),
  ];
};

describe.skipIf(!hasShared('advisories/known-answers.json'))('the known answers', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-known-'));
    const built = buildPack({ from: join(SHARED, 'advisories'), to: join(folder, 'pack'), nowMs: NOW });
    if (!built.ok) throw new Error(built.error.detail);
    expect(built.value.files.filter((file) => file.refused > 0 || file.problem !== undefined)).toEqual([]);
    const opened = openPack(join(folder, 'pack'));
    if (!opened.ok) throw new Error(opened.error.detail);
    pack = opened.value;
  }, 120_000);
  afterAll(() => {
    pack?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('hold in every case', () => {
    const { cases } = JSON.parse(readFileSync(join(SHARED, 'advisories/known-answers.json'), 'utf8')) as {
      cases: Case[];
    };
    const faults = cases.map(faultsOf);
    expect(faults.flat()).toEqual([]);
    report('known-answers', faults.filter((one) => one.length === 0).length, cases.length);
  });

  it('never match rows that were withdrawn, however many there are', () => {
    const rows = gunzipSync(readFileSync(join(SHARED, 'advisories/go.jsonl.gz')))
      .toString('utf8')
      .split('\n');
    const withdrawn = rows
      .filter((line) => line.includes('"withdrawn"'))
      .map((line) => JSON.parse(line) as { id: string; package: string });
    expect(withdrawn.length).toBeGreaterThan(10);
    for (const { id, package: name } of withdrawn) {
      expect(idsOf({ name, version: '0.0.1', ecosystem: 'Go' }).has(id), `${id} on ${name}`).toBe(false);
    }
  });

  it('say no data about releases and packages that are not covered', () => {
    const assess = (ecosystem: string, name: string): string =>
      matchPackage({ name, version: '1', ecosystem }, pack).assessment;
    expect(assess('Debian:12', 'openssl')).toBe('assessed');
    expect(assess('Debian:12', 'no-such-source-package')).toBe('no-data');
    expect(assess('Debian:13', 'openssl')).toBe('no-data');
    expect(assess('Alpine:v3.20', 'openssl')).toBe('no-data');
    expect(assess('Ubuntu:22.04', 'openssl')).toBe('no-data');
    expect(pack.header.noData).toContain('Ubuntu');
  });

  it('carry severity and known exploitation from the joined files', () => {
    const [log4shell] = matchPackage(
      { name: 'org.apache.logging.log4j:log4j-core', version: '2.14.1', ecosystem: 'Maven' },
      pack,
    ).matches.filter((match) => match.vulnerability.id === 'CVE-2021-44228');
    expect(log4shell?.vulnerability).toMatchObject({ severity: 'critical', knownExploited: true });
    expect(log4shell?.fixedVersion).toBe('2.15.0');
  });
});
