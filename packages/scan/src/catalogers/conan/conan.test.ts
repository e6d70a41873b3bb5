// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { conanCataloger } from './conan.ts';

const FILES: Record<string, string | Buffer> = {
  '/a/conan.lock':
    '{"version":"0.5","requires":["zlib/1.2.13#f52e03ae3d251dec704634230cd806a2%1672","openssl/3.1.0@corp/stable#rev"]}',
  '/b/conan.lock':
    '{"graph_lock":{"nodes":{"0":{"path":"conanfile.txt"},"1":{"ref":"fmt/9.1.0#x"}}},"version":"0.4"}',
};

describe('the conan cataloger', () => {
  it('reads the locks of Conan 1 and 2', () => {
    const { packages, problems } = runCataloger(conanCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['zlib 1.2.13', 'openssl 3.1.0', 'fmt 9.1.0']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:conan/zlib@1.2.13',
      'pkg:conan/openssl@3.1.0?channel=stable&user=corp',
      'pkg:conan/fmt@9.1.0',
    ]);
    expect(problems).toEqual([]);
  });

  it('says that a cut vcpkg.json cannot be read', () => {
    const { packages, problems } = runCataloger(conanCataloger, treeOf({ '/vcpkg.json': '{"overrides":[' }));
    expect(packages).toEqual([]);
    expect(problems).toMatchObject([{ code: 'scan.malformed', path: '/vcpkg.json' }]);
  });

  it('reads conanfile.txt without version ranges', () => {
    expect(
      names(
        runCataloger(
          conanCataloger,
          treeOf(
            {
              '/conanfile.txt': [
                '[requires]',
                'poco/1.12.4',
                'zlib/[>1.2]',
                '# x/1',
                '[options]',
                'a/b=1',
                '',
              ].join('\n'),
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual(['poco 1.12.4']);
  });

  it('reads what conaninfo.txt resolved', () => {
    expect(
      names(
        runCataloger(
          conanCataloger,
          treeOf(
            {
              '/p/conaninfo.txt': [
                '[requires]',
                'zlib/1.Y.Z',
                '[full_requires]',
                'zlib/1.2.11:6af9cc7cb931c5ad942174fd7838eb655717c709',
                '',
              ].join('\n'),
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual(['zlib 1.2.11']);
  });

  it('reads an installed vcpkg tree and fixed versions of its manifest', () => {
    expect(
      names(
        runCataloger(
          conanCataloger,
          treeOf(
            {
              '/vcpkg/installed/vcpkg/status': [
                'Package: zlib',
                'Version: 1.3.1',
                'Port-Version: 1',
                'Status: install ok installed',
                '',
                'Package: zlib',
                'Feature: x',
                'Version: 9',
                'Status: install ok installed',
                '',
                '',
              ].join('\n'),
              '/src/vcpkg.json': '{"dependencies":["fmt"],"overrides":[{"name":"fmt","version":"10.1.1"}]}',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual(['fmt 10.1.1', 'zlib 1.3.1#1']);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(conanCataloger, FILES));
});
