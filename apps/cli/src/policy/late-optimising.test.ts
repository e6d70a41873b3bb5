// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const CHECKOUT = resolve(import.meta.dirname, '../../../..');
const MODULE = resolve(import.meta.dirname, 'late-optimising.ts');

/** What the launcher tells Node.js for a command, beside the program. */
const flagsOf = (command: string): string[] => {
  const launcher = readFileSync(resolve(CHECKOUT, 'bartizan'), 'utf8');
  const part = launcher.slice(launcher.indexOf(`= ${command} ]; then`));
  const [, flags = ''] = /exec node ((?:--\S+ )+)/.exec(part) ?? [];
  return flags.trim().split(' ');
};

const node = (...words: readonly string[]): string =>
  execFileSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** How many modules of the platform are compiled from their sources when one that has many others is loaded. */
const compiledAnew = (flags: readonly string[]): number =>
  Number(
    node(
      ...flags,
      '--expose-internals',
      '-e',
      `require('crypto');
       const { internalBinding } = require('internal/test/binding');
       console.log(internalBinding('builtins').getCacheUsage().compiledWithoutCache.size);`,
    ),
  );

/** Whether a function that is called a hundred thousand times is optimised at length. */
const isOptimised = (before: string): boolean =>
  /completed compiling [^\n]*JSFunction summand [^\n]*TURBOFAN/.test(
    node(
      '--trace-opt',
      '--no-use-osr',
      // Done at once, not by a thread that a busy machine may keep waiting.
      '--no-concurrent-recompilation',
      '--input-type=module',
      '-e',
      `import { optimiseLate } from ${JSON.stringify(MODULE)};
       ${before};
       const summand = (one) => one % 7;
       let sum = 0;
       for (let at = 0; at < 150_000; at += 1) sum += summand(at);
       await new Promise((go) => setTimeout(go, 50));
       for (let at = 0; at < 1000; at += 1) sum += summand(at);
       console.log(sum);`,
    ),
  );

describe('optimising late', () => {
  it('leaves what Node.js has of its own modules compiled as it is', () => {
    expect(flagsOf('policy')).toContain('--max-semi-space-size=8');
    expect(compiledAnew(flagsOf('policy'))).toBe(0);
    expect(compiledAnew(['--invocation-count-for-turbofan=200000'])).toBeGreaterThan(10);
  });

  it('spares code that is called a hundred thousand times', () => {
    expect(isOptimised('')).toBe(true);
    expect(isOptimised('optimiseLate()')).toBe(false);
  });
});
