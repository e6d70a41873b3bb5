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

  it.each([
    ['in the module cache', { '/root/go/pkg/mod/x@v1.0.0/go.mod': GO_MOD }],
    ['in a root file system', { '/etc/os-release': DEBIAN_12, '/src/go.mod': GO_MOD }],
  ])('does not count %s', (_name, files) => {
    expect(find(files)).toEqual([]);
  });

  it('does no harm when it is cut, changed or swollen', () =>
    expectUnharmed(golangCataloger, { '/go.mod': GO_MOD }));
});
