// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Finding, type Package, parser } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { bomPackages, readSbom } from '../sbom/read-sbom.ts';
import { toCycloneDx } from '../sbom/write-cyclonedx.ts';
import { toSpdx } from '../sbom/write-spdx.ts';
import { toSpdx3 } from '../sbom/write-spdx3.ts';
import { catalogTree } from '../scan/catalog-tree.ts';
import { memoryImage, openedMemoryImage } from '../testing/memory-image.ts';
import { treeOf } from '../testing/trees.ts';
import { copyrightLicences } from './copyright-file.ts';
import { expressionOf, readExpression, writeExpression } from './expression.ts';
import { licenceFindings, readLicencePolicy } from './policy.ts';

const spdx = (stated: string): string | undefined => {
  const expression = readExpression(stated);
  return expression === undefined ? undefined : writeExpression(expression);
};

describe('licences as packages write them', () => {
  it.each([
    ['MIT', 'MIT'],
    ['mit', 'MIT'],
    ['Expat', 'MIT'],
    ['(MIT OR Apache-2.0)', 'MIT OR Apache-2.0'],
    ['MIT or Apache-2.0 and ISC', 'MIT OR (Apache-2.0 AND ISC)'],
    ['(MIT or Apache-2.0) and ISC', '(MIT OR Apache-2.0) AND ISC'],
    ['GPLv2+', 'GPL-2.0-or-later'],
    ['GPL-2', 'GPL-2.0-only'],
    ['GPL-3+', 'GPL-3.0-or-later'],
    ['LGPL-2.1', 'LGPL-2.1-only'],
    ['LGPLv2+ and ASL 2.0', 'LGPL-2.0-or-later AND Apache-2.0'],
    ['AGPL-3.0', 'AGPL-3.0-only'],
    ['GPL', 'GPL-1.0-or-later'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['GNU General Public License v3 or later (GPLv3+)', 'GPL-3.0-or-later'],
    ['GPL-3+ with Bison exception', 'GPL-3.0-or-later WITH Bison-exception-2.2'],
    ['Public Domain', 'LicenseRef-public-domain'],
    ['SEE LICENSE IN LICENSE.txt', undefined],
    ['MIT AND', undefined],
    ['(MIT', undefined],
    ['MIT) OR (ISC', undefined],
    ['OR', undefined],
    ['GPL-9', undefined],
    ['', undefined],
  ])('%s is %s', (stated, expected) => {
    expect(spdx(stated)).toBe(expected);
  });

  it('are one expression only when each of them is known', () => {
    const text = (licenses: string[]): string | undefined => {
      const expression = expressionOf(licenses);
      return expression === undefined ? undefined : writeExpression(expression);
    };
    expect(text(['MIT', 'GPL-2+ or ISC'])).toBe('MIT AND (GPL-2.0-or-later OR ISC)');
    expect(text(['MIT', 'my own'])).toBeUndefined();
    expect(text([])).toBeUndefined();
  });

  it('read what they wrote, and end on any text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('MIT', 'ISC', 'GPL-2.0-only', 'AND', 'OR', 'WITH', '(', ')', 'LLVM-exception', 'x'),
          { maxLength: 40 },
        ),
        (words) => {
          const once = spdx(words.join(' '));
          if (once !== undefined) expect(spdx(once)).toBe(once);
        },
      ),
      { seed: 3, numRuns: 3_000 },
    );
    expect(spdx('('.repeat(2_000))).toBeUndefined();
    expect(spdx(`${'('.repeat(30)}MIT${')'.repeat(30)}`)).toBe('MIT');
    expect(spdx(`MIT${' OR MIT'.repeat(5_000)}`)).toBeUndefined();
  });
});

const COPYRIGHT = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: x

Files: *
Copyright: 2020 A
License: Expat

