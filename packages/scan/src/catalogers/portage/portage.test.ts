// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { portageCataloger } from './portage.ts';

const FILES: Record<string, string | Buffer> = {
  '/var/db/pkg/dev-libs/openssl-3.0.13-r2/CONTENTS': [
    'dir /usr',
    'obj /usr/bin/openssl d41d8cd98f00b204e9800998ecf8427e 1700000000',
    'obj /usr/share/a b d41d8cd98f00b204e9800998ecf8427e 1700000000',
    'sym /usr/lib/x -> y 1700000000',
  ].join('\n'),
  '/var/db/pkg/sys-libs/db-1.85_p20180101/CONTENTS': 'dir /usr',
};

describe('the portage cataloger', () => {
  it('reads category, name and version of installed packages', () => {
    const { packages, problems } = runCataloger(portageCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['dev-libs/openssl 3.0.13-r2', 'sys-libs/db 1.85_p20180101']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:ebuild/dev-libs/openssl@3.0.13-r2',
      'pkg:ebuild/sys-libs/db@1.85_p20180101',
    ]);
    expect(problems).toEqual([]);
  });

  it('passes over folders without a version or contents', () => {
    expect(
      names(
        runCataloger(
          portageCataloger,
          treeOf(
            {
              '/var/db/pkg/dev-libs/noversion/CONTENTS': 'x',
              '/var/db/pkg/dev-libs/gone-1.0/x': 'y',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('knows which files its packages own', () => {
    const { context } = runCataloger(portageCataloger, treeOf(FILES));
    const ownership = new Map<string, string>();
    portageCataloger.owns?.(context, ownership);
    expect(Object.fromEntries(ownership)).toEqual({
      '/usr/bin/openssl': 'dev-libs/openssl',
      '/usr/share/a b': 'dev-libs/openssl',
    });
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(portageCataloger, FILES));
});
