// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { swiftCataloger } from './swift.ts';

const FILES: Record<string, string | Buffer> = {
  '/a/Package.resolved':
    '{"pins":[{"identity":"swift-nio","kind":"remoteSourceControl","location":"https://github.com/apple/swift-nio.git","state":{"revision":"abc","version":"2.58.0"}},{"identity":"b","location":"https://github.com/a/b","state":{"branch":"main","revision":"x"}}],"version":2}',
  '/b/Package.resolved':
    '{"object":{"pins":[{"package":"Alamofire","repositoryURL":"git@github.com:Alamofire/Alamofire.git","state":{"version":"5.6.2"}}]},"version":1}',
  '/c/Podfile.lock': [
    'PODS:',
    '  - Firebase/Core (10.0.0):',
    '    - FirebaseCore (= 10.0.0)',
    '  - Firebase/Auth (10.0.0)',
    '  - "GoogleUtilities+X (7.11.0)"',
    '',
    'DEPENDENCIES:',
    '  - Firebase/Core (~> 10.0)',
    '',
  ].join('\n'),
};

describe('the swift cataloger', () => {
  it('reads Package.resolved of all versions and Podfile.lock', () => {
    const { packages, problems } = runCataloger(swiftCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual([
      'github.com/apple/swift-nio 2.58.0',
      'github.com/Alamofire/Alamofire 5.6.2',
      'Firebase 10.0.0',
      'GoogleUtilities+X 7.11.0',
    ]);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:swift/github.com/apple/swift-nio@2.58.0',
      'pkg:swift/github.com/Alamofire/Alamofire@5.6.2',
      'pkg:cocoapods/Firebase@10.0.0',
      'pkg:cocoapods/GoogleUtilities%2BX@7.11.0',
    ]);
    expect(problems).toEqual([]);
  });

  it('finds nothing that is pinned to a branch', () => {
    expect(
      names(
        runCataloger(
          swiftCataloger,
          treeOf(
            {
              '/Package.resolved': '{"pins":[{"location":"https://x/y","state":{"branch":"main"}}]}',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(swiftCataloger, FILES));
});
