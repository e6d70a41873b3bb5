// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { elfWithSection } from '../../testing/elf.ts';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { rustCataloger } from './rust.ts';

const AUDITABLE = {
  packages: [
    { name: 'app', version: '0.1.0', source: 'local', root: true },
    { name: 'time', version: '0.1.43', source: 'crates.io' },
    { name: 'cc', version: '1.0.0', source: 'crates.io', kind: 'build' },
  ],
};
const program = (content: Buffer): Buffer => elfWithSection('.dep-v0', content, 300_000);
const packed = (value: unknown): Buffer => deflateSync(JSON.stringify(value));
const LOCK = [
  'version = 3',
  '',
  '[[package]]',
  'name = "serde"',
  'version = "1.0.188"',
  'source = "registry+https://github.com/rust-lang/crates.io-index"',
  'dependencies = [',
  ' "serde_derive",',
  ']',
  '',
  '[[package]]',
  'name = "serde_derive"',
  'version = "1.0.188"',
  '',
  '[metadata]',
  'name = "none"',
].join('\n');

const find = (files: Record<string, string | Buffer>) => runCataloger(rustCataloger, treeOf(files, 0o755));

describe('the rust cataloger', () => {
  it('reads what cargo auditable put into a program, but for what only built it', () => {
    const { packages, problems } = find({ '/usr/bin/app': program(packed(AUDITABLE)) });
    expect(names(packages)).toEqual(['app 0.1.0', 'time 0.1.43']);
    expect(packages.map((found) => found.purl)).toContain('pkg:cargo/time@0.1.43');
    expect(problems).toEqual([]);
  });

  it('reads Cargo.lock', () => {
    expect(names(find({ '/src/Cargo.lock': LOCK }).packages)).toEqual([
      'serde 1.0.188',
      'serde_derive 1.0.188',
    ]);
  });

  it.each([
    ['is no zlib', Buffer.from('nothing of the kind')],
    ['is no JSON', deflateSync('{')],
    ['is another JSON', packed([1, 2])],
    ['inflates to a bomb', deflateSync(Buffer.alloc(80 * 1024 * 1024))],
  ])('says so when the section %s', (_name, content) => {
    expect(find({ '/usr/bin/app': program(content) })).toMatchObject({
      packages: [],
      problems: [{ code: 'scan.malformed', path: '/usr/bin/app' }],
    });
  });

  it('does not look at programs without the section', () => {
    expect(find({ '/usr/bin/app': elfWithSection('.text', Buffer.alloc(8), 300_000) })).toMatchObject({
      packages: [],
      problems: [],
    });
  });

  it('is unharmed by files that are cut, changed or swollen', () =>
    expectUnharmed(rustCataloger, { '/src/Cargo.lock': LOCK }));
});
