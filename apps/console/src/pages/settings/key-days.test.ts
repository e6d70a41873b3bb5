// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { keyDays } from './key-days.ts';

it('a lifetime of a key is what was typed, and none where nothing was', () => {
  expect(['', ' ', '0', '-', '367', '1.5'].map(keyDays)).toEqual(Array.from({ length: 6 }));
  expect([30, '30', 1, 366].map(keyDays)).toEqual([30, 30, 1, 366]);
});
