// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Package, Package as PackageSchema, parser } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlausible } from '../catalogers/package.ts';
import { mergePackages } from '../scan/merge-packages.ts';
import { BOM_FORMATS, type Bom, type BomFormat, instantOf, uuidOf } from './bom.ts';
import { parseSbom, readSbom } from './read-sbom.ts';
import { writeBom } from './write-bom.ts';

const PACKAGES: Package[] = [
  {
    name: 'gcc-12-base',
    version: '12.2.0-14',
    ecosystem: 'Debian:12',
    purl: 'pkg:deb/debian/gcc-12-base@12.2.0-14?arch=amd64',
    cataloger: 'dpkg',
    sourceName: 'gcc-12',
    sourceVersion: '12.2.0-14',
    architecture: 'amd64',
    layer: 'sha256:aa',
    locations: ['/var/lib/dpkg/status'],
  },
  {
    name: 'bash',
    version: '1:5.1.8-9.el9',
    ecosystem: 'AlmaLinux:9',
    purl: 'pkg:rpm/almalinux/bash@5.1.8-9.el9?arch=x86_64&epoch=1',
    cataloger: 'rpm',
    architecture: 'x86_64',
    module: 'nodejs:18',
    locations: ['/var/lib/rpm/rpmdb.sqlite'],
  },
  {
    name: 'org.apache.logging.log4j:log4j-core',
    version: '2.14.1',
    ecosystem: 'Maven',
    purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
    cataloger: 'java',
    locations: ['/app/a.jar', '/app/b.jar!lib/c.jar'],
  },
  {
    name: '@scope/pkg',
    version: '1.0.0',
    ecosystem: 'npm',
    purl: 'pkg:npm/%40scope/pkg@1.0.0',
    cataloger: 'npm',
    ownedBy: 'node-scope',
    role: 'editor-extension',
    locations: ['/usr/share/nodejs/@scope/pkg/package.json'],
  },
  {
    name: 'nginx',
    version: '1.25.3',
    ecosystem: '(generic)',
    purl: 'pkg:generic/nginx@1.25.3',
    cataloger: 'binaries',
    cpe: 'cpe:2.3:a:f5:nginx:1.25.3:*:*:*:*:*:*:*',
    locations: ['/opt/nginx'],
  },
];
const bomOf = (packages: readonly Package[] = PACKAGES): Bom => ({
  subject: { kind: 'image', name: 'example:1', digest: `sha256:${'ab'.repeat(32)}` },
  packages,
  distribution: { id: 'debian', versionId: '12' },
  createdAt: '2026-01-02T03:04:05Z',
  toolVersion: '0.1.0',
  isComplete: true,
});
const again = (bom: Bom, format: BomFormat): Package[] => {
  const read = readSbom(Buffer.from(writeBom(bom, format)), '/x.json');
  if (!read.ok) throw new Error(read.error.detail);
  expect(read.value.problems).toEqual([]);
  return mergePackages(read.value.packages);
};
const sorted = (packages: readonly Package[]): Package[] =>
  [...packages].sort((a, b) => (a.purl < b.purl ? -1 : 1));

