// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { DEBIAN_12, names, runCataloger, treeOf } from '../../testing/trees.ts';
import { golangCataloger } from './golang.ts';

const GO_MOD = `module example.org/app

go 1.22

require github.com/single/one v1.0.0

require (
	golang.org/x/net v0.16.0
	github.com/a/b v1.2.3+incompatible // indirect
	example.org/local v0.0.0
)

exclude (
	golang.org/x/text v0.3.0
)

replace github.com/a/b => github.com/fork/b v1.2.4

replace example.org/local => ../local
`;
const find = (files: Record<string, string>) => runCataloger(golangCataloger, treeOf(files)).packages;

describe('go.mod of a source folder', () => {
  it('names what is required, under the name of what replaces it', () => {
    expect(names(find({ '/go.mod': GO_MOD }))).toEqual([
      'github.com/single/one 1.0.0',
      'golang.org/x/net 0.16.0',
      'github.com/fork/b 1.2.4',
    ]);
  });

  it('replaces what is bound to a version in that version only, and before what is bound to none', () => {
    const mod = (version: string) => `require golang.org/x/net ${version}
replace golang.org/x/net v0.5.0 => golang.org/x/net v0.38.0
replace (
	github.com/a/b v1.0.0 => github.com/fork/b v1.0.1
	github.com/a/b => github.com/other/b v2.0.0
)
require github.com/a/b v1.0.0
require github.com/a/b/v3 v3.0.0
`;
    const others = ['github.com/fork/b 1.0.1', 'github.com/a/b/v3 3.0.0'];
    expect(names(find({ '/go.mod': mod('v0.7.0') }))).toEqual(['golang.org/x/net 0.7.0', ...others]);
    expect(names(find({ '/go.mod': mod('v0.5.0') }))).toEqual(['golang.org/x/net 0.38.0', ...others]);
  });

  const GO_SUM = [
    'github.com/a/b v1.2.0 h1:x=',
    'github.com/a/b v1.2.0/go.mod h1:x=',
    'github.com/asked/only v0.9.0/go.mod h1:x=',
    'golang.org/x/text v0.3.5 h1:x=',
    'golang.org/x/text v0.3.7 h1:x=',
    'golang.org/x/text v0.3.7/go.mod h1:x=',
    '',
  ].join('\n');
  it.each([
    ['go 1.16\n', ['github.com/a/b 1.2.3', 'golang.org/x/text 0.3.7']],
    ['go 1.9\n', ['github.com/a/b 1.2.3', 'golang.org/x/text 0.3.7']],
    ['', ['github.com/a/b 1.2.3', 'golang.org/x/text 0.3.7']],
    ['go 1.17\n', ['github.com/a/b 1.2.3']],
    ['go 1.22.1\n\ntoolchain go1.22.4\n', ['github.com/a/b 1.2.3']],
  ])('is completed by go.sum where it does not name all, as before Go 1.17: %j', (go, expected) => {
    const mod = `module example.org/app\n\n${go}\nrequire github.com/a/b v1.2.3\n`;
    expect(names(find({ '/src/go.mod': mod, '/src/go.sum': GO_SUM }))).toEqual(expected);
    expect(names(find({ '/src/go.mod': mod }))).toEqual(['github.com/a/b 1.2.3']);
  });

  it('keeps what is replaced by a folder out of what go.sum completes', () => {
    const mod = 'go 1.16\nrequire github.com/a/b v1.2.3\nreplace golang.org/x/text => ./text\n';
    expect(names(find({ '/src/go.mod': mod, '/src/go.sum': GO_SUM }))).toEqual(['github.com/a/b 1.2.3']);
  });

  it.each([
    ['in the module cache', { '/root/go/pkg/mod/x@v1.0.0/go.mod': GO_MOD }],
    ['in a root file system', { '/etc/os-release': DEBIAN_12, '/src/go.mod': GO_MOD }],
  ])('does not count %s', (_name, files) => {
    expect(find(files)).toEqual([]);
  });

  it('does no harm when it is cut, changed or swollen', () =>
    expectUnharmed(golangCataloger, { '/go.mod': GO_MOD }));
});
