// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvTextField, disarmed } from './index.ts';

const SIGNS = ['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠'];
const HIDDEN = ['', ' ', '\t', '\n', '\r', '\u00a0', '\u3000', '\ufeff', '\u200b', '\u0000', '\u001b'];

describe('a cell of a spreadsheet', () => {
  it.each(SIGNS)('that starts with %s is text, also behind what cannot be seen', (sign) => {
    for (const hidden of HIDDEN) {
      const text = `${hidden}${sign}HYPERLINK("http://x";"y")`;
      expect(disarmed(text)).toBe(`'${text}`);
      expect(csvTextField(text)).toBe(`"'${text.replaceAll('"', '""')}"`);
    }
  });

  it.each(['web', 'a=b', '日本語', '#1', '(x)', '', '0-1', 'a, "b"', "'=1"])('leaves %j as it is', (text) => {
    expect(disarmed(text)).toBe(text);
  });

  it('quotes what RFC 4180 asks for', () => {
    expect(csvTextField('a, "b"')).toBe('"a, ""b"""');
    expect(csvTextField('a\nb')).toBe('"a\nb"');
    expect(csvTextField('\tweb')).toBe("'\tweb");
  });

  it('is never a formula, whatever the text, and only the apostrophe is added', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...HIDDEN),
        fc.constantFrom('', ...SIGNS),
        fc.string({ unit: 'binary', maxLength: 20 }),
        (hidden, sign, rest) => {
          const text = `${hidden}${sign}${rest}`;
          const safe = disarmed(text);
          expect([text, `'${text}`]).toContain(safe);
          expect(safe).not.toMatch(/^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u);
        },
      ),
      { seed: 20_261_129, numRuns: 500 },
    );
  });
});
