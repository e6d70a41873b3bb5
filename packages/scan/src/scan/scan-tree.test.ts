// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  CoverageEntry as CoverageSchema,
  type Package,
  Package as PackageSchema,
  parser,
} from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import type { AdvisoryPack } from '../advisories/pack.ts';
import type { AdvisoryRow } from '../advisories/row.ts';
import { DEFAULT_LIMITS, type ScanLimits } from '../catalogers/cataloger.ts';
import { CATALOGERS } from '../catalogers/registry.ts';
import { readSbom } from '../sbom/read-sbom.ts';
import { elfOf, inlineBuildInfo } from '../testing/elf.ts';
import { packOf } from '../testing/packs.ts';
import { DEBIAN_12, treeOf, zipOf } from '../testing/trees.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { type CatalogProgress, catalogTree } from './catalog-tree.ts';
import { mergePackages } from './merge-packages.ts';
import { matchPackages, packagesOf, type ScanReport, scanTree } from './scan-tree.ts';

const row = (id: string, fixed: string): AdvisoryRow => ({
  id,
  kind: 'vulnerability',
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  source: 'test',
});

const FILES: Record<string, string | Buffer> = {
  '/etc/os-release': DEBIAN_12,
  '/var/lib/dpkg/status':
    'Package: openssl\nStatus: install ok installed\nVersion: 3.0.19-1~deb12u2\nArchitecture: amd64\n\nPackage: python3-six\nVersion: 1.16-1\nArchitecture: all\n\n',
  '/var/lib/dpkg/info/python3-six.list':
    '/.\n/usr/lib/python3/dist-packages/six-1.16.egg-info\n/lib/old-place/x.dist-info/METADATA\n',
  '/usr/lib/python3/dist-packages/six-1.16.egg-info': 'Name: six\nVersion: 1.16\n',
  '/app/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}',
  '/other/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}',
  '/app/lib/x-1.0.jar': zipOf({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n' }),
};

const PACK = packOf({
  'Debian:12 openssl': [row('CVE-2026-0001', '3.0.20-1~deb12u1')],
  'npm minimist': [row('CVE-2021-44906', '1.2.6')],
  'PyPI six': [row('PYSEC-1', '99')],
});

const scan = (
  tree: FileTree = treeOf(FILES),
  pack: AdvisoryPack = PACK,
  limits: Partial<ScanLimits> = {},
): ScanReport => scanTree({ tree, pack, limits: { ...DEFAULT_LIMITS, ...limits }, now: () => 1_000 });

describe('scanTree', () => {
  it('finds packages of every kind in one pass and holds them against the pack', () => {
    const report = scan();
    expect(report.distribution.prettyName).toBe('Debian GNU/Linux 12 (bookworm)');
    expect(report.packages.map((found) => `${found.ecosystem} ${found.name}`)).toEqual([
      'Debian:12 openssl',
      'Debian:12 python3-six',
      'Maven (group unknown) x',
      'npm minimist',
      'PyPI six',
    ]);
    expect(report.findings.map((found) => found.vulnerability.id)).toEqual([
      'CVE-2021-44906',
      'CVE-2026-0001',
    ]);
    expect(report.incomplete).toEqual([]);
  });

  it('joins the places of one package', () => {
    const found = scan().packages.find((one) => one.name === 'minimist');
    expect(found?.locations).toEqual([
      '/app/node_modules/minimist/package.json',
      '/other/node_modules/minimist/package.json',
    ]);
  });

  it('knows which language packages the distribution owns', () => {
    const report = scan();
    expect(report.packages.find((one) => one.name === 'six')?.ownedBy).toBe('python3-six');
    expect(report.verdicts.find((one) => one.package.name === 'six')?.assessment).toBe(
      'owned-by-distribution',
    );
  });

  const idsOf = (report: ScanReport): string[] => report.findings.map((one) => one.vulnerability.id);

  it.each([
    ['without a package', {}],
    ['of a package that only its name shares', { '/lib/apk/db/installed': 'P:x\nV:1\n\n' }],
    [
      'of a package that was removed',
      { '/var/lib/dpkg/status': 'Package: x\nStatus: deinstall ok config-files\nVersion: 1\n\n' },
    ],
  ])('believes no list of files %s', (_what, files) => {
    const report = scan(
      treeOf({
        '/etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\n',
        '/var/lib/dpkg/info/x.list': '/usr/lib/node_modules/minimist/package.json\n',
        '/usr/lib/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}',
        ...files,
      }),
    );
    expect(idsOf(report)).toEqual(['CVE-2021-44906']);
    expect(report.packages.find((one) => one.name === 'minimist')?.ownedBy).toBeUndefined();
  });

  const owned = (place: string): FileTree =>
    treeOf({
      '/etc/os-release': DEBIAN_12,
      '/var/lib/dpkg/status': 'Package: gitlab-ee\nVersion: 17.0.0-ee.0\nArchitecture: amd64\n\n',
      '/var/lib/dpkg/info/gitlab-ee:amd64.list': `${place}/node_modules/minimist/package.json\n`,
      [`${place}/node_modules/minimist/package.json`]: '{"name":"minimist","version":"1.2.5"}',
    });

  it.each(['/opt/gitlab', '/usr/local/lib', '/app', '/srv/x', '/home/x', '/root'])(
    'judges what a package puts into %s, where no distribution puts anything',
    (place) => {
      const report = scan(owned(place));
      expect(idsOf(report)).toEqual(['CVE-2021-44906']);
      // Whose file it is stays known.
      expect(report.packages.find((one) => one.name === 'minimist')?.ownedBy).toBe('gitlab-ee');
    },
  );

  const byVendor = (maintainer: string): ScanReport => {
    const folder = '/usr/lib/node_modules/minimist';
    return scan(
      treeOf({
        '/etc/os-release': DEBIAN_12,
        '/var/lib/dpkg/status': `Package: kubelet\nVersion: 1.29.0-1.1\nMaintainer: ${maintainer}\n\n`,
        '/var/lib/dpkg/info/kubelet.list': `${folder}/package.json\n`,
        [`${folder}/package.json`]: '{"name":"minimist","version":"1.2.5"}',
      }),
    );
  };

  it('judges what a package of a vendor puts anywhere, and calls the package itself not covered', () => {
    const report = byVendor('Kubernetes Authors <dev@kubernetes.io>');
    expect(idsOf(report)).toEqual(['CVE-2021-44906']);
    expect(report.packages.find((one) => one.name === 'minimist')?.ownedBy).toBe('kubelet');
    const kubelet = report.verdicts.find((one) => one.package.name === 'kubelet');
    expect([kubelet?.package.ecosystem, kubelet?.assessment]).toEqual(['kubernetes.io (deb)', 'not-covered']);
    expect(report.coverage.find((one) => one.ecosystem === 'kubernetes.io (deb)')?.state).toBe('not-covered');
  });

  it.each(['A Maintainer <somebody@example.org>', 'dev@kubernetes.io <x@debian.org>', 'nobody'])(
    'leaves what a package of %s brings to the feed of the distribution',
    (maintainer) => {
      const report = byVendor(maintainer);
      expect(idsOf(report)).toEqual([]);
      expect(report.packages.find((one) => one.name === 'kubelet')?.ecosystem).toBe('Debian:12');
    },
  );

  it('leaves what a package puts elsewhere to the feed of the distribution', () => {
    expect(idsOf(scan(owned('/usr/share/gitlab')))).toEqual([]);
  });

  it('says of each ecosystem whether the pack could judge it', () => {
    expect(scan().coverage).toEqual([
      { ecosystem: 'Debian:12', state: 'partial', packages: 2, withoutData: 0 },
      {
        ecosystem: 'Maven (group unknown)',
        state: 'not-covered',
        packages: 1,
        withoutData: 1,
        reason: {
          en: 'no advisory feed that we read judges these packages',
          ja: 'これらのパッケージを対象とする脆弱性情報の提供元がありません',
        },
      },
      { ecosystem: 'PyPI', state: 'partial', packages: 1, withoutData: 0 },
      { ecosystem: 'npm', state: 'partial', packages: 2 - 1, withoutData: 0 },
    ]);
  });

  it('says no data where the pack has no rows of an ecosystem', () => {
    const report = scan(treeOf(FILES), packOf({ 'npm other': [row('X-1', '1')] }));
    expect(report.findings).toEqual([]);
    expect(report.coverage[0]).toEqual({
      ecosystem: 'Debian:12',
      state: 'no-data',
      packages: 2,
      withoutData: 2,
      reason: {
        en: 'the advisory pack has no rows of this ecosystem',
        ja: '脆弱性情報パックに、このエコシステムのデータがありません',
      },
    });
  });

  it('is never clean on an unknown distribution', () => {
    const report = scan(treeOf({ ...FILES, '/etc/os-release': 'ID=newdistro\nVERSION_ID=1\n' }));
    expect(report.coverage.find((one) => one.ecosystem === 'newdistro:1 (deb)')).toMatchObject({
      state: 'not-covered',
      withoutData: 2,
    });
    const nameless = scan(treeOf({ '/var/lib/dpkg/status': FILES['/var/lib/dpkg/status'] ?? '' }));
    expect(nameless.coverage).toMatchObject([{ ecosystem: 'unknown (deb)', state: 'not-covered' }]);
  });

  it('is never covered by a sample', () => {
    const sample = packOf({ 'Debian:12 openssl': [row('CVE-2026-0001', '3.0.20-1~deb12u1')] }, {}, 'sample');
    const report = scan(treeOf(FILES), sample);
    expect(report.pack.kind).toBe('sample');
    expect(report.coverage[0]).toMatchObject({
      state: 'partial',
      withoutData: 1,
      reason: { en: 'the advisory pack is a sample: it cannot judge a machine' },
    });
  });

  it('gives the same report for the same tree', () => {
    expect(JSON.stringify(scan())).toBe(JSON.stringify(scan()));
  });

  it('orders findings by how much they press', () => {
    const rows = ['a', 'b', 'c', 'd'].map((name, at) => ({ name, id: `CVE-2026-100${at}` }));
    const pack = packOf(Object.fromEntries(rows.map(({ name, id }) => [`npm ${name}`, [row(id, '9')]])), {
      'CVE-2026-1000': {
        rating: { label: 'low', source: 's' },
        kev: { addedOn: '2026-01-01', isRansomware: false },
      },
      'CVE-2026-1001': { rating: { label: 'critical', source: 's' } },
      'CVE-2026-1002': {
        rating: { label: 'high', source: 's' },
        epss: { probability: 0.1, percentile: 0.1, scoredOn: '2026-01-01' },
      },
      'CVE-2026-1003': {
        rating: { label: 'high', source: 's' },
        epss: { probability: 0.9, percentile: 0.9, scoredOn: '2026-01-01' },
      },
    });
    const files = Object.fromEntries(
      rows.map(({ name }) => [
        `/node_modules/${name}/package.json`,
        JSON.stringify({ name, version: '1.0.0' }),
      ]),
    );
    expect(scan(treeOf(files), pack).findings.map((one) => one.package.name)).toEqual(['a', 'b', 'd', 'c']);
  });

  it('reports packages and coverage in the form of the contracts', () => {
    const report = scan();
    for (const found of report.packages) expect(parser(PackageSchema)(found)).toMatchObject({ ok: true });
    for (const entry of report.coverage) expect(parser(CoverageSchema)(entry)).toMatchObject({ ok: true });
  });
});

describe('catalogTree', () => {
  const catalog = (tree: FileTree, limits: Partial<ScanLimits> = {}, more: object = {}) =>
    catalogTree({ tree, limits: { ...DEFAULT_LIMITS, ...limits }, now: () => 0, ...more });

  it('goes on when a cataloger breaks, and says so', () => {
    const broken = {
      ...(CATALOGERS[0] ?? never()),
      id: 'broken',
      fixed: () => {
        throw new RangeError('boom');
      },
    };
    const result = catalog(treeOf(FILES), {}, { catalogers: [broken, ...CATALOGERS.slice(1)] });
    expect(result.problems).toMatchObject([
      { code: 'scan.malformed', path: 'broken', detail: 'RangeError: boom' },
    ]);
    expect(result.packages.some((found) => found.name === 'minimist')).toBe(true);
  });

  it('stops at the limit of packages, and says so once', () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [
        `/node_modules/p${at}/package.json`,
        JSON.stringify({ name: `p${at}`, version: '1' }),
      ]),
    );
    const result = catalog(treeOf(files), { packages: 10 });
    expect(result.packages).toHaveLength(10);
    expect(result.problems).toMatchObject([{ code: 'scan.limit', detail: 'more than 10 packages' }]);
  });

  it('bounds its list of problems', () => {
    const files = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`/node_modules/p${at}/package.json`, 'broken']),
    );
    const { problems } = catalog(treeOf(files));
    expect(problems).toHaveLength(201);
    expect(problems.at(-1)?.detail).toBe('300 more problems are not listed');
  });

  it('says when the walk was cut short', () => {
    expect(catalog(treeOf(FILES), { entries: 3 }).problems).toMatchObject([{ code: 'scan.limit' }]);
    expect(
      catalog(treeOf(FILES), { depth: 1 })
        .problems.map((one) => one.detail)
        .join(),
    ).toContain('nested too deep');
  });

  it('does not look into excluded directories', () => {
    const names = catalog(treeOf(FILES), {}, { exclude: ['/app'] }).packages.map((found) => found.location);
    expect(names.some((path) => path.startsWith('/app/'))).toBe(false);
  });

  it('tells how far it is', () => {
    const seen: CatalogProgress[] = [];
    catalog(treeOf(FILES), {}, { onProgress: (progress: CatalogProgress) => seen.push(progress) });
    expect(seen.map((progress) => progress.phase)).toEqual(['databases', 'done']);
    expect(seen.at(-1)).toMatchObject({ packages: 6 });
  });

  it('finds who owns a program that moved with /usr', () => {
    const tree = treeOf(
      {
        '/etc/os-release': DEBIAN_12,
        '/usr/bin/runc': elfOf(inlineBuildInfo('go1.19.8', 'dep\tgolang.org/x/net\tv0.1.0\th1:x\n'), {
          paddedTo: 300_000,
        }),
        '/var/lib/dpkg/status': 'Package: runc\nVersion: 1\n\n',
        '/var/lib/dpkg/info/runc.list': '/bin/runc\n',
      },
      0o755,
    );
    expect(
      packagesOf(catalog(tree))
        .filter((found) => found.ecosystem === 'Go')
        .map((found) => found.ownedBy),
    ).toEqual(['runc', 'runc']);
  });
});

