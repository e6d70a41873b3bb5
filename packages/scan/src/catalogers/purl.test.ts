// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { PackageURL } from 'packageurl-js';
import { describe, expect, it } from 'vitest';
import { isPlausible } from './package.ts';
import { writePurl } from './purl.ts';

describe('writePurl', () => {
  it('leaves out empty qualifiers and sorts the others', () => {
    expect(
      writePurl({
        type: 'rpm',
        namespace: 'fedora',
        name: 'curl',
        version: '7-1',
        qualifiers: { epoch: '1', arch: 'x86_64', distro: undefined, x: '' },
      }),
    ).toBe('pkg:rpm/fedora/curl@7-1?arch=x86_64&epoch=1');
  });

  it.each([
    ['pypi', 'Django_package', 'pkg:pypi/django-package@1'],
    ['deb', 'Zlib1g', 'pkg:deb/zlib1g@1'],
    ['npm', 'CamelCase', 'pkg:npm/CamelCase@1'],
    ['Maven', 'Batik', 'pkg:maven/Batik@1'],
    ['git', 'Forgejo/forgejo', 'pkg:git/forgejo/forgejo@1'],
    ['generic', 'a/b', 'pkg:generic/a%2Fb@1'],
  ])('writes letters and slashes as type %s wants them', (type, name, written) => {
    expect(writePurl({ type, name, version: '1' })).toBe(written);
  });

  it('writes a path below the package behind it, and no version where there is none', () => {
    expect(writePurl({ type: 'golang', namespace: 'g.org', name: 'x', version: '', subpath: '/a b/' })).toBe(
      'pkg:golang/g.org/x#a%20b',
    );
  });

  it('is read back by the reference library as what was written', () => {
    const word = fc
      .stringMatching(/^[a-zA-Z0-9+~ü%@ ._-]{1,20}$/)
      .filter((text) => text.trim() === text && text !== '.' && text !== '..');
    fc.assert(
      fc.property(word, word, word, (namespace, name, version) => {
        const read = PackageURL.fromString(writePurl({ type: 'generic', namespace, name, version }));
        expect([read.namespace, read.name, read.version]).toEqual([namespace, name, version]);
      }),
      { seed: 171, numRuns: 500 },
    );
  });

  it('never throws, on broken text neither', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        writePurl({ type: 'npm', name: text, version: `${text}\ud800` });
      }),
      { seed: 172, numRuns: 300 },
    );
  });
});

describe('isPlausible', () => {
  it.each([
    ['a', true],
    ['', false],
    ['a\nb', false],
    ['a\u007f', false],
    ['x'.repeat(512), true],
    ['x'.repeat(513), false],
  ])('judges %j', (text, is) => {
    expect(isPlausible(text)).toBe(is);
  });
});
