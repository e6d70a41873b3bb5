// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { catalogTree } from '../../scan/catalog-tree.ts';
import { mergePackages } from '../../scan/merge-packages.ts';
import { expectUnharmed } from '../../testing/hostile.ts';
import { DEBIAN_12, names, runCataloger, treeOf } from '../../testing/trees.ts';
import { DEFAULT_LIMITS } from '../cataloger.ts';
import { sbomCataloger } from './sbom.ts';

const BITNAMI = JSON.stringify({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'PostgreSQL',
  packages: [
    {
      SPDXID: 'SPDXRef-postgresql',
      name: 'postgresql',
      versionInfo: '15.4.0-1',
      externalRefs: [
        {
          referenceCategory: 'SECURITY',
          referenceType: 'cpe23Type',
          referenceLocator: 'cpe:2.3:*:postgresql:postgresql:15.4.0:*:*:*:*:*:*:*',
        },
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: 'pkg:bitnami/postgresql@15.4.0-1?arch=amd64',
        },
      ],
    },
  ],
});
const CYCLONEDX = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  components: [
    { type: 'library', name: 'lodash', version: '4.17.20', purl: 'pkg:npm/lodash@4.17.20' },
    { type: 'library', name: 'libc6', version: '2.36', purl: 'pkg:deb/debian/libc6@2.36' },
    { type: 'file', name: '/etc/passwd' },
  ],
});
const FILES = {
  '/opt/bitnami/postgresql/.spdx-postgresql.spdx': BITNAMI,
  '/app/sbom.cdx.json': CYCLONEDX,
};

describe('the sbom cataloger', () => {
  it('lists what a document names, but for distribution packages', () => {
    const { packages, problems } = runCataloger(sbomCataloger, treeOf(FILES));
    expect(names(packages)).toEqual(['lodash 4.17.20', 'postgresql 15.4.0-1']);
    expect(packages.map((found) => [found.type, found.location])).toEqual([
      ['npm', '/app/sbom.cdx.json'],
      ['bitnami', '/opt/bitnami/postgresql/.spdx-postgresql.spdx'],
    ]);
    expect(problems).toEqual([]);
  });

  it('counts a package once that is installed and in a document', () => {
    const tree = treeOf({
      '/etc/os-release': DEBIAN_12,
      '/app/node_modules/lodash/package.json': '{"name":"lodash","version":"4.17.20"}',
      ...FILES,
    });
    const { packages } = catalogTree({ tree, limits: DEFAULT_LIMITS, now: () => 0 });
    expect(new Set(packages.map((found) => `${found.ecosystem} ${found.purl}`)).size).toBe(2);
  });

  it('does not let a document of an image rename or stand for a package that is there', () => {
    const component = (name: string, purl: string, version = '4.17.0') => ({
      ...{ type: 'library', name, version, purl },
      properties: [{ name: 'bartizan:ecosystem', value: 'npm' }],
    });
    const tree = treeOf({
      '/app/node_modules/lodash/package.json': '{"name":"lodash","version":"4.17.0"}',
      '/app/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.0"}',
      '/a.cdx.json': JSON.stringify({
        bomFormat: 'CycloneDX',
        components: [
          component('harmless', 'pkg:npm/lodash@4.17.0'),
          component('LODASH', 'pkg:npm/lodash@4.17.0'),
          component('minimist', 'pkg:npm/minimist@1.2.0', '99.0.0'),
        ],
      }),
    });
    const found = mergePackages(catalogTree({ tree, limits: DEFAULT_LIMITS, now: () => 0 }).packages);
    const known = found.map(({ name, version }) => `${name} ${version}`);
    expect(known).toEqual(expect.arrayContaining(['lodash 4.17.0', 'minimist 1.2.0']));
    expect(known).not.toContain('harmless 4.17.0');
  });

  it('says what of a document is not read', () => {
    const under = (depth: number): object =>
      depth === 0
        ? {
            name: 'log4j-core',
            version: '2.14.1',
            purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
          }
        : { name: 'a', version: '1', components: [under(depth - 1)] };
    const document = { bomFormat: 'CycloneDX', components: [under(66), { name: 'nameless' }] };
    const { problems } = runCataloger(sbomCataloger, treeOf({ '/a.cdx.json': JSON.stringify(document) }));
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'scan.limit /a.cdx.json',
      'scan.unsupported /a.cdx.json',
    ]);
  });

  it('says that a document names more than the catalogue takes', () => {
    const components = ['a', 'b', 'c'].map((name) => ({ name, version: '1', purl: `pkg:npm/${name}@1` }));
    const tree = treeOf({ '/a.cdx.json': JSON.stringify({ bomFormat: 'CycloneDX', components }) });
    const limits = { ...DEFAULT_LIMITS, packages: 2 };
    const { packages, problems } = catalogTree({ tree, limits, now: () => 0 });
    expect([packages.length, problems.map(({ code }) => code)]).toEqual([2, ['scan.limit']]);
  });

  it('does not look at documents of how npm packages were built', () => {
    expect(runCataloger(sbomCataloger, treeOf({ '/node_modules/a/bom.json': CYCLONEDX })).packages).toEqual(
      [],
    );
  });

  it('reads the list of older Bitnami images', () => {
    const list = '{"postgresql":{"arch":"amd64","distro":"debian-11","type":"NAMI","version":"11.22.0-4"}}';
    const { packages } = runCataloger(
      sbomCataloger,
      treeOf({ '/opt/bitnami/.bitnami_components.json': list }),
    );
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:bitnami/postgresql@11.22.0-4?arch=amd64&distro=debian-11',
    ]);
  });

  it('says when a document is none', () => {
    expect(runCataloger(sbomCataloger, treeOf({ '/a.spdx.json': '{"x":1}' })).problems).toMatchObject([
      { code: 'scan.malformed', path: '/a.spdx.json' },
    ]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(sbomCataloger, FILES));
});
