// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { nextSort, templateOf } from './table-columns.ts';

describe('the tracks of a table', () => {
  const tracks = ['minmax(220px, 2.4fr)', 'minmax(90px, 160px)', '170px'];
  it('are what the columns ask for where there is room', () => {
    expect(templateOf(tracks, 480)).toBe('minmax(220px, 2.4fr) minmax(90px, 160px) 170px');
  });
  it('ask for less on a phone: what grows is cut before the next column leaves the screen', () => {
    expect(templateOf(['minmax(220px, 2.4fr)', '150px'], 364)).toBe('minmax(140px, 2.4fr) 150px');
    expect(templateOf(['minmax(150px, 200px)', '104px', '90px'], 364)).toBe(
      'minmax(114px, 200px) 104px 90px',
    );
  });
  it('give way when what grows has no more: three columns are on one screen', () => {
    const widths = templateOf(['130px', '116px', 'minmax(150px, 2fr)'], 364);
    expect(widths).toBe('112px 100px minmax(96px, 2fr)');
    expect(112 + 100 + 96 + 2 * 12 + 32).toBeLessThanOrEqual(364);
  });
});

describe('the order of a column', () => {
  it('starts with the newest for times, with the first for names, and turns', () => {
    expect(nextSort('lastSeenAtMs', undefined)).toBe('-lastSeenAtMs');
    expect(nextSort('lastSeenAtMs', '-lastSeenAtMs')).toBe('lastSeenAtMs');
    expect(nextSort('name', 'other')).toBe('name');
    expect(nextSort('name', 'name')).toBe('-name');
  });
});
