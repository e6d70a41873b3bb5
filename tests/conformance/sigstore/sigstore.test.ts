// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { hasShared, report } from '../outside.ts';
import { bundleCases, verifyCase } from './cases.ts';

describe.skipIf(!hasShared('fixtures/sigstore'))('the bundles of the sigstore suite', () => {
  it.each([
    ['sigstore', 'bytes'],
    ['sigstore-digest', 'sha256'],
  ] as const)('give the expected answer (%s)', { timeout: 120_000 }, (name, form) => {
    const misses: string[] = [];
    const cases = bundleCases();
    for (const { id, expect: expected } of cases) {
      const verdict = verifyCase(id, form);
      const last = verdict.reasons.at(-1);
      if ((verdict.outcome === 'verified') !== (expected === 'pass'))
        misses.push(`${id}: ${verdict.outcome} (${last?.check}: ${last?.detail})`);
      if (process.env['BARTIZAN_VERBOSE'] !== undefined)
        process.stdout.write(`${expected} ${id}: ${verdict.outcome} (${last?.check}: ${last?.detail})\n`);
    }
    for (const miss of misses) process.stdout.write(`${name}: miss ${miss}\n`);
    report(name, cases.length - misses.length, cases.length);
    expect(misses).toEqual([]);
  });
});
