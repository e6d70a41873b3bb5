// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { escaped } from '../report/xml.ts';
import { csvField, toCsv } from './csv.ts';
import { bytesText } from './format.ts';
import { toJson } from './json.ts';
import { renderList } from './render.ts';
import { tableLines } from './table.ts';
import { mayColour } from './terminal.ts';
import { fitWidth, padWidth, plain, plainLines, textWidth } from './width.ts';
import { toYaml } from './yaml.ts';

const RUNS = { seed: 20_261_125, numRuns: 300 };

describe('width', () => {
  it.each([
    ['abc', 3],
    ['脆弱性', 6],
    ['ｶﾅ', 2],
    ['e\u0301', 1],
    ['😀', 2],
    ['', 0],
  ])('of %s is %i', (text, columns) => {
    expect(textWidth(text)).toBe(columns);
  });

  it('never exceeds the columns a text is fitted to', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(textWidth(fitWidth(text, columns))).toBeLessThanOrEqual(columns);
        expect(textWidth(padWidth(fitWidth(text, columns), columns))).toBe(columns);
      }),
      RUNS,
    );
  });
});

describe('plain', () => {
  it('disarms escape sequences and direction marks', () => {
    expect(plain('a\u001b[2Jb\u202ec\r')).toBe('a\\x1b[2Jb\\x202ec\\x0d');
  });

  it('leaves no control character in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
        expect(plain(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
      RUNS,
    );
  });
});

describe('what a terminal obeys', () => {
  const HOSTILE = 'a\u001b[2J\u009b2Jb\u202ec\u007f';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
  const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

  it('is escaped in JSON, and the value is the same', () => {
    const text = toJson({ [HOSTILE]: [HOSTILE] }, 2);
    expect(text).not.toMatch(OBEYED);
    expect(JSON.parse(text)).toEqual({ [HOSTILE]: [HOSTILE] });
  });

  it('is escaped in YAML, and the value is the same', () => {
    const text = toYaml({ [HOSTILE]: [HOSTILE] });
    expect(text).not.toMatch(OBEYED);
    expect(parse(text)).toEqual({ [HOSTILE]: [HOSTILE] });
  });

  it('is escaped in XML', () => {
    expect(escaped(HOSTILE)).not.toMatch(OBEYED);
    expect(escaped('a\u009b')).toBe('a&#155;');
  });

  it.each([true, false])('is made visible in CSV on a terminal only (%s)', (isTTY) => {
    let text = '';
    const stdout = { isTTY, write: (part: string) => (text += part) };
    renderList({ stdout, stderr: stdout, env: {} }, 'csv', {
      items: [HOSTILE],
      columns: [{ field: 'name', heading: 'NAME', value: (name) => name }],
    });
    expect(text.includes('\u001b')).toBe(!isTTY);
  });

  it('is made visible line by line', () => {
    expect(plainLines('a\u001b\nb\u009b')).toBe('a\\x1b\nb\\x9b');
  });
});

describe('table', () => {
  it('aligns columns by their width in a terminal', () => {
    expect(
      tableLines(
        ['NAME', 'N'],
        [
          ['脆弱性', '1'],
          ['web', '22'],
        ],
      ),
    ).toEqual(['NAME    N', '脆弱性  1', 'web     22']);
  });

  it('takes more rows than a call takes arguments', () => {
    const rows = Array.from({ length: 200_000 }, (_, at) => [String(at)]);
    expect(tableLines(['N'], rows)).toHaveLength(200_001);
  });

  it('cuts the widest column first and fits', () => {
    const lines = tableLines(['A', 'B'], [['x'.repeat(50), 'short']], 30);
    expect(lines[1]).toBe(`${'x'.repeat(22)}…  short`);
  });
});

describe('csv', () => {
  it('quotes, and disarms formulas', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x,"y"', '=1+1'],
          ['-5', '@cmd'],
        ],
      ),
    ).toBe('a,b\r\n"x,""y""",\'=1+1\r\n-5,\'@cmd\r\n');
  });

  it('never lets a field start as a formula', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const start of ['=', ' =', '＝', '\u3000＋', '\u200b@', '\n-']) {
          const field = csvField(`${start}${text}x`);
          expect(field.startsWith(`'${start}`) || field.startsWith(`"'${start}`)).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('yaml', () => {
  it('writes nested blocks and quotes what could be read as something else', () => {
    const value = { a: 'no', b: [{ c: 1, d: ['x', 'y: z'] }, []], e: {}, f: '1.0', g: undefined, h: null };
    expect(toYaml(value)).toBe(
      'a: "no"\nb:\n  - c: 1\n    d:\n      - x\n      - "y: z"\n  - []\ne: {}\nf: "1.0"\nh: null\n',
    );
  });
});

describe('terminal', () => {
  it('has no colours with NO_COLOR, in a pipe or on a dumb terminal', () => {
    expect(mayColour({ isTTY: true }, {})).toBe(true);
    expect(mayColour({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
    expect(mayColour({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
    expect(mayColour({}, {})).toBe(false);
    expect(mayColour({}, { FORCE_COLOR: '1' })).toBe(true);
  });

  it('shows bytes with a unit', () => {
    expect([bytesText(0), bytesText(1536), bytesText(5 * 1024 ** 3)]).toEqual(['0 B', '1.5 KiB', '5.0 GiB']);
  });
});