describe('mergePackages', () => {
  it('keeps 32 places of a package and cuts what the contract does not hold', () => {
    const found = Array.from({ length: 100 }, (_, at) => ({
      type: 'npm' as const,
      name: 'a',
      version: 'x'.repeat(400),
      ecosystem: 'npm',
      purl: `pkg:npm/a@${'x'.repeat(400)}`,
      location: `/${at}`,
      foundBy: 'npm',
    }));
    const [merged, ...rest] = mergePackages(found);
    expect(rest).toEqual([]);
    expect(merged?.locations).toHaveLength(32);
    expect(merged?.version).toHaveLength(256);
  });

  it('keeps a place once, however often a document that lies there names the package', () => {
    const component = { type: 'library', name: 'a', version: '1.0.0', purl: 'pkg:npm/a@1.0.0' };
    const components = Array.from({ length: 33 }, () => component);
    const bom = readSbom(Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', components })), '/a.cdx.json');
    if (!bom.ok) throw new Error(bom.error.detail);
    const [first] = bom.value.packages;
    if (first === undefined) throw new Error('nothing read');
    const found = [...bom.value.packages, { ...first, location: '/b.cdx.json' }];
    expect(found).toHaveLength(34);
    expect(mergePackages(found).map(({ locations }) => locations)).toEqual([['/a.cdx.json', '/b.cdx.json']]);
  });
});

describe('matchPackages', () => {
  it('judges packages that an agent reported, without their tree', () => {
    const packages = JSON.parse(JSON.stringify(scan().packages)) as Package[];
    expect(matchPackages(packages, PACK).findings.map((one) => one.vulnerability.id)).toEqual([
      'CVE-2021-44906',
      'CVE-2026-0001',
    ]);
  });
});

const never = (): never => {
  throw new Error('there is a cataloger');
};
