// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { elixirCataloger } from './elixir.ts';

const FILES: Record<string, string | Buffer> = {
  '/a/mix.lock': [
    '%{',
    '  "plug": {:hex, :plug, "1.14.2", "cfff", [:mix], [], "hexpm", "842f"},',
    '  "own": {:git, "https://github.com/x/own.git", "abc", []},',
    '}',
    '',
  ].join('\n'),
  '/b/rebar.lock': ['{"1.2.0",', '[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0}]}.', ''].join('\n'),
  '/opt/app/lib/jason-1.4.1/ebin/jason.app': [
    '{application,jason,',
    ' [{description,"json"},',
    '  {vsn,"1.4.1"}]}.',
    '',
  ].join('\n'),
  '/opt/app/lib/kernel-9.0/ebin/kernel.app': '{application,kernel,[{vsn,"9.0"}]}.',
};

describe('the elixir cataloger', () => {
  it('reads the locks of Mix and Rebar and the applications of a release', () => {
    const { packages, problems } = runCataloger(elixirCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['plug 1.14.2', 'cowboy 2.9.0', 'jason 1.4.1']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:hex/plug@1.14.2',
      'pkg:hex/cowboy@2.9.0',
      'pkg:hex/jason@1.4.1',
    ]);
    expect(problems).toEqual([]);
  });

  it('does not count an application that lies elsewhere', () => {
    expect(
      names(
        runCataloger(
          elixirCataloger,
          treeOf(
            {
              '/x/other.app': '{application,other,[{vsn,"1"}]}.',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(elixirCataloger, FILES));
});
