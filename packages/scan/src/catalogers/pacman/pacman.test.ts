// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { pacmanCataloger } from './pacman.ts';

const FILES: Record<string, string | Buffer> = {
  '/etc/os-release': ['ID=arch', ''].join('\n'),
  '/var/lib/pacman/local/glibc-2.39-1/desc': [
    '%NAME%',
    'glibc',
    '',
    '%VERSION%',
    '2.39-1',
    '',
    '%BASE%',
    'glibc',
    '',
    '%DESC%',
    'GNU C Library',
    '',
    '%ARCH%',
    'x86_64',
    '',
  ].join('\n'),
  '/var/lib/pacman/local/glibc-2.39-1/files': [
    '%FILES%',
    'usr/',
    'usr/lib/libc.so.6',
    '',
    '%BACKUP%',
    'etc/gai.conf\tx',
    '',
  ].join('\n'),
  '/var/lib/pacman/local/pacman-mirrorlist-1:2024-1/desc': [
    '%NAME%',
    'pacman-mirrorlist',
    '',
    '%VERSION%',
    '1:2024-1',
    '',
    '%ARCH%',
    'any',
    '',
  ].join('\n'),
  '/var/lib/pacman/local/ALPM_DB_VERSION': ['9', ''].join('\n'),
};

describe('the pacman cataloger', () => {
  it('reads the local database of alpm', () => {
    const { packages, problems } = runCataloger(pacmanCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['glibc 2.39-1', 'pacman-mirrorlist 1:2024-1']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:alpm/arch/glibc@2.39-1?arch=x86_64',
      'pkg:alpm/arch/pacman-mirrorlist@1:2024-1?arch=any',
    ]);
    expect(problems).toEqual([]);
  });

  it('names no package that has no name', () => {
    expect(
      names(
        runCataloger(
          pacmanCataloger,
          treeOf(
            {
              '/var/lib/pacman/local/x-1/desc': ['%VERSION%', '1', ''].join('\n'),
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('knows which files its packages own', () => {
    const { context } = runCataloger(pacmanCataloger, treeOf(FILES));
    const ownership = new Map<string, string>();
    pacmanCataloger.owns?.(context, ownership);
    expect(Object.fromEntries(ownership)).toEqual({ '/usr/lib/libc.so.6': 'glibc' });
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(pacmanCataloger, FILES));
});
