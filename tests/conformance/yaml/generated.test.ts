// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readYaml } from '@bartizan/scan/yaml';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.stringMatching(/^[-:#?&*!|>'"%@`{}[\], \n\ta-c0-2.]{0,16}$/),
  fc.constantFrom(
    'yes',
    'no',
    '~',
    '0644',
    '1e3',
    '2001-01-01',
    '<<',
    '- a',
    'a: b',
    ' a',
    'a ',
    'a\n',
    '\na',
    '',
    'y',
  ),
);
/** The writer writes a key `<<` as it writes a merge. */
const key = text.filter((name) => name !== '<<');
const leaf = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(key, tie('node'), { maxKeys: 4 }),
  ),
})).node;

/** Written by an implementation of YAML that is not ours, in each of its styles. */
const style = fc.record({
  indent: fc.integer({ min: 1, max: 6 }),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 30, 80),
  collectionStyle: fc.constantFrom('any', 'flow'),
  defaultStringType: fc.constantFrom(
    'PLAIN',
    'QUOTE_DOUBLE',
    'QUOTE_SINGLE',
    'BLOCK_LITERAL',
    'BLOCK_FOLDED',
  ),
  version: fc.constant('1.1'),
} as const);

/** As JSON has it: no negative zero, no undefined. */
const plain = (made: unknown): unknown => JSON.parse(JSON.stringify(made));

describe('documents written by another implementation', () => {
  it('are read as it reads them itself', () => {
    fc.assert(
      fc.property(value, style, (made, options) => {
        const written = stringify(made, options);
        const [document] = readYaml(written);
        expect(document, written).toMatchObject({ ok: true });
        expect(document?.ok === true ? plain(document.value) : undefined, written).toEqual(
          plain(parse(written, { version: '1.1' })),
        );
      }),
      { seed: 65, numRuns: 3000 },
    );
  });
});
