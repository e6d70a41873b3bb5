// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type ChangelogFix, readChangelog } from './changelog.ts';

/**
 * Makes the small advisory sample that the repository carries, from facts in the changelogs of the Debian packages
 * installed on the machine it runs on:
 *
 *   node tools/advisories/sample.ts --out content/advisories --date YYYY-MM-DD [--since YYYY-MM-DD] [--rows N] [--per-source N]
 *
 * Only facts are taken: source package, version, CVE id and date. No text of a changelog is kept.
 */
const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    date: { type: 'string' },
    since: { type: 'string', default: '2025-01-01' },
    rows: { type: 'string', default: '300' },
    'per-source': { type: 'string', default: '8' },
  },
});
if (values.out === undefined || values.date === undefined) {
  process.stderr.write('usage: sample.ts --out DIR --date YYYY-MM-DD [--since YYYY-MM-DD] [--rows N]\n');
  process.exit(2);
}

const DOCUMENTATION = '/usr/share/doc';
const MAX_CHANGELOG_BYTES = 32 * 1024 * 1024;

const readInstalledChangelogs = (): ChangelogFix[] =>
  readdirSync(DOCUMENTATION).flatMap((folder) => {
    try {
      const packed = readFileSync(join(DOCUMENTATION, folder, 'changelog.Debian.gz'));
      return readChangelog(gunzipSync(packed, { maxOutputLength: MAX_CHANGELOG_BYTES }).toString('utf8'));
    } catch {
      // Packages share one changelog by a link, or have none.
      return [];
    }
  });

const releaseOf = (osRelease: string): string => {
  const release = /^VERSION_ID="?(\d+)/m.exec(osRelease)?.[1];
  if (release === undefined || !/^ID=debian$/m.test(osRelease))
    throw new Error('this is not a Debian release');
  return `Debian:${release}`;
};

const ecosystem = releaseOf(readFileSync('/etc/os-release', 'utf8'));
const unique = new Map(readInstalledChangelogs().map((fix) => [`${fix.source} ${fix.cve}`, fix]));
const keyOf = (fix: ChangelogFix): string => `${fix.source} ${fix.cve}`;
const byKey = (a: ChangelogFix, b: ChangelogFix): number => (keyOf(a) < keyOf(b) ? -1 : 1);
const newestFirst = [...unique.values()]
  .filter((fix) => fix.date >= values.since)
  .sort((a, b) => (a.date === b.date ? byKey(a, b) : a.date < b.date ? 1 : -1));
// One package with thousands of flaws (the kernel) must not be the whole sample.
const taken = new Map<string, number>();
const chosen = newestFirst
  .filter((fix) => {
    const count = (taken.get(fix.source) ?? 0) + 1;
    taken.set(fix.source, count);
    return count <= Number(values['per-source']);
  })
  .slice(0, Number(values.rows))
  .sort(byKey);
const lines = chosen.map((fix) =>
  JSON.stringify({
    id: fix.cve,
    ecosystem,
    package: fix.source,
    purl: `pkg:deb/debian/${encodeURIComponent(fix.source)}?arch=source`,
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: fix.fixedVersion }] }],
    fixed: [fix.fixedVersion],
    published: fix.date,
    source: 'Debian package changelog',
    license: 'facts',
  }),
);
writeFileSync(join(values.out, 'sample.jsonl'), `${lines.join('\n')}\n`);
const manifest = {
  kind: 'sample',
  built: values.date,
  note: 'A sample to show how matching works. It cannot judge a machine: it names a few hundred flaws of a few packages of one release.',
  sources: [
    {
      source: 'Debian package changelog',
      date: values.date,
      records: lines.length,
      license: 'facts',
      missing:
        'everything but the newest flaws of the packages that were installed where it was made; flaws without a fix; severities',
    },
  ],
  no_data: [
    `packages of ${ecosystem} outside of the sample`,
    'every other ecosystem',
    'severity',
    'KEV',
    'EPSS',
  ],
};
writeFileSync(join(values.out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
process.stdout.write(
  `${lines.length} rows about ${new Set(chosen.map((fix) => fix.source)).size} source packages\n`,
);
