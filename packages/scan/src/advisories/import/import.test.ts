// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ecosystemOf } from '../../distribution/namespace.ts';
import { matchPackage } from '../../matchers/match.ts';
import { zipOf } from '../../testing/trees.ts';
import { buildPack, importPackFile } from '../build-pack.ts';
import { type AdvisoryPack, openPack } from '../pack.ts';
import { readAdvisoryRecord, readEpssRecord, readKevRecord, readRanges, readRating } from './jsonl.ts';
import { readOsvRecord } from './osv.ts';
import { ecosystemsNamed } from './osv-ecosystems.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-import-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.UTC(2026, 10, 25);
const importFiles = (
  files: Record<string, string | Buffer>,
): {
  pack: AdvisoryPack;
  files: readonly { file: string; rows: number; refused: number; problem?: string }[];
} => {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const to = join(folder, 'out', 'pack');
  const built = buildPack({ from: folder, to, nowMs: NOW });
  if (!built.ok) throw new Error(`${built.error.code}: ${built.error.detail}`);
  const pack = openPack(to);
  if (!pack.ok) throw new Error(pack.error.code);
  return { pack: pack.value, files: built.value.files };
};

const OSV = {
  id: 'GHSA-xvch-5gv4-984h',
  modified: '2026-03-13T22:11:31Z',
  published: '2022-03-18T00:01:09Z',
  aliases: ['CVE-2021-44906'],
  summary: 'Prototype pollution',
  affected: [
    {
      package: { ecosystem: 'npm', name: 'minimist' },
      ranges: [
        { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: '1.2.6' }] },
        { type: 'GIT', events: [{ introduced: '0' }] },
      ],
      versions: ['1.0.0', '1.2.5'],
    },
    { package: { ecosystem: 'crates.io', name: 'mini' }, versions: ['0.1.0'] },
  ],
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  references: [{ type: 'WEB', url: 'https://example.org/1' }],
  database_specific: { severity: 'CRITICAL' },
};

