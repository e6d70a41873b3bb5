// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ecosystemOf } from '../../distribution/namespace.ts';
import { parseOsRelease } from '../../distribution/os-release.ts';
import { matchPackage } from '../../matchers/match.ts';
import { zipOf } from '../../testing/trees.ts';
import { openPackBytes } from '../pack.ts';
import { PackBuilder } from '../pack-builder.ts';
import { importDirectory } from './directory.ts';
import { readOsvRecord } from './osv.ts';
import { ecosystemsNamed } from './osv-ecosystems.ts';

const SERVER = 'SUSE:Linux Enterprise Server 15 SP5';
const affects = (ecosystem: string, name = 'gzip', fixed = '1.10-150200.13.1') => ({
  package: { ecosystem, name, purl: `pkg:rpm/suse/${name}` },
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
});
const recordOf = (...affected: readonly object[]) => ({
  id: 'SUSE-SU-2026:1-1',
  upstream: ['CVE-2026-1'],
  affected,
});
const packOf = (file: string, record: object) => {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-suse-'));
  try {
    writeFileSync(join(folder, file), zipOf({ 'a.json': JSON.stringify(record) }));
    const builder = new PackBuilder();
    expect(importDirectory(folder, builder).ok).toBe(true);
    const bytes = builder.finish({ builtAtMs: 0, kind: 'full' });
    const pack = bytes.ok ? openPackBytes(bytes.value) : bytes;
    if (!pack.ok) throw new Error(pack.error.detail);
    return pack.value;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
const installedOn = (osRelease: string, version: string) => ({
  name: 'gzip',
  version,
  sourceName: 'gzip',
  sourceVersion: version,
  ecosystem: ecosystemOf('rpm', 'gzip', parseOsRelease(osRelease)),
});
const SLES_15_5 = 'NAME="SLES"\nVERSION="15-SP5"\nVERSION_ID="15.5"\nID="sles"\nID_LIKE="suse"\n';

describe('advisories of SUSE', () => {
  it.each([
    [SERVER, [SERVER], undefined],
    ['SUSE:Linux Enterprise Module for Basesystem 15 SP5', [SERVER], undefined],
    ['SUSE:Linux Enterprise Module for Python 3 15 SP5', [SERVER], undefined],
    ['SUSE:Linux Enterprise Module for Basesystem 15', ['SUSE:Linux Enterprise Server 15'], undefined],
    ['SUSE:Linux Enterprise Server 15 SP5-LTSS', [SERVER], 'LTSS'],
    ['SUSE:Linux Enterprise Server 15 SP5-ESPOS', [SERVER], 'ESPOS'],
    [
      'SUSE:Linux Enterprise Server LTSS Extended Security 12 SP5',
      ['SUSE:Linux Enterprise Server 12 SP5'],
      'LTSS Extended Security',
    ],
    [
      'SUSE:Linux Enterprise Module for Web and Scripting 12',
      ['12', '12 SP1', '12 SP2', '12 SP3', '12 SP4', '12 SP5'].map(
        (of) => `SUSE:Linux Enterprise Server ${of}`,
      ),
      undefined,
    ],
    ['SUSE:Linux Enterprise Server 16.0', ['SUSE:Linux Enterprise Server 16.0'], undefined],
    ...[
      'SUSE:Linux Enterprise Server for SAP Applications 15 SP5',
      'SUSE:Linux Enterprise High Performance Computing 15 SP5-LTSS',
      'SUSE:Linux Enterprise Module for SUSE Manager Server 4.3',
      'SUSE:Linux Enterprise Micro 5.5',
      'openSUSE:Leap 15.5',
    ].map((name): [string, string[], undefined] => [name, [name], undefined]),
  ])('for %s are for the servers %j, in line %s', (stated, servers, line) => {
    expect(ecosystemsNamed(stated)).toEqual(
      servers.map((ecosystem) => (line === undefined ? { ecosystem } : { ecosystem, channel: line })),
    );
  });

  it('are one for a package that several modules carry alike', () => {
    const modules = ['Module for Basesystem', 'Module for Development Tools', 'Server'];
    const stated = modules.map((name) => affects(`SUSE:Linux Enterprise ${name} 15 SP5`));
    expect(readOsvRecord(recordOf(...stated))).toMatchObject([{ ecosystem: SERVER, name: 'gzip' }]);
    const other = affects('SUSE:Linux Enterprise Module for Legacy 15 SP5', 'gzip', '1.13-1');
    expect(readOsvRecord(recordOf(...stated, other))).toHaveLength(2);
  });

  it('judge the packages of a server by the modules of its service pack', () => {
    const base = 'SUSE:Linux Enterprise Module for Basesystem';
    const record = recordOf(affects(`${base} 15 SP5`), affects(`${base} 15 SP6`, 'gzip', '1.10-150600.1'));
    const pack = packOf('osv-SUSE.zip', record);
    const open = matchPackage(installedOn(SLES_15_5, '1.10-150200.10.1'), pack);
    expect(open).toMatchObject({
      assessment: 'assessed',
      matches: [{ vulnerability: { id: 'CVE-2026-1' }, fixedVersion: '1.10-150200.13.1' }],
    });
    const fixed = matchPackage(installedOn(SLES_15_5, '1.10-150200.13.1'), pack);
    expect(fixed).toMatchObject({ assessment: 'assessed', matches: [] });
    const older = matchPackage(installedOn('ID=sles\nVERSION_ID="15.4"', '1.10-150200.10.1'), pack);
    expect(older).toMatchObject({ assessment: 'no-data', matches: [] });
  });

  it('say that a fix is only in the line of longer support', () => {
    const pack = packOf('osv-SUSE.zip', recordOf(affects(`${SERVER}-LTSS`)));
    expect(matchPackage(installedOn(SLES_15_5, '1.10-1'), pack).matches).toMatchObject([
      { verdict: 'affected', fixedVersion: '1.10-150200.13.1', fixChannel: 'LTSS' },
    ]);
  });

  it.each(['osv-SUSE-Linux-Enterprise-Server-15-SP5.zip', 'osv-npm.zip'])(
    'are not all of a server in %s, which is not the archive of all its modules',
    (file) => {
      const pack = packOf(file, recordOf(affects(SERVER)));
      expect(pack.header.ecosystems[SERVER]?.completeness).toBe('listed-packages');
    },
  );
});
