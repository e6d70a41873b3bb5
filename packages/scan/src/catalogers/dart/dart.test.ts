// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { dartCataloger } from './dart.ts';

const FILES: Record<string, string | Buffer> = {
  '/app/pubspec.lock': [
    'packages:',
    '  http:',
    '    dependency: "direct main"',
    '    description:',
    '      name: http',
    '      url: "https://pub.dev"',
    '    source: hosted',
    '    version: "1.1.0"',
    '  flutter:',
    '    dependency: "direct main"',
    '    description: flutter',
    '    source: sdk',
    '    version: "0.0.0"',
    '  mine:',
    '    description:',
    '      path: "../mine"',
    '      relative: true',
    '    source: path',
    '    version: "0.1.0"',
    'sdks:',
    '  dart: ">=3.0.0 <4.0.0"',
    '',
  ].join('\n'),
};

describe('the dart cataloger', () => {
  it('reads pubspec.lock', () => {
    const { packages, problems } = runCataloger(dartCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['http 1.1.0']);
    expect(packages.map((found) => found.purl)).toEqual(['pkg:pub/http@1.1.0']);
    expect(problems).toEqual([]);
  });

  it('finds nothing in an empty lock', () => {
    expect(
      names(
        runCataloger(
          dartCataloger,
          treeOf(
            {
              '/pubspec.lock': ['packages: {}', ''].join('\n'),
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(dartCataloger, FILES));
});
