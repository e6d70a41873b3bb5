// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ROUTES, type Route } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvColumns, csvHead, csvLine } from './csv.ts';

const FUZZ = { seed: 20261125, numRuns: 500 };

/** Reads one line as RFC 4180 says. */
function readLine(line: string): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let cell = '';
    if (line[at] === '"') {
      at += 1;
      while (at < line.length && !(line[at] === '"' && line[at + 1] !== '"')) {
        if (line[at] === '"') at += 1;
        cell += line[at];
        at += 1;
      }
      at += 1;
    } else {
      while (at < line.length && line[at] !== ',') {
        cell += line[at];
        at += 1;
      }
    }
    cells.push(cell);
    if (line[at] !== ',') return cells;
    at += 1;
  }
}

describe('a CSV cell', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-cmd', "'-cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' =1', "' =1"],
    ['＝1+1', "'＝1+1"],
    ['\u200b=1', "'\u200b=1"],
    [['=1', 'b'], "'=1; b"],
    ['\t=1', "'\t=1"],
    [-5, '-5'],
    [true, 'true'],
    [undefined, ''],
    ['検出, "事項"', '"検出, ""事項"""'],
    [['a', 'b'], 'a; b'],
    [[{ a: 1 }], '"[{""a"":1}]"'],
  ])('writes %j as %s', (value, written) => {
    expect(csvCell(value)).toBe(written);
  });

  it('comes back as it was written, but for the apostrophe of formulas, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { minLength: 1, maxLength: 5 }),
        (texts) => {
          const back = readLine(texts.map(csvCell).join(','));
          expect(back.map((cell, at) => (cell === `'${texts[at]}` ? texts[at] : cell))).toEqual(texts);
        },
      ),
      FUZZ,
    );
  });

  it('never begins with what a spreadsheet calculates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const [cell = ''] = readLine(csvCell(text));
        expect(cell).not.toMatch(/^\s*[=+\-@]/u);
      }),
      FUZZ,
    );
  });
});

describe('columns', () => {
  const lists: readonly Route[] = ROUTES;

  it.each(lists.filter((route) => route.list === true))('of $id come from its schema', (route) => {
    const columns = csvColumns(route.response);
    expect(columns.length).toBeGreaterThan(1);
    expect(new Set(columns).size).toBe(columns.length);
    expect(readLine(csvHead(columns))).toEqual(columns);
    expect(readLine(csvLine({}, columns))).toHaveLength(columns.length);
  });

  it('reach into objects by dotted paths', () => {
    expect(csvLine({ a: { b: 1 }, c: 'x' }, ['c', 'a.b', 'a.none'])).toBe('x,1,');
  });
});
