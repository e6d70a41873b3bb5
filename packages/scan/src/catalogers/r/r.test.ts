// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { rCataloger } from './r.ts';

const FILES: Record<string, string | Buffer> = {
  '/usr/lib/R/library/jsonlite/DESCRIPTION': [
    'Package: jsonlite',
    'Version: 1.8.7',
    'Title: A',
    '  Long One',
    'Repository: CRAN',
    '',
  ].join('\n'),
  '/usr/lib/R/library/base/DESCRIPTION': ['Package: base', 'Version: 4.2.2', 'Priority: base', ''].join('\n'),
  '/src/other/DESCRIPTION': ['Package: notinstalled', 'Version: 1', ''].join('\n'),
  '/app/renv.lock':
    '{"R":{"Version":"4.3.1"},"Packages":{"R6":{"Package":"R6","Version":"2.5.1","Source":"Repository"}}}',
};

describe('the r cataloger', () => {
  it('reads installed R packages and renv.lock', () => {
    const { packages, problems } = runCataloger(rCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['R6 2.5.1', 'jsonlite 1.8.7']);
    expect(packages.map((found) => found.purl)).toEqual(['pkg:cran/R6@2.5.1', 'pkg:cran/jsonlite@1.8.7']);
    expect(problems).toEqual([]);
  });

  it('finds nothing in another DESCRIPTION', () => {
    expect(
      names(
        runCataloger(
          rCataloger,
          treeOf(
            {
              '/a/DESCRIPTION': 'free text',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(rCataloger, FILES));
});
