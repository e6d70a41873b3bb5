// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { opkgCataloger } from './opkg.ts';

const FILES: Record<string, string | Buffer> = {
  '/usr/lib/opkg/status': [
    'Package: busybox',
    'Version: 1.36.1-1',
    'Depends: libc',
    'Status: install user installed',
    'Architecture: x86_64',
    '',
    'Package: gone',
    'Version: 1',
    'Status: deinstall ok not-installed',
    'Architecture: all',
    '',
    '',
  ].join('\n'),
  '/usr/lib/opkg/info/busybox.list': ['/bin/busybox', '/bin/sh\t0777\tbusybox', ''].join('\n'),
};

describe('the opkg cataloger', () => {
  it('reads the status file of opkg', () => {
    const { packages, problems } = runCataloger(opkgCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['busybox 1.36.1-1']);
    expect(packages.map((found) => found.purl)).toEqual(['pkg:opkg/busybox@1.36.1-1?arch=x86_64']);
    expect(problems).toEqual([]);
  });

  it('reads the other place too', () => {
    expect(
      names(
        runCataloger(
          opkgCataloger,
          treeOf(
            {
              '/var/lib/opkg/status': [
                'Package: a',
                'Version: 1',
                'Status: install ok installed',
                '',
                '',
              ].join('\n'),
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual(['a 1']);
  });

  it('knows which files its packages own', () => {
    const { context } = runCataloger(opkgCataloger, treeOf(FILES));
    const ownership = new Map<string, string>();
    opkgCataloger.owns?.(context, ownership);
    expect(Object.fromEntries(ownership)).toEqual({ '/bin/busybox': 'busybox', '/bin/sh': 'busybox' });
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(opkgCataloger, FILES));
});
