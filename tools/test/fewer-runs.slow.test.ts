// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import real from 'fast-check';
import { expect, it } from 'vitest';
import fewer from './fewer-runs.ts';

it.each([{}, { maxLength: 30 }, { minLength: 1, maxLength: 1 }])(
  'strings of any code point are those of the whole run, with %j',
  (length) => {
    const how = { seed: 7, numRuns: 2000 };
    const quick = fewer.sample(fewer.string({ ...length, unit: 'binary' }), how);
    expect(quick).toEqual(real.sample(real.string({ ...length, unit: 'binary' }), how));
    expect(quick.some((text) => /[\u{10000}-\u{10ffff}]/u.test(text))).toBe(true);
  },
);