describe.each(BOM_FORMATS)('a bill of materials as %s', (format) => {
  it('comes back as it was written', () => {
    expect(again(bomOf(), format)).toEqual(sorted(PACKAGES));
    for (const one of again(bomOf(), format)) expect(parser(PackageSchema)(one)).toMatchObject({ ok: true });
  });

  it('is the same text for the same content, and another for any other', () => {
    const text = writeBom(bomOf(), format);
    expect(writeBom(structuredClone(bomOf()), format)).toBe(text);
    expect(writeBom(bomOf(PACKAGES.slice(1)), format)).not.toBe(text);
    expect(text).not.toContain(new Date().toISOString().slice(0, 10));
  });

  it('says when it is not all of it', () => {
    expect(writeBom({ ...bomOf(), isComplete: false }, format)).toContain('incomplete');
    expect(writeBom(bomOf(), format)).not.toContain('incomplete');
  });

  it('gives each of two packages with one package URL a reference of its own', () => {
    const [first] = PACKAGES;
    if (first === undefined) throw new Error('there is a package');
    const document = JSON.parse(writeBom(bomOf([first, { ...first, ownedBy: 'x' }]), format)) as object;
    const ids = [...JSON.stringify(document).matchAll(/"(?:bom-ref|SPDXID|spdxId)":"([^"]+)"/g)].map(
      ([, id]) => id,
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('holds any text that a package may have', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((one) => isPlausible(one) && one.trim() === one);
    fc.assert(
      fc.property(text, text, (name, version) => {
        const purl = `pkg:npm/${encodeURIComponent(name)}@${encodeURIComponent(version)}`;
        const packages = [{ name, version, ecosystem: 'npm', purl, cataloger: 'npm', locations: ['/a'] }];
        expect(again(bomOf(packages), format)).toMatchObject([{ name, version, purl }]);
      }),
      { seed: 21, numRuns: 100 },
    );
  });
});

describe('a document that is too large', () => {
  const problemsOf = (document: object): string[] => {
    const read = readSbom(Buffer.from(JSON.stringify(document)), '/x.json');
    if (!read.ok) throw new Error(read.error.detail);
    return read.value.problems.map(({ code, told }) => `${code}: ${told.en} / ${told.ja}`);
  };
  const limit = (count: number): string =>
    `scan.limit: ${count} entries or more are not read: the document is nested too deep, or has too many / ` +
    `${count} 件以上の項目を読み取っていません。文書の入れ子が深すぎるか、項目が多すぎます`;
  const log4j = {
    name: 'log4j-core',
    version: '2.14.1',
    purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
  };
  const under = (depth: number): object =>
    depth === 0 ? log4j : { name: 'a', version: '1', components: [under(depth - 1)] };

  it('by its depth says what is not read', () => {
    const documentOf = (depth: number) => ({ bomFormat: 'CycloneDX', components: [under(depth)] });
    expect(problemsOf(documentOf(66))).toEqual([limit(1)]);
    expect(problemsOf(documentOf(64))).toEqual([]);
  });
});

describe('the time of a document', () => {
  it.each([
    ['2023-05-04T03:02:01.123456789Z', '2023-05-04T03:02:01Z'],
    ['2023-05-04T03:02:01+09:00', '2023-05-03T18:02:01Z'],
    ['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['yesterday', '1970-01-01T00:00:00Z'],
    [undefined, '1970-01-01T00:00:00Z'],
  ])('of an image made at %s is %s', (stated, expected) => {
    expect(instantOf(stated)).toBe(expected);
  });

  it('is no part of chance: neither is its id', () => {
    expect(uuidOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOf('a')).toBe(uuidOf('a'));
    expect(uuidOf('a')).not.toBe(uuidOf('b'));
  });
});

const read = (document: unknown) => {
  const result = readSbom(Buffer.from(JSON.stringify(document)), '/sbom.json');
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
};

describe('documents of others', () => {
  it('name the system in their package URLs', () => {
    const component = {
      type: 'library',
      name: 'libc6',
      version: '2.36-9',
      purl: 'pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc%402.36',
    };
    expect(read({ bomFormat: 'CycloneDX', specVersion: '1.5', components: [component] })).toMatchObject({
      distribution: { id: 'debian', versionId: '12' },
      packages: [
        { ecosystem: 'Debian:12', sourceName: 'glibc', sourceVersion: '2.36', architecture: 'amd64' },
      ],
    });
  });

  it('name the system as a component, and sources as properties of other tools', () => {
    const components = [
      { type: 'operating-system', name: 'alpine', version: '3.18.4' },
      {
        type: 'library',
        name: 'libcrypto3',
        version: '3.1.3-r0',
        purl: 'pkg:apk/alpine/libcrypto3@3.1.3-r0',
        properties: [{ name: 'aquasecurity:trivy:SrcName', value: 'openssl' }],
      },
      {
        type: 'framework',
        name: 'outer',
        version: '1',
        purl: 'pkg:npm/outer@1',
        components: [{ type: 'library', name: 'inner', version: '2', purl: 'pkg:npm/inner@2' }],
      },
    ];
    expect(read({ bomFormat: 'CycloneDX', specVersion: '1.4', components }).packages).toMatchObject([
      { ecosystem: 'Alpine:v3.18', sourceName: 'openssl' },
      { name: 'outer' },
      { name: 'inner', ecosystem: 'npm' },
    ]);
  });

  it('are read as syft writes them, without its guessed CPEs', () => {
    const bom = read({
      artifacts: [
        {
          name: 'libssl3',
          version: '3.0.11',
          type: 'deb',
          purl: 'pkg:deb/debian/libssl3@3.0.11',
          cpes: ['cpe:2.3:a:x:y:1'],
          locations: [{ path: '/var/lib/dpkg/status', layerID: 'sha256:1' }],
          metadata: { source: 'openssl', architecture: 'amd64' },
        },
        { name: 'x', version: 'UNKNOWN', type: 'npm' },
      ],
      distro: { id: 'debian', versionID: '12' },
      schema: { version: '16.0.0' },
    });
    expect(bom).toMatchObject({
      format: 'syft',
      entries: 2,
      packages: [
        {
          name: 'libssl3',
          ecosystem: 'Debian:12',
          sourceName: 'openssl',
          layer: 'sha256:1',
          location: '/var/lib/dpkg/status',
        },
      ],
      problems: [
        { code: 'scan.unsupported', detail: '1 entries without a name and version that can be compared' },
      ],
    });
    expect(bom.packages[0]?.cpe).toBeUndefined();
  });

  it('name the module of an rpm as syft does', () => {
    const label = 'nodejs:18:8060020221102:abc';
    const one = { name: 'nodejs', version: '18.12.1-2', purl: 'pkg:rpm/almalinux/nodejs@18.12.1-2' };
    const syft = read({
      artifacts: [{ ...one, type: 'rpm', metadata: { modularityLabel: label } }],
      distro: { id: 'almalinux', versionID: '8.7' },
      schema: { version: '16.0.0' },
    });
    const properties = [{ name: 'syft:metadata:modularityLabel', value: label }];
    const components = [{ type: 'library', ...one, properties }];
    const cyclonedx = read({ bomFormat: 'CycloneDX', specVersion: '1.6', components });
    for (const bom of [syft, cyclonedx]) expect(bom.packages).toMatchObject([{ module: 'nodejs:18' }]);
  });

  it('are read as tag-value', () => {
    const text =
      'SPDXVersion: SPDX-2.2\nDocumentName: x\nPackageName: a\nPackageVersion: 1.0\nExternalRef: PACKAGE-MANAGER purl pkg:pypi/a@1.0\nPackageComment: <text>\nPackageName: hidden\n</text>\nPackageName: b\nPackageVersion: 2.0\n';
    const bom = readSbom(Buffer.from(text), '/x.spdx');
    expect(bom).toMatchObject({
      ok: true,
      value: {
        specVersion: '2.2',
        packages: [
          { name: 'a', type: 'pypi' },
          { name: 'b', type: 'generic' },
        ],
      },
    });
  });

  const HEAD = 'SPDXVersion: SPDX-2.2\nDocumentName: x\n';
  it.each([
    ['longer values that do not end', (size: number) => '<text>'.repeat(size / 6)],
    [
      'longer values that are opened again',
      (size: number) => `${'<text>'.repeat(size / 12)}</text>${'<text>'.repeat(size / 12)}`,
    ],
    ['a line of blanks', (size: number) => `PackageName: a${' '.repeat(size)}b\n`],
    ['lines of blanks', (size: number) => `PackageName: a${' '.repeat(4000)}b\n`.repeat(size / 4016)],
    ['a line without a colon', (size: number) => 'a'.repeat(size)],
    [
      'references of one package',
      (size: number) => `PackageName: a\n${'ExternalRef: a b c\n'.repeat(size / 19)}`,
    ],
  ])('are read as tag-value in the time of their size: %s', (_what, make) => {
    const bytes = Buffer.from(`${HEAD}${make(4 * 1024 * 1024)}`);
    const startedMs = performance.now();
    expect(readSbom(bytes, '/x.spdx').ok).toBe(true);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  it('are read as tag-value like any other text that has its tags and values (property)', () => {
    const pieces = [
      '<text>',
      '</text>',
      'PackageName',
      'PackageVersion',
      ':',
      ' ',
      '\t',
      '\r',
      '\n',
      'a',
      '1.0',
      '\u2028',
    ];
    /** What a line says, by the expression of the form. */
    const expected = (text: string): string[] =>
      text
        .replace(/<text>[\s\S]*?<\/text>/g, '')
        .split('\n')
        .flatMap((line) => {
          const [, tag, value] = /^([A-Za-z]{1,64}):\s*(.*?)\s*$/.exec(line) ?? [];
          return tag === 'PackageName' ? [value ?? ''] : [];
        });
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (parts) => {
        const text = `${HEAD}${parts.join('')}`;
        const bom = parseSbom(Buffer.from(text));
        expect(bom.ok && bom.value.entries.map(({ name }) => name)).toEqual(expected(text));
      }),
    );
  });

  it('do not make packages of images and files', () => {
    expect(
      read({
        spdxVersion: 'SPDX-2.3',
        packages: [
          { name: 'image', versionInfo: 'sha256:x', primaryPackagePurpose: 'CONTAINER' },
          {
            name: 'nginx',
            versionInfo: '1',
            externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:oci/nginx@sha256:x' }],
          },
        ],
      }).packages,
    ).toEqual([]);
  });

  it.each([
    ['text', 'hello'],
    ['a list', '[]'],
    ['other JSON', '{"a":1}'],
    ['nothing', ''],
    ['half a document', '{"bomFormat":"CycloneDX","components":['],
  ])('are refused when they are %s', (_name, text) => {
    expect(readSbom(Buffer.from(text), '/x')).toMatchObject({ ok: false, error: { code: 'E_SBOM_INVALID' } });
  });

  it('never throw, whatever is in their fields', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom('bomFormat', 'spdx', 'spdx3', 'syft'),
        (value, kind) => {
          const documents: Record<string, unknown> = {
            bomFormat: {
              bomFormat: 'CycloneDX',
              components: [value, { name: value, version: value, purl: value, properties: value }],
              metadata: value,
            },
            spdx: {
              spdxVersion: 'SPDX-2.3',
              packages: [value, { name: value, versionInfo: value, externalRefs: [value], comment: value }],
            },
            spdx3: {
              '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
              '@graph': [value, { type: 'software_Package', name: value, externalIdentifier: value }],
            },
            syft: {
              artifacts: [value, { name: value, version: value, locations: value, metadata: value }],
              schema: {},
              distro: value,
            },
          };
          expect(readSbom(Buffer.from(JSON.stringify(documents[kind])), '/x').ok).toBe(true);
        },
      ),
      { seed: 22, numRuns: 300 },
    );
  });
});
