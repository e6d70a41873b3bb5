// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { namesVersion, versionTag } from './etag.ts';

it.each([
  ['"1"', true],
  ['"1.abc"', true],
  [' "0.x" , "1.abc"', true],
  ['*', true],
  ['"10.abc"', false],
  ['1', false],
  ['W/"1.abc"', false],
  ['', false],
])('an If-Match of %j names version 1: %s', (header, expected) => {
  expect(namesVersion(header, '1')).toBe(expected);
});

it('changes with all of an answer, and names its version', () => {
  const [tag, other] = [versionTag('7', { count: 1 }), versionTag('7', { count: 2 })];
  expect(tag).not.toBe(other);
  expect([namesVersion(tag, '7'), namesVersion(other, '7')]).toEqual([true, true]);
});
