// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readSbom } from './read-sbom.ts';

const read = (document: unknown) => {
  const result = readSbom(Buffer.from(JSON.stringify(document)), '/sbom.json');
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
};

describe('documents of Trivy', () => {
  const SYSTEM = { type: 'operating-system', name: 'debian', version: '12.5' };
  const ofTrivy = (component: { readonly purl: string; readonly version: string }, source: object) => ({
    type: 'library',
    name: 'x',
    ...component,
    properties: Object.entries(source).map(([name, value]) => ({
      name: `aquasecurity:trivy:${name}`,
      value,
    })),
  });

  it.each([
    [
      'a release',
      { purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64', version: '3.0.11-1~deb12u2' },
      { SrcName: 'openssl', SrcVersion: '3.0.11', SrcRelease: '1~deb12u2' },
      { version: '3.0.11-1~deb12u2', sourceName: 'openssl', sourceVersion: '3.0.11-1~deb12u2' },
    ],
    [
      'an epoch, which its package URL keeps apart',
      { purl: 'pkg:deb/debian/vim-common@9.0.1378-2?arch=all&epoch=2', version: '2:9.0.1378-2' },
      { SrcName: 'vim', SrcVersion: '9.0.1378', SrcRelease: '2', SrcEpoch: '2' },
      { version: '2:9.0.1378-2', sourceName: 'vim', sourceVersion: '2:9.0.1378-2' },
    ],
    [
      'an epoch that its source has not',
      { purl: 'pkg:deb/debian/bsdutils@2.38.1-5?epoch=1', version: '1:2.38.1-5' },
      { SrcName: 'util-linux', SrcVersion: '2.38.1', SrcRelease: '5', SrcEpoch: '0' },
      { version: '1:2.38.1-5', sourceName: 'util-linux', sourceVersion: '2.38.1-5' },
    ],
    [
      'neither',
      { purl: 'pkg:deb/debian/tzdata@2024a', version: '2024a' },
      { SrcName: 'tzdata', SrcVersion: '2024a' },
      { version: '2024a', sourceName: 'tzdata', sourceVersion: '2024a' },
    ],
    [
      'an epoch that stands in the package URL already',
      { purl: 'pkg:deb/debian/x@1%3A2.0-1?epoch=1', version: '1:2.0-1' },
      {},
      { version: '1:2.0-1', sourceName: 'x', sourceVersion: '1:2.0-1' },
    ],
  ])('state the whole version of a source: %s', (_what, component, source, found) => {
    const components = [SYSTEM, ofTrivy(component, source)];
    expect(read({ bomFormat: 'CycloneDX', specVersion: '1.6', components }).packages).toMatchObject([found]);
  });

  const SPDX_OF_TRIVY = {
    name: 'libssl3',
    versionInfo: '3.0.11-1~deb12u2',
    sourceInfo: 'built package from: openssl 3.0.11-1~deb12u2',
    externalRefs: [
      {
        referenceType: 'purl',
        referenceLocator: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?distro=debian-12.5',
      },
    ],
  };
  it('name the source of a package in SPDX', () => {
    const found = { name: 'libssl3', sourceName: 'openssl', sourceVersion: '3.0.11-1~deb12u2' };
    const lock = { ...SPDX_OF_TRIVY, name: 'x', sourceInfo: 'app/Gemfile.lock' };
    expect(read({ spdxVersion: 'SPDX-2.3', packages: [SPDX_OF_TRIVY, lock] }).packages).toMatchObject([
      found,
      { sourceName: 'libssl3' },
    ]);
    const text = [
      'SPDXVersion: SPDX-2.3',
      'PackageName: libssl3',
      'PackageVersion: 3.0.11-1~deb12u2',
      `PackageSourceInfo: ${SPDX_OF_TRIVY.sourceInfo}`,
      `ExternalRef: PACKAGE-MANAGER purl ${SPDX_OF_TRIVY.externalRefs[0]?.referenceLocator}`,
    ].join('\n');
    const bom = readSbom(Buffer.from(text), '/x.spdx');
    expect(bom).toMatchObject({ ok: true, value: { packages: [found] } });
  });

  it.each([
    ['alma', '9.3', 'rpm', 'AlmaLinux:9'],
    ['amazon', '2 (Karoo)', 'rpm', 'Amazon Linux:2'],
    ['amazon', '2023.6.20241212 (Amazon Linux)', 'rpm', 'Amazon Linux:2023'],
    ['oracle', '9.3', 'rpm', 'Oracle Linux:9'],
    ['redhat', '9.3', 'rpm', 'Red Hat:9'],
    ['cbl-mariner', '2.0.20240301', 'rpm', 'CBL-Mariner:2'],
    ['opensuse.leap', '15.5', 'rpm', 'openSUSE:Leap 15.5'],
    ['opensuse-leap', '15.5', 'rpm', 'openSUSE:Leap 15.5'],
    ['suse linux enterprise server', '15.5', 'rpm', 'SUSE:Linux Enterprise Server 15 SP5'],
    ['SUSE Linux Enterprise Server', '15.5', 'rpm', 'SUSE:Linux Enterprise Server 15 SP5'],
    ['debian', '12.5', 'deb', 'Debian:12'],
    ['almalinux', '9.3', 'rpm', 'AlmaLinux:9'],
  ])('name the system in words of its own: %s %s', (name, version, type, ecosystem) => {
    const purl = `pkg:${type}/x/bash@5.1-1`;
    const component = { type: 'library', name: 'bash', version: '5.1-1', purl };
    const distro = encodeURIComponent(`${name}-${version}`);
    const system = { type: 'operating-system', name, version };
    const head = { bomFormat: 'CycloneDX', specVersion: '1.6' };
    expect(read({ ...head, components: [system, component] }).packages).toMatchObject([{ ecosystem }]);
    const named = { ...component, purl: `${purl}?distro=${distro}` };
    expect(read({ ...head, components: [named] }).packages).toMatchObject([{ ecosystem }]);
  });

  it('name the module that a package was built for, which its advisories ask for', () => {
    const label = 'nodejs:18:8060020221102:abc';
    const purl = 'pkg:rpm/alma/nodejs@18.12.1-2.module_el8?distro=alma-8.7';
    const component = { type: 'library', name: 'nodejs', version: '18.12.1-2.module_el8', purl };
    const properties = [{ name: 'aquasecurity:trivy:Modularitylabel', value: label }];
    const named = { ...component, purl: `${purl}&modularitylabel=${encodeURIComponent(label)}` };
    const components = [{ ...component, properties }, named, component];
    const { packages } = read({ bomFormat: 'CycloneDX', specVersion: '1.6', components });
    expect(packages.map((found) => found.module)).toEqual(['nodejs:18', 'nodejs:18', undefined]);
    expect(packages[0]?.ecosystem).toBe('AlmaLinux:8');
  });
});

describe('documents of Docker Scout', () => {
  it.each([
    ['deb/debian', 'os_distro=bookworm&os_name=debian&os_version=12', 'Debian:12'],
    ['apk/alpine', 'os_name=alpine&os_version=3.20', 'Alpine:v3.20'],
    ['deb/debian', 'os_name=debian&os_version=bookworm', 'unknown (deb)'],
    ['deb/debian', 'os_name=debian', 'unknown (deb)'],
  ])('name the system in qualifiers of their own: %s %s', (path, qualifiers, ecosystem) => {
    const purl = `pkg:${path}/krb5@1.20.1-2%2Bdeb12u2?${qualifiers}`;
    const packages = [
      {
        name: 'krb5',
        versionInfo: '1.20.1-2+deb12u2',
        externalRefs: [{ referenceType: 'purl', referenceLocator: purl }],
      },
    ];
    expect(read({ spdxVersion: 'SPDX-2.3', packages }).packages).toMatchObject([
      { ecosystem, version: '1.20.1-2+deb12u2' },
    ]);
  });
});
