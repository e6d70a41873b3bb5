// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { withBoundCounters } from './counters.ts';
import { ja } from './ja.ts';

describe('counters in Japanese', () => {
  it('stay on the line of their number, written or filled in', () => {
    expect(withBoundCounters({ a: '検出事項 {n} 件、対象 2 か所' })).toEqual({
      a: '検出事項 {n}\u00a0件、対象 2\u00a0か所',
    });
  });
  it('are the only words that are bound: a name may be longer than a line', () => {
    expect(withBoundCounters({ a: '{name} のイメージ' })).toEqual({ a: '{name} のイメージ' });
  });
  it('are bound in the catalogue', () => {
    expect(Object.values(withBoundCounters(ja)).filter((text) => text.includes('} 件'))).toEqual([]);
    expect(Object.values(ja).some((text) => text.includes('} 件'))).toBe(true);
  });
});
