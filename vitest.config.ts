// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tools/test/longest-first.ts';

/** Set by `--fast`; the whole run makes every run of every property. */
const isQuick = process.env['BARTIZAN_TEST_QUICK'] === '1';
const fewerRuns = fileURLToPath(new URL('tools/test/fewer-runs.ts', import.meta.url));

export default defineConfig({
  resolve: { alias: isQuick ? [{ find: /^fast-check$/, replacement: fewerRuns }] : [] },
  test: {
    include: [
      'packages/**/*.test.ts',
      'apps/**/*.test.{ts,tsx}',
      'tests/**/*.test.ts',
      'controls/**/*.test.ts',
      'tools/**/*.test.ts',
      'content/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    // By itself it leaves a core free: on two cores that is one worker, and twice the time.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
