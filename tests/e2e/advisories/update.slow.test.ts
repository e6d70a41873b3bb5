// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fetchFeeds, selectFeeds } from '@bartizan/adapters/advisory-feed';
import { buildPack, DEFAULT_LIMITS, packStatus, type ScanOutcome, scanInWorker } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Mirror, startMirror, storedZip } from './mirror.ts';

const NOW = Date.UTC(2026, 10, 25);
const FEEDS = selectFeeds(['osv.npm', 'osv.pypi', 'debian', 'kev', 'epss']);

let folder = '';
let mirror: Mirror;

/** A made-up OSV record: nothing in it is a real flaw. */
const osv = (
  id: string,
  ecosystem: string,
  name: string,
  fixed: string,
  aliases: string[] = [],
): [string, string] => [
  `${id}.json`,
  JSON.stringify({
    id,
    modified: '2026-11-20T00:00:00Z',
    aliases,
    affected: [
      {
        package: { ecosystem, name },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  }),
];

const filler = (count: number): [string, string][] =>
  Array.from({ length: count }, (_, at) => osv(`TEST-FILL-${at}`, 'npm', `filler-${at}`, '1.0.0'));

const publish = (npmRecords: number): void => {
  mirror.files.set(
    '/npm/all.zip',
    storedZip(
      Object.fromEntries([
        osv('TEST-NPM-1', 'npm', 'left-pad', '1.3.1', ['CVE-2026-90001']),
        ...filler(npmRecords),
      ]),
    ),
  );
  mirror.files.set(
    '/PyPI/all.zip',
    storedZip(Object.fromEntries([osv('TEST-PY-1', 'PyPI', 'sample', '2.0.0')])),
  );
  mirror.files.set(
    '/tracker/data/json',
    Buffer.from(
      JSON.stringify({
        acl: {
          'CVE-2026-90002': {
            releases: { bookworm: { status: 'resolved', fixed_version: '2.3.1-3+deb12u1', urgency: 'high' } },
          },
        },
      }),
    ),
  );
  mirror.files.set(
    '/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    Buffer.from(
      JSON.stringify({
        vulnerabilities: [
          { cveID: 'CVE-2026-90001', dateAdded: '2026-11-01', knownRansomwareCampaignUse: 'Known' },
        ],
      }),
    ),
  );
  // Synthetic scores, made for this test.
  mirror.files.set(
    '/epss_scores-current.csv.gz',
    gzipSync('#synthetic,score_date:2026-11-24T00:00:00+0000\ncve,epss,percentile\nCVE-2026-90001,0.5,0.9\n'),
  );
};

const fetchAll = () =>
  fetchFeeds({
    feeds: FEEDS,
    bases: { '*': mirror.base },
    directory: join(folder, 'feeds'),
    certificates: mirror.certificates,
    timeoutMs: 20_000,
    idleTimeoutMs: 10_000,
  });
const packPath = (): string => join(folder, 'pack', 'advisories.pack');
const build = () => buildPack({ from: join(folder, 'feeds'), to: packPath(), nowMs: NOW });

const scan = async (): Promise<ScanOutcome> => {
  const result = await scanInWorker({
    target: { kind: 'directory', path: join(folder, 'root') },
    exclude: [],
    limits: DEFAULT_LIMITS,
    packPath: packPath(),
  });
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-update-'));
  mirror = await startMirror();
  const root = join(folder, 'root');
  for (const path of ['etc', 'var/lib/dpkg', 'app/node_modules/left-pad'])
    mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\n');
  writeFileSync(
    join(root, 'var/lib/dpkg/status'),
    'Package: acl\nStatus: install ok installed\nVersion: 2.3.1-3\nArchitecture: amd64\n\n',
  );
  writeFileSync(
    join(root, 'app/node_modules/left-pad/package.json'),
    '{"name":"left-pad","version":"1.3.0"}',
  );
});
afterAll(async () => {
  await mirror.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('an update from a mirror', () => {
  it('ends in findings with severity, known exploitation and EPSS', async () => {
    publish(300);
    const outcomes = await fetchAll();
    expect(outcomes.filter((outcome) => !outcome.result.ok)).toEqual([]);
    expect(build()).toMatchObject({
      ok: true,
      value: { header: { kind: 'full', epssOn: '2026-11-24', kevEntries: 1 } },
    });
    const { findings, coverage, incomplete } = await scan();
    expect(incomplete).toEqual([]);
    expect(findings.map((found) => found.vulnerability)).toMatchObject([
      { id: 'CVE-2026-90001', aliases: ['TEST-NPM-1'], knownExploited: true, ransomware: true, epss: 0.5 },
      {
        id: 'CVE-2026-90002',
        severity: 'high',
        severitySource: 'Debian security tracker',
        knownExploited: false,
      },
    ]);
    expect(coverage).toMatchObject([
      { ecosystem: 'Debian:12', state: 'covered' },
      { ecosystem: 'npm', state: 'covered' },
    ]);
  });

  it('refuses a feed that suddenly holds a tenth, and goes on with the pack it had', async () => {
    publish(30);
    await fetchAll();
    expect(build()).toMatchObject({ ok: false, error: { code: 'E_PACK_SHRUNK' } });
    expect(packStatus(packPath(), NOW)).toMatchObject({
      value: { header: { ecosystems: { npm: { rows: 301 } } } },
    });
    expect((await scan()).findings).toHaveLength(2);
  });

  it('keeps the last file of a feed that is gone, and says which one is', async () => {
    publish(300);
    await fetchAll();
    mirror.files.delete('/npm/all.zip');
    const outcomes = await fetchAll();
    expect(outcomes.filter((outcome) => !outcome.result.ok).map((outcome) => outcome.feed)).toEqual([
      'osv.npm',
    ]);
    expect(build()).toMatchObject({ ok: true, value: { header: { ecosystems: { npm: { rows: 301 } } } } });
  });

  it('believes no captive portal', async () => {
    publish(300);
    await fetchAll();
    mirror.files.set('/npm/all.zip', Buffer.from('<html>Please sign in</html>'));
    const outcomes = await fetchAll();
    expect(outcomes.find((outcome) => outcome.feed === 'osv.npm')?.result).toMatchObject({
      ok: false,
      error: { code: 'E_FEED_INVALID' },
    });
    expect(build()).toMatchObject({ ok: true });
  });
});
