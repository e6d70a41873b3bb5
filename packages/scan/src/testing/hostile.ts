// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { expect } from 'vitest';
import type { Cataloger } from '../catalogers/cataloger.ts';
import { isPlausible } from '../catalogers/package.ts';
import { runCataloger, treeOf } from './trees.ts';

/** A file system with one file changed. */
const withFile = (files: Readonly<Record<string, string | Buffer>>, path: string, content: Buffer) =>
  treeOf({ ...files, [path]: content }, 0o755);

/**
 * Cuts, changes and swells each of the files, and expects the cataloger never to throw and never to give a package
 * that could not be one. Fixed seed: a failure comes back.
 */
export const expectUnharmed = (
  cataloger: Cataloger,
  files: Readonly<Record<string, string | Buffer>>,
): void => {
  const check = (path: string, content: Buffer): void => {
    for (const found of runCataloger(cataloger, withFile(files, path, content)).packages) {
      expect(isPlausible(found.name) && isPlausible(found.version)).toBe(true);
      expect(found.purl).toMatch(/^pkg:[a-z]/);
    }
  };
  for (const [path, text] of Object.entries(files)) {
    if (typeof text === 'string' && text.startsWith('-> ')) continue;
    const whole = Buffer.from(text);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, noise) => {
        check(path, whole.subarray(0, at));
        check(path, Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at + noise.length)]));
      }),
      { seed: 4711, numRuns: 40 },
    );
    const half = Math.floor(whole.length / 2);
    check(path, Buffer.concat([whole.subarray(0, half), Buffer.alloc(100_000, 'A'), whole.subarray(half)]));
    check(path, Buffer.from('['.repeat(50_000)));
    check(path, Buffer.from('{"a":'.repeat(20_000)));
    check(path, Buffer.from('null'));
    check(path, Buffer.alloc(0));
  }
};
