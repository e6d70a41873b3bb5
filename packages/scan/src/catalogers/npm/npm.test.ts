// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { npmCataloger } from './npm.ts';

const scan = (files: Record<string, string | Buffer>, limits = {}) =>
  runCataloger(npmCataloger, treeOf(files), limits);
const manifest = (name: unknown, version: unknown): string => JSON.stringify({ name, version });

describe('the npm cataloger', () => {
  it('finds installed packages, scoped and nested ones', () => {
    const { packages, problems } = scan({
      '/app/package.json': manifest('the-app', '1.0.0'),
      '/app/node_modules/express/package.json': manifest('express', '4.19.1'),
      '/app/node_modules/@babel/core/package.json': manifest('@babel/core', '7.0.0'),
      '/app/node_modules/express/node_modules/debug/package.json': manifest('debug', '2.6.9'),
    });
    expect(names(packages).sort()).toEqual(['@babel/core 7.0.0', 'debug 2.6.9', 'express 4.19.1']);
    expect(packages.find((found) => found.name === '@babel/core')?.purl).toBe('pkg:npm/%40babel/core@7.0.0');
    expect(problems).toEqual([]);
  });

  it('leaves out manifests that are no package of their own', () => {
    const { packages } = scan({
      '/app/node_modules/lib/dist/package.json': manifest('inner', '1.0.0'),
      '/app/node_modules/lib/test/fixtures/package.json': manifest('fixture', '1.0.0'),
      '/app/node_modules/.cache/package.json': '{"type":"module"}',
    });
    expect(names(packages)).toEqual([]);
  });

  it('says nothing about a package without a version', () => {
    expect(scan({ '/node_modules/a/package.json': manifest('a', undefined) })).toMatchObject({
      packages: [],
      problems: [],
    });
    expect(scan({ '/node_modules/a/package.json': manifest('a', 5) }).packages).toEqual([]);
  });

  it.each([
    [{ engines: { vscode: '^1.60.0' }, publisher: 'vscode' }, 'editor-extension'],
    [{ engines: { vscode: '^1.60.0' } }, undefined],
    [{ engines: { node: '>=18' }, publisher: 'somebody' }, undefined],
    [{ engines: ['vscode'], publisher: 'vscode' }, undefined],
  ])('takes a package that states %j for %s', (more, role) => {
    const text = JSON.stringify({ name: 'handlebars', version: '1.0.0', ...more });
    expect(scan({ '/x/node_modules/handlebars/package.json': text }).packages[0]?.role).toBe(role);
  });

  it('takes a byte order mark', () => {
    expect(names(scan({ '/node_modules/a/package.json': `\uFEFF${manifest('a', '1')}` }).packages)).toEqual([
      'a 1',
    ]);
  });

  it('reads lock files of version 2 and 3 where nothing is installed', () => {
    const lock = {
      lockfileVersion: 3,
      packages: {
        '': { name: 'app', version: '1.0.0' },
        'node_modules/minimist': { version: '1.2.5' },
        'node_modules/a/node_modules/@s/b': { version: '2.0.0' },
        'node_modules/alias': { name: 'real', version: '3.0.0' },
        'node_modules/local': { resolved: 'packages/local', link: true },
        'packages/local': { version: '1.0.0', devDependencies: {} },
        'packages/my-component': { name: '@own/component', version: '1.0.0' },
        'packages/local/node_modules/ws': { version: '8.0.0' },
      },
    };
    const { packages } = scan({ '/app/package-lock.json': JSON.stringify(lock) });
    expect(names(packages)).toEqual(['minimist 1.2.5', '@s/b 2.0.0', 'real 3.0.0', 'ws 8.0.0']);
  });

  it('reads lock files of version 1', () => {
    const lock = {
      dependencies: { a: { version: '1.0.0', dependencies: { b: { version: '2.0.0' } } }, c: 'odd' },
    };
    expect(names(scan({ '/app/npm-shrinkwrap.json': JSON.stringify(lock) }).packages)).toEqual([
      'a 1.0.0',
      'b 2.0.0',
    ]);
  });

  it('names what an alias of version 1 stands for', () => {
    const lock = {
      lockfileVersion: 1,
      dependencies: {
        lodash4: { version: 'npm:lodash@4.17.20', requires: { b: '1' } },
        core: { version: 'npm:@babel/core@7.20.0', dependencies: { b: { version: '2.0.0' } } },
      },
    };
    const { packages } = scan({ '/app/package-lock.json': JSON.stringify(lock) });
    expect(names(packages)).toEqual(['lodash 4.17.20', '@babel/core 7.20.0', 'b 2.0.0']);
    expect(packages[0]?.purl).toBe('pkg:npm/lodash@4.17.20');
  });

  it('does not count a lock file where packages are installed beside it', () => {
    const { packages } = scan({
      '/app/package-lock.json': JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
      '/app/node_modules/a/package.json': manifest('a', '1.0.1'),
    });
    expect(names(packages)).toEqual(['a 1.0.1']);
  });

  it.each([
    ['only caches of tools', { '/app/node_modules/.cache/babel/a.json': '{}' }, ['b 1.0.0']],
    ['only the links of programs', { '/app/node_modules/.bin/tsc': 'x' }, ['b 1.0.0']],
    ['a package', { '/app/node_modules/a/package.json': manifest('a', '1.0.1') }, ['a 1.0.1']],
    [
      'the store of pnpm, as at the root of a workspace',
      { '/app/node_modules/.pnpm/a@1.0.1/node_modules/a/package.json': manifest('a', '1.0.1') },
      ['a 1.0.1'],
    ],
  ])('asks the lock unless packages are installed: node_modules holds %s', (_what, files, expected) => {
    const lock = { '/app/yarn.lock': 'b@^1.0.0:\n  version "1.0.0"\n' };
    expect(names(scan({ ...lock, ...files } as Record<string, string>).packages)).toEqual(expected);
  });

  it.each([
    ['text', 'not json', 'scan.malformed'],
    ['a list', '[]', 'scan.malformed'],
    ['null', 'null', 'scan.malformed'],
    ['cut JSON', '{"name": "a", "vers', 'scan.malformed'],
  ])('says that %s is no manifest', (_name, content, code) => {
    expect(scan({ '/node_modules/a/package.json': content }).problems).toMatchObject([
      { code, path: '/node_modules/a/package.json' },
    ]);
  });

  it('refuses a manifest above the limit', () => {
    const { problems } = scan(
      { '/node_modules/a/package.json': manifest('a', '1'.repeat(100)) },
      { manifestBytes: 50 },
    );
    expect(problems).toMatchObject([{ code: 'scan.limit' }]);
  });

  it('survives dependencies nested without end', () => {
    let nested: Record<string, unknown> = { version: '1.0.0' };
    for (let at = 0; at < 2_000; at += 1) nested = { version: '1.0.0', dependencies: { a: nested } };
    const { packages } = scan({ '/app/package-lock.json': JSON.stringify({ dependencies: { a: nested } }) });
    expect(packages.length).toBeLessThan(50);
  });

  it('refuses names with control characters and prototype tricks', () => {
    expect(scan({ '/node_modules/a/package.json': manifest('a\nb', '1') }).packages).toEqual([]);
    const { packages } = scan({
      '/app/package-lock.json': '{"packages": {"node_modules/__proto__": {"version": "1.0.0"}}}',
    });
    expect(names(packages)).toEqual(['__proto__ 1.0.0']);
  });

  it('never throws on any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        scan({ '/app/package-lock.json': json, '/node_modules/a/package.json': json });
      }),
      { seed: 51, numRuns: 300 },
    );
  });
});