describe('importing a folder', () => {
  it('reads OSV archives, one row a package', () => {
    const { pack } = importFiles({
      'osv-npm.zip': zipOf({ 'GHSA-xvch-5gv4-984h.json': JSON.stringify(OSV), 'README.md': 'x' }),
    });
    expect(pack.rows('npm', 'minimist')).toEqual([
      {
        id: 'GHSA-xvch-5gv4-984h',
        kind: 'vulnerability',
        aliases: ['CVE-2021-44906'],
        ranges: [{ type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: '1.2.6' }] }],
        fixed: ['1.2.6'],
        rating: {
          label: 'critical',
          score: 9.8,
          vectors: ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
          source: 'GHSA',
        },
        summary: 'Prototype pollution',
        published: '2022-03-18',
        modified: '2026-03-13',
        references: ['https://example.org/1'],
        source: 'OSV GHSA',
      },
    ]);
    expect(pack.rows('crates.io', 'mini')).toMatchObject([{ versions: ['0.1.0'] }]);
    expect(pack.header.ecosystems['npm']?.completeness).toBe('complete');
  });

  it('takes an archive for complete in its own ecosystem only, whatever its records name besides', () => {
    const record = {
      id: 'GHSA-aaaa-bbbb-cccc',
      affected: ['npm:bootstrap', 'RubyGems:bootstrap', 'Maven:org.webjars:bootstrap'].map((one) => ({
        package: { ecosystem: one.split(':')[0], name: one.slice(one.indexOf(':') + 1) },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.4.1' }] }],
      })),
    };
    const { pack } = importFiles({ 'osv-npm.zip': zipOf({ 'GHSA.json': JSON.stringify(record) }) });
    expect(pack.covers('npm', 'left-pad')).toBe(true);
    expect(pack.covers('RubyGems', 'rails')).toBe(false);
    expect(pack.covers('Maven', 'org.apache.logging.log4j:log4j-core')).toBe(false);
    expect(pack.covers('RubyGems', 'bootstrap')).toBe(true);
    expect(pack.header.ecosystems['RubyGems']?.completeness).toBe('listed-packages');
  });

  it('does not take a single record for more than the packages it names, nor lowers what an archive says', () => {
    const row = { id: 'x', ecosystem: 'PyPI', package: 'flask', ranges: [], versions: ['1.0.0'] };
    const { pack } = importFiles({
      'osv-GHSA-xvch-5gv4-984h.json': JSON.stringify(OSV),
      'osv-npm.zip': zipOf({ 'a.json': JSON.stringify(OSV) }),
      'osv-z.json': JSON.stringify({ ...OSV, affected: [{ package: { ecosystem: 'PyPI', name: 'b' } }] }),
      'osv-zz.json': JSON.stringify({ ...OSV, affected: [{ package: { ecosystem: 'npm', name: 'b' } }] }),
      'pypi.jsonl': JSON.stringify(row),
    });
    const levels = ['npm', 'crates.io', 'PyPI'].map((name) => pack.header.ecosystems[name]?.completeness);
    expect(levels).toEqual(['complete', 'listed-packages', 'partial']);
  });

  it.each(['cargo', 'crates.io'])('judges crates as the catalogue lists them, stated as %s', (stated) => {
    const row = { id: 'RUSTSEC-1', ecosystem: stated, package: 'smallvec', ranges: [], versions: ['1.6.0'] };
    const { pack } = importFiles({ 'crates-io.jsonl': JSON.stringify(row) });
    const distribution = { id: 'debian', versionId: '12', prettyName: 'Debian 12', like: [] };
    const ecosystem = ecosystemOf('cargo', 'smallvec', distribution);
    const { matches } = matchPackage({ name: 'smallvec', version: '1.6.0', ecosystem }, pack);
    expect(matches.map(({ vulnerability }) => vulnerability.id)).toEqual(['RUSTSEC-1']);
    expect(pack.covers(ecosystem, 'smallvec')).toBe(true);
  });

  it.each([
    ['osv-redhat.zip', 'Red Hat:enterprise_linux:9::baseos', 'Red Hat:9'],
    ['osv-rocky.zip', 'Rocky Linux:9', 'Rocky Linux:9'],
    ['osv-ubuntu.zip', 'Ubuntu:24.04:LTS', 'Ubuntu:24.04'],
    ['osv-almalinux.zip', 'AlmaLinux:9', 'AlmaLinux:9'],
    ['osv-crates.io.zip', 'crates.io', 'crates.io'],
    ['osv-RubyGems.zip', 'RubyGems', 'RubyGems'],
    ['osv-Debian-12.zip', 'Debian:12', 'Debian:12'],
    ['osv-all.zip', 'Packagist', 'Packagist'],
    ['osv-azurelinux.zip', 'Azure Linux:2', 'CBL-Mariner:2'],
    [
      'osv-SUSE.zip',
      'SUSE:Linux Enterprise Module for Basesystem 15 SP5',
      'SUSE:Linux Enterprise Server 15 SP5',
    ],
  ])('knows what the archive %s is for', (file, stated, ecosystem) => {
    const record = { ...OSV, affected: [{ package: { ecosystem: stated, name: 'a' } }] };
    const { pack } = importFiles({ [file]: zipOf({ 'a.json': JSON.stringify(record) }) });
    expect(pack.header.ecosystems[ecosystem]?.completeness).toBe('complete');
  });

  it('reads the Debian tracker: fixed, open, postponed, never affected and undetermined', () => {
    const tracker = {
      openssl: {
        'CVE-2026-0001': {
          description: 'x',
          releases: {
            bookworm: { status: 'resolved', fixed_version: '3.0.20-1~deb12u2', urgency: 'medium' },
            sid: { status: 'open' },
          },
        },
        'CVE-2026-0002': {
          releases: {
            bookworm: { status: 'open', urgency: 'low**' },
            trixie: { status: 'resolved', fixed_version: '0' },
          },
        },
        'CVE-2026-0003': {
          releases: { bookworm: { status: 'open', nodsa: 'Minor issue', nodsa_reason: 'postponed' } },
        },
        'CVE-2026-0004': { releases: { bookworm: { status: 'open', nodsa: 'x', nodsa_reason: 'ignored' } } },
        'CVE-2026-0005': { releases: { bookworm: { status: 'undetermined' } } },
        'CVE-2026-0006': 'odd',
      },
    };
    const { pack, files } = importFiles({ 'debian-tracker.json': JSON.stringify(tracker) });
    const rows = pack.rows('Debian:12', 'openssl');
    expect(rows.map((one) => [one.id, one.fixed?.[0], one.status, one.conditions === undefined])).toEqual([
      ['CVE-2026-0001', '3.0.20-1~deb12u2', undefined, true],
      ['CVE-2026-0002', undefined, 'open', true],
      ['CVE-2026-0003', undefined, 'fix_deferred', true],
      ['CVE-2026-0004', undefined, 'will_not_fix', true],
      ['CVE-2026-0005', undefined, undefined, false],
    ]);
    expect(rows[0]?.rating).toEqual({ label: 'medium', source: 'Debian security tracker' });
    expect(rows[1]?.rating?.label).toBe('low');
    expect(pack.rows('Debian:13', 'openssl')).toEqual([]);
    expect(files).toMatchObject([{ file: 'debian-tracker.json', rows: 5, refused: 1 }]);
  });

  it('reads Alpine security databases', () => {
    const secdb = {
      distroversion: 'v3.20',
      reponame: 'main',
      packages: [
        {
          pkg: {
            name: 'openssl',
            secfixes: { '3.3.2-r0': ['CVE-2024-6119 GHSA-x'], '0': ['CVE-2023-0466'] },
          },
        },
        {},
      ],
    };
    const { pack } = importFiles({ 'alpine-v3.20-main.json': JSON.stringify(secdb) });
    expect(pack.rows('Alpine:v3.20', 'openssl').map((one) => [one.id, one.fixed])).toEqual([
      ['CVE-2024-6119', ['3.3.2-r0']],
    ]);
  });

  it('joins the catalogue of exploited flaws and EPSS scores', () => {
    const { pack } = importFiles({
      'a.jsonl': `${JSON.stringify({ id: 'CVE-2021-44228', ecosystem: 'Maven', package: 'a:b', source: 's' })}\n`,
      'kev.json': JSON.stringify({
        vulnerabilities: [
          {
            cveID: 'CVE-2021-44228',
            dateAdded: '2021-12-10',
            dueDate: '2021-12-24',
            vulnerabilityName: 'Log4Shell',
            knownRansomwareCampaignUse: 'Known',
          },
          { cveID: 'x' },
        ],
      }),
      'epss.csv.gz': gzipSync(
        '#model_version:v2026.01.01,score_date:2026-11-24T00:00:00+0000\ncve,epss,percentile\nCVE-2021-44228,0.97,0.999\nCVE-2020-1,2.5,0.1\nbroken\n',
      ),
    });
    expect(pack.cve('CVE-2021-44228')).toEqual({
      kev: { addedOn: '2021-12-10', dueOn: '2021-12-24', isRansomware: true, name: 'Log4Shell' },
      epss: { probability: 0.97, percentile: 0.999, scoredOn: '2026-11-24' },
    });
    expect(pack.header.refused).toBe(3);
  });

  it('reads JSON lines, plain and packed, with malicious packages apart', () => {
    const { pack } = importFiles({
      'npm.jsonl.gz': gzipSync(
        `${JSON.stringify({ id: 'A', ecosystem: 'npm', package: 'p', versions: ['1'], source: 's', license: 'MIT' })}\n\nnot json\n[]\n`,
      ),
      'malicious-packages.jsonl': ['*', 'unknown', ['1.0']]
        .map((versions, at) =>
          JSON.stringify({ id: `MAL-${at}`, ecosystem: 'npm', package: `m${at}`, versions, source: 's' }),
        )
        .join('\n'),
      'npm-heuristic.jsonl': JSON.stringify({ id: 'GUESS', ecosystem: 'npm', package: 'p', source: 's' }),
    });
    expect(pack.rows('npm', 'p')).toEqual([
      { id: 'A', kind: 'vulnerability', versions: ['1'], source: 's', licence: 'MIT' },
    ]);
    expect(pack.rows('npm', 'm0')).toMatchObject([{ kind: 'malicious', versions: ['*'] }]);
    expect(pack.rows('npm', 'm1')[0]?.conditions).toContain('without its affected versions');
    expect(pack.rows('npm', 'm2')).toMatchObject([{ versions: ['1.0'] }]);
    expect(pack.header.refused).toBe(2);
  });

  it('takes coverage, sources, gaps and end-of-life dates from their statements', () => {
    const { pack } = importFiles({
      'debian12-coverage.json': JSON.stringify({
        ecosystem: 'Debian:12',
        source_packages: [{ source_package: 'acl' }, 'zlib', 5],
      }),
      'eol.json': JSON.stringify({
        distributions: {
          debian: {
            12: { series: 'bookworm', release: '2023-06-10', eol: '2026-07-11', eol_lts: '2028-06-30' },
          },
        },
      }),
      'manifest.json': JSON.stringify({
        sources: [{ source: 'x/y', date: '2026-08-21', records: 5, license: 'MIT', missing: 'later ones' }],
        no_data: ['Ubuntu'],
      }),
      'debian12.jsonl': JSON.stringify({
        id: 'CVE-2026-1',
        ecosystem: 'Debian:12',
        package: 'acl',
        source: 's',
      }),
    });
    expect(pack.covers('Debian:12', 'zlib')).toBe(true);
    expect(pack.covers('Debian:12', 'curl')).toBe(false);
    expect(pack.header.life['debian']?.['12']).toEqual({
      series: 'bookworm',
      release: '2023-06-10',
      eol: '2026-07-11',
      eolLts: '2028-06-30',
    });
    expect(pack.header.sources).toEqual([
      { name: 'x/y', date: '2026-08-21', rows: 5, licence: 'MIT', missing: 'later ones' },
    ]);
    expect(pack.header.noData).toEqual(['Ubuntu']);
  });

  it('builds a sample from a folder that says it is one, of the day it says', () => {
    const { pack } = importFiles({
      'manifest.json': JSON.stringify({ kind: 'sample', built: '2026-01-02', note: 'only a sample' }),
      'sample.jsonl': JSON.stringify({
        id: 'CVE-2026-1',
        ecosystem: 'Debian:12',
        package: 'acl',
        source: 's',
      }),
    });
    expect(pack.header).toMatchObject({
      kind: 'sample',
      builtAt: '2026-01-02T00:00:00.000Z',
      note: 'only a sample',
    });
  });

  it('goes on when one file cannot be read', () => {
    const { files } = importFiles({
      'a.jsonl.gz': 'not gzip',
      'osv-go.zip': 'not zip',
      'debian-tracker.json': '[1',
      'kev.json': 'x',
      'b.jsonl': JSON.stringify({ id: 'A', ecosystem: 'npm', package: 'p', source: 's' }),
    });
    expect(files.filter((file) => file.problem !== undefined).map((file) => file.file)).toEqual([
      'a.jsonl.gz',
      'debian-tracker.json',
      'kev.json',
      'osv-go.zip',
    ]);
    expect(files.find((file) => file.file === 'b.jsonl')?.rows).toBe(1);
  });

  it('says when there is nothing to import', () => {
    expect(buildPack({ from: folder, to: join(folder, 'x'), nowMs: NOW })).toMatchObject({
      error: { code: 'E_PACK_NO_INPUT' },
    });
    expect(buildPack({ from: join(folder, 'absent'), to: join(folder, 'x'), nowMs: NOW })).toMatchObject({
      error: { code: 'E_PACK_NO_INPUT' },
    });
  });

  it('imports a pack that was built elsewhere, and refuses what is none', () => {
    importFiles({ 'b.jsonl': JSON.stringify({ id: 'A', ecosystem: 'npm', package: 'p', source: 's' }) });
    const to = join(folder, 'imported');
    expect(importPackFile(join(folder, 'out', 'pack'), { to, mayBeUnsigned: true })).toMatchObject({
      ok: true,
      value: { header: { rows: 1 } },
    });
    expect(importPackFile(join(folder, 'b.jsonl'), { to, mayBeUnsigned: true })).toMatchObject({
      error: { code: 'E_PACK_INVALID' },
    });
    expect(importPackFile(join(folder, 'absent'), { to, mayBeUnsigned: true })).toMatchObject({
      error: { code: 'E_PACK_MISSING' },
    });
  });
});

