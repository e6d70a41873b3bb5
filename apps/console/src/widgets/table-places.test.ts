// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { placesOf, roomOf } from './table-places.ts';

describe('the places of columns', () => {
  it('are beside each other, on one line', () => {
    expect(placesOf([false, false])).toEqual({
      lines: 1,
      places: [
        { column: 1, line: 1, lines: 1 },
        { column: 2, line: 1, lines: 1 },
      ],
    });
  });
  it('are under the column before, and what has nothing under it takes all lines', () => {
    expect(placesOf([false, false, true, true, false])).toEqual({
      lines: 3,
      places: [
        { column: 1, line: 1, lines: 3 },
        { column: 2, line: 1, lines: 1 },
        { column: 2, line: 2, lines: 1 },
        { column: 2, line: 3, lines: 1 },
        { column: 3, line: 1, lines: 3 },
      ],
    });
  });
  it('begin with a column of their own when there is none to stand under', () => {
    expect(placesOf([true]).places).toEqual([{ column: 1, line: 1, lines: 1 }]);
    expect(placesOf([])).toEqual({ lines: 1, places: [] });
  });
});

describe('the room of columns', () => {
  it('is what the style gives them: least, most, and a share of what is left', () => {
    // 1,000 pixels, less 32 at the edges and 24 between them.
    expect(roomOf('100px minmax(100px, 1fr) minmax(200px, 3fr)', 1000)).toEqual([100, 211, 633]);
    expect(roomOf('100px minmax(50px, 90px)', 1000)).toEqual([100, 90]);
  });
  it('leaves a column that needs more than its share what it needs', () => {
    expect(roomOf('minmax(300px, 1fr) minmax(100px, 1fr)', 544)).toEqual([300, 200]);
  });
  it('is never less than the least, where the table is too narrow', () => {
    expect(roomOf('minmax(96px, 2fr) 120px', 100)).toEqual([96, 120]);
  });
});
