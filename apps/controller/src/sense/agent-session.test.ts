// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { marksFor } from './agent-session.ts';

const mark = (bootId: string, sequence: number) => ({ stream: 'security' as const, bootId, sequence });

describe('what a node hears of its records that are stored', () => {
  it('is of the boot that runs and of those before', () => {
    expect(marksFor('boot-1', [mark('boot-0', 900), mark('boot-1', 5)])).toEqual([
      mark('boot-1', 5),
      mark('boot-0', 900),
    ]);
  });

  it('has room for 64: the boot that runs, and the latest of the others', () => {
    const others = Array.from({ length: 100 }, (_, boot) => mark(`boot-${boot}`, boot * 1000));
    const told = marksFor('boot-0', others);
    expect(told).toHaveLength(64);
    expect(told.slice(0, 2)).toEqual([mark('boot-0', 0), mark('boot-99', 99_000)]);
    expect(told.at(-1)).toEqual(mark('boot-37', 37_000));
  });
});