describe('reading records', () => {
  it.each([
    ['Ubuntu:22.04:LTS', 'Ubuntu:22.04'],
    ['Ubuntu:24.10', 'Ubuntu:24.10'],
    ['Ubuntu:Pro:16.04:LTS', 'Ubuntu:Pro:16.04:LTS'],
    ['Red Hat:enterprise_linux:9::appstream', 'Red Hat:9'],
    ['crates.io', 'crates.io'],
    ['Debian:12', 'Debian:12'],
    ['Azure Linux:2', 'CBL-Mariner:2'],
    ['Azure Linux:3', 'Azure Linux:3'],
  ])('calls the OSV ecosystem %s %s', (name, ours) => {
    expect(ecosystemsNamed(name)).toEqual([{ ecosystem: ours }]);
  });

  it('takes flaws that a distribution names as upstream for aliases, and nothing that is only related', () => {
    const [row] =
      readOsvRecord({
        id: 'DSA-1',
        upstream: ['CVE-2026-1'],
        related: ['CVE-2026-2'],
        affected: [{ package: { ecosystem: 'Debian:12', name: 'a' } }],
      }) ?? [];
    expect(row?.row.aliases).toEqual(['CVE-2026-1']);
  });

  it('keeps a withdrawn record as a tombstone', () => {
    expect(readOsvRecord({ ...OSV, withdrawn: '2026-01-01T00:00:00Z' })?.[0]?.row.withdrawn).toBe(
      '2026-01-01T00:00:00Z',
    );
    expect(readOsvRecord({ id: 'X', withdrawn: '2026-01-01' })).toEqual([]);
  });

  it.each([undefined, null, 5, 'x', [], {}, { id: 'x' }, { affected: [] }, { id: '', affected: [] }])(
    'refuses %j',
    (value) => {
      expect(readOsvRecord(value)).toBeUndefined();
      expect(readAdvisoryRecord(value, false)).toBeUndefined();
      expect(readKevRecord(value)).toBeUndefined();
      expect(readEpssRecord(value)).toBeUndefined();
    },
  );

  it('takes the worst spelling of ratings', () => {
    expect(readRating({ label: 'Moderate' }, 's')).toEqual({ label: 'medium', source: 's' });
    expect(readRating({ label: 'important' }, 's')?.label).toBe('high');
    expect(readRating({ score: 9.1 }, 's')).toEqual({ label: 'critical', score: 9.1, source: 's' });
    expect(readRating({ score: 42 }, 's')).toBeUndefined();
    expect(readRating({ label: 'terrible' }, 's')).toBeUndefined();
    expect(readRating(undefined, 's')).toBeUndefined();
  });

  it('leaves out ranges over commits and bounds the others', () => {
    expect(readRanges([{ type: 'GIT', events: [{ introduced: '0' }] }], false)).toEqual([]);
    const events = Array.from({ length: 10_000 }, () => ({ introduced: '1' }));
    expect(readRanges([{ type: 'SEMVER', events }], true)[0]?.events.length).toBeLessThanOrEqual(2_000);
  });

  it('never throws on any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readOsvRecord(value);
        readOsvRecord({
          id: 'x',
          affected: [value, { package: value, ranges: value, versions: value, severity: value }],
          aliases: value,
          severity: value,
        });
        readAdvisoryRecord(
          {
            id: 'x',
            ecosystem: 'y',
            package: 'z',
            ranges: value,
            versions: value,
            severity: value,
            aliases: value,
          },
          false,
        );
      }),
      { seed: 131, numRuns: 500 },
    );
  });
});
