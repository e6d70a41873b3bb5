// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { parseMetadata, pythonCataloger } from './python.ts';

const scan = (files: Record<string, string | Buffer>, limits = {}) =>
  runCataloger(pythonCataloger, treeOf(files), limits);
const METADATA =
  'Metadata-Version: 2.1\nName: Django\nVersion: 4.2.14\nSummary: x\n\nName: not-this\nVersion: 0\n';

describe('the Python cataloger', () => {
  it('finds every form of installed distribution', () => {
    const { packages, problems } = scan({
      '/usr/lib/python3/site-packages/Django-4.2.14.dist-info/METADATA': METADATA,
      '/usr/lib/python3/site-packages/six-1.16.egg-info/PKG-INFO': 'Name: six\nVersion: 1.16\n',
      '/usr/lib/python3/site-packages/old.egg/EGG-INFO/PKG-INFO': 'Name: old\nVersion: 0.1\n',
      '/usr/lib/python3/dist-packages/flat-1.0.egg-info': 'Name: flat\nVersion: 1.0\n',
    });
    expect(names(packages).sort()).toEqual(['Django 4.2.14', 'flat 1.0', 'old 0.1', 'six 1.16']);
    expect(problems).toEqual([]);
  });

  it('folds the name in the package URL only', () => {
    const [found] = scan({ '/x.dist-info/METADATA': 'Name: Zope.Interface_Extra\nVersion: 5\n' }).packages;
    expect(found).toMatchObject({ name: 'Zope.Interface_Extra', purl: 'pkg:pypi/zope-interface-extra@5' });
  });

  it('leaves out files of the same name elsewhere', () => {
    expect(scan({ '/etc/METADATA': METADATA, '/src/PKG-INFO': METADATA }).packages).toEqual([]);
  });

  it('says that metadata without a version cannot be used', () => {
    expect(scan({ '/a.dist-info/METADATA': 'Name: a\n\n' }).problems).toMatchObject([
      { code: 'scan.malformed' },
    ]);
    expect(scan({ '/a.dist-info/METADATA': '' }).problems).toMatchObject([{ code: 'scan.malformed' }]);
  });

  it('refuses metadata above the limit', () => {
    expect(scan({ '/a.dist-info/METADATA': METADATA }, { manifestBytes: 20 }).problems).toMatchObject([
      { code: 'scan.limit' },
    ]);
  });

  it('does not read the body as headers', () => {
    expect(parseMetadata('Name: a\r\n\r\nVersion: 1\r\n')).toBeUndefined();
    expect(parseMetadata('name: a\r\nVERSION: 1\r\n')).toEqual({ name: 'a', version: '1', licenses: [] });
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        parseMetadata(text);
      }),
      { seed: 61, numRuns: 500 },
    );
  });
});