Files: debian/*
License:
 GPL-2+
 This is the text.

License: Expat
 Permission is hereby granted
`;

describe('copyright files of Debian', () => {
  it('say each short name once, also where it stands in the next line', () => {
    expect(copyrightLicences(COPYRIGHT)).toEqual(['Expat', 'GPL-2+']);
  });

  it('say nothing in another form, and end on hostile ones', () => {
    expect(copyrightLicences('This package was debianized by A. License: GPL')).toEqual([]);
    const many = `${COPYRIGHT}${Array.from({ length: 5_000 }, (_, at) => `License: L${at}\n`).join('')}`;
    expect(copyrightLicences(many)).toHaveLength(32);
    expect(copyrightLicences(`${COPYRIGHT}License: ${'x'.repeat(1_000_000)}`)).toEqual(['Expat', 'GPL-2+']);
  });
});

const files: Readonly<Record<string, string>> = {
  '/etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
  '/var/lib/dpkg/status': 'Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n\nPackage: c\nVersion: 1\n\n',
  '/usr/share/doc/a/copyright': COPYRIGHT,
  '/app/node_modules/n/package.json': '{"name":"n","version":"1.0.0","license":"(MIT OR GPL-3.0)"}',
  '/app/node_modules/o/package.json':
    '{"name":"o","version":"1.0.0","licenses":[{"type":"BSD-3-Clause"},{"type":"MIT"}]}',
  '/usr/lib/python3/dist-packages/p.dist-info/METADATA':
    'Name: p\nVersion: 1.0\nLicense: long text\nClassifier: License :: OSI Approved :: MIT License\n\n',
  '/usr/lib/ruby/specifications/g-1.gemspec':
    's.name = "g"\ns.version = "1"\ns.licenses = ["MIT".freeze, "Ruby".freeze]\n',
  '/lib/apk/db/installed': 'P:k\nV:1-r0\nL:GPL-2.0-only AND MIT\n\n',
};
const EXPECTED = {
  a: ['Expat', 'GPL-2+'],
  b: ['Expat', 'GPL-2+'],
  c: undefined,
  n: ['(MIT OR GPL-3.0)'],
  o: ['BSD-3-Clause OR MIT'],
  p: ['MIT License'],
  g: ['MIT', 'Ruby'],
  k: ['GPL-2.0-only AND MIT'],
};

describe('catalogers', () => {
  it('give what packages declare, in folders and in images', async () => {
    const tree = treeOf({ ...files, '/usr/share/doc/b': '-> a' });
    const of = (packages: readonly { name: string; licenses?: readonly string[] }[]) =>
      Object.fromEntries(packages.map(({ name, licenses }) => [name, licenses]));
    const now = (): number => 0;
    expect(of(catalogTree({ tree, limits: DEFAULT_LIMITS, now }).packages)).toEqual(EXPECTED);
    const entries = Object.entries(files).map(([path, content]) => ({ path: path.slice(1), content }));
    const image = await openedMemoryImage(
      memoryImage([entries, [{ path: 'usr/share/doc/b', type: '2', target: 'a' }]]),
    );
    expect(of(catalogTree({ tree: image.tree, limits: DEFAULT_LIMITS, now }).packages)).toEqual(EXPECTED);
  });
});

const pkg = (name: string, licenses?: string[]): Package => ({
  name,
  version: '1',
  ecosystem: 'npm',
  purl: `pkg:npm/${name}@1`,
  cataloger: 'npm',
  locations: [`/app/${name}`],
  ...(licenses === undefined ? {} : { licenses }),
});
const PACKAGES = [
  pkg('choice', ['MIT OR GPL-3.0-only']),
  pkg('both', ['MIT AND GPL-3.0-only']),
  pkg('free', ['MIT']),
  pkg('net', ['AGPL-3.0-or-later']),
  pkg('odd', ['my own']),
  pkg('none'),
  pkg('mixed', ['GPL-3+', 'my own']),
];
const refused = (deny: string[], allow: string[] = []): string[] => {
  const policy = readLicencePolicy({ deny, allow });
  if (!policy.ok) throw new Error(policy.error.detail);
  const place = {
    cluster: 'local',
    tenant: 'default',
    subject: { workload: 'scan', kind: 'Container', namespace: '', name: 'x' },
    nowMs: 0,
  } as const;
  const findings = licenceFindings(PACKAGES, policy.value, place);
  for (const one of findings) expect(parser(Finding)(one)).toMatchObject({ ok: true });
  return findings.map((one) => one.package?.name ?? '');
};

describe('a licence policy', () => {
  it('refuses ids and categories; one alternative that may be used is enough', () => {
    expect(refused(['GPL-3.0-only'])).toEqual(['both']);
    expect(refused(['gplv3'])).toEqual(['both']);
    expect(refused(['strong-copyleft', 'network-copyleft'])).toEqual(['both', 'net', 'mixed']);
    expect(refused(['MIT', 'GPL-3.0-only'])).toEqual(['choice', 'both', 'free']);
    expect(refused(['unknown'])).toEqual(['odd', 'none', 'mixed']);
  });

  it('refuses everything else where something is allowed', () => {
    expect(refused([], ['permissive'])).toEqual(['both', 'net', 'odd', 'none', 'mixed']);
    expect(refused([], ['permissive', 'unknown', 'network-copyleft'])).toEqual(['both', 'mixed']);
  });

  it('refuses a word that would never match', () => {
    expect(readLicencePolicy({ deny: ['copyright'], allow: [] })).toMatchObject({
      ok: false,
      error: { code: 'E_LICENSE_POLICY', detail: 'copyright' },
    });
  });
});

describe('bills of materials', () => {
  const bom = {
    subject: { kind: 'directory', name: 'x' },
    packages: PACKAGES,
    distribution: { id: 'unknown', versionId: '' },
    createdAt: '2026-01-01T00:00:00Z',
    toolVersion: '1',
    isComplete: true,
  } as const;

  it('carry ids, expressions and names', () => {
    const text = JSON.stringify(toCycloneDx(bom, '1.6'));
    expect(text).toContain('"licenses":[{"license":{"id":"MIT"}}]');
    expect(text).toContain('"licenses":[{"expression":"MIT OR GPL-3.0-only"}]');
    expect(text).toContain('"licenses":[{"license":{"name":"my own"}}]');
    expect(text).toContain('[{"license":{"id":"GPL-3.0-or-later"}},{"license":{"name":"my own"}}]');
    expect(JSON.stringify(toSpdx(bom))).toContain('"licenseDeclared":"MIT AND GPL-3.0-only"');
    expect(JSON.stringify(toSpdx3(bom))).toContain('"simplelicensing_licenseExpression":"AGPL-3.0-or-later"');
  });

  it.each([
    ['CycloneDX', toCycloneDx(bom, '1.6')],
    ['SPDX', toSpdx(bom)],
    ['SPDX 3', toSpdx3(bom)],
  ])('give them back when they are read: %s', (_name, document) => {
    const bytes = readSbom(Buffer.from(JSON.stringify(document)), 'x.json');
    const read = bytes.ok ? bomPackages(bytes.value) : [];
    expect(Object.fromEntries(read.map(({ name, licenses }) => [name, licenses]))).toEqual({
      choice: ['MIT OR GPL-3.0-only'],
      both: ['MIT AND GPL-3.0-only'],
      free: ['MIT'],
      net: ['AGPL-3.0-or-later'],
      odd: ['my own'],
      mixed: ['GPL-3+', 'my own'],
      none: undefined,
    });
  });
});
