// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageOfPurl, withoutVersion } from './purl-words.ts';

describe('a package URL in words', () => {
  it.each([
    ['pkg:deb/debian/zlib1g@1%3A1.2.13?arch=amd64', 'debian/zlib1g', '1:1.2.13', 'pkg:deb/debian/zlib1g'],
    ['pkg:npm/%40scope/x@1.0.0', '@scope/x', '1.0.0', 'pkg:npm/%40scope/x'],
    ['pkg:golang/example.com/a/b', 'example.com/a/b', undefined, 'pkg:golang/example.com/a/b'],
    ['pkg:pypi/x@1#sub', 'x', '1', 'pkg:pypi/x'],
  ])('%s', (purl, name, version, bare) => {
    expect(packageOfPurl(purl)).toEqual({ name, version });
    expect(withoutVersion(purl)).toBe(bare);
  });
  it('takes any text without an error', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(typeof packageOfPurl(text).name).toBe('string');
        expect(withoutVersion(text).length).toBeLessThanOrEqual(text.length);
      }),
      { seed: 20261128, numRuns: 300 },
    );
  });
});
