// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { agreementOf, packageKey, packageSet } from './package-set.ts';

describe('the name that scanners agree on', () => {
  it.each([
    ['pkg:golang/github.com/Masterminds/semver@v3.2.1', 'golang/github.com/masterminds/semver 3.2.1'],
    ['pkg:golang/stdlib@1.22.1', 'golang/stdlib 1.22.1'],
    ['pkg:golang/go@go1.22.1', 'golang/stdlib 1.22.1'],
    ['pkg:maven/org.yaml/snakeyaml@1.33', 'maven/snakeyaml 1.33'],
    ['pkg:deb/debian/libgmp10@6.2.1?epoch=2', 'deb/libgmp10 2:6.2.1'],
    ['pkg:deb/debian/libgmp10@2:6.2.1?epoch=2', 'deb/libgmp10 2:6.2.1'],
    ['pkg:pypi/ruamel.yaml@0.18.6', 'pypi/ruamel-yaml 0.18.6'],
    ['pkg:npm/%40babel/core@7.24.5', 'npm/@babel/core 7.24.5'],
    ['pkg:composer/a/b@v1.2.0', 'composer/a/b 1.2.0'],
    ['pkg:npm/a@UNKNOWN', undefined],
    ['pkg:npm/a', undefined],
    ['pkg:generic/node@20', undefined],
    ['no package URL', undefined],
  ])('of %s', (purl, key) => expect(packageKey(purl)).toBe(key));

  it('is read from CycloneDX and from reports of trivy', () => {
    expect(
      packageSet('{"components":[{"purl":"pkg:npm/b@1"},{"name":"file"},{"purl":"pkg:npm/a@1"}]}'),
    ).toEqual(['npm/a 1', 'npm/b 1']);
    expect(packageSet('{"Results":[{"Packages":[{"Identifier":{"PURL":"pkg:npm/a@1"}}]},{}]}')).toEqual([
      'npm/a 1',
    ]);
  });
});

describe('the agreement of two sets', () => {
  const peer = { name: 'peer', packages: ['npm/a 1', 'npm/b 2', 'npm/c 1'] };

  it('counts both sides, other versions, and what nobody explained', () => {
    const differences = [{ only: 'peer', packages: '^npm/c ', why: 'a test' }];
    expect(agreementOf(['npm/a 1', 'npm/b 1', 'npm/d 1'], peer, differences)).toEqual({
      both: 1,
      onlyOurs: ['npm/b 1', 'npm/d 1'],
      onlyTheirs: ['npm/b 2', 'npm/c 1'],
      otherVersion: ['npm/b 2'],
      unexplained: ['only ours: npm/b 1', 'only ours: npm/d 1', 'only peer: npm/b 2'],
      explained: [{ only: 'peer', why: 'a test', packages: 1 }],
    });
  });

  it('takes an explanation for the peer it names alone', () => {
    const ours = ['npm/a 1', 'npm/b 2', 'npm/c 1', 'npm/d 1'];
    const explained = (against: string): readonly string[] =>
      agreementOf(ours, peer, [{ only: 'ours', against, packages: '^npm/d ', why: 'a test' }]).unexplained;
    expect(explained('peer')).toEqual([]);
    expect(explained('another')).toEqual(['only ours: npm/d 1']);
  });
});
