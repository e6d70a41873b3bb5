// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from './document.ts';
import { jsonObject } from './json.ts';
import { YAML_LIMITS } from './limits.ts';
import { readYaml } from './read.ts';
import { type JsonValue, ValueSink } from './value-sink.ts';

/** What the grammar of YAML makes of a text. */
function byGrammar(text: string): JsonValue {
  const sink = new ValueSink(YAML_LIMITS);
  readDocument(text, sink, YAML_LIMITS);
  return sink.root;
}
const asJson = (text: string, limits = {}): JsonValue | undefined =>
  jsonObject(text, { ...YAML_LIMITS, ...limits });

describe('objects of JSON', () => {
  it('are what the grammar of YAML makes of them', () => {
    const key = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('<<', '__proto__', '1', '~'),
    );
    const tree = fc.letrec<{ node: JsonValue }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'grapheme', maxLength: 12 }),
        fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        fc.constantFrom(true, false, null, ': ', '{"a": 1}', '\u0085', 'x # y'),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(key, tie('node'), { maxKeys: 4 }),
      ),
    })).node;
    let seen = 0;
    fc.assert(
      fc.property(
        fc.dictionary(key, tree, { maxKeys: 5 }),
        fc.constantFrom('', '  ', '\t'),
        (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          const found = asJson(text);
          if (found === undefined) return;
          seen += 1;
          expect(found).toEqual(byGrammar(text));
          expect(JSON.stringify(found)).toBe(JSON.stringify(byGrammar(text)));
        },
      ),
      { seed: 66, numRuns: 1500 },
    );
    expect(seen).toBeGreaterThan(100);
  });

  it.each([
    ['a key that stands twice', '{"a": 1, "b": {"c": 1, "c": 2}}'],
    ['a key that stands twice by an escape', '{"a": 1, "\\u0061": 2}'],
    ['a key that stands twice, without blanks', '{"a":1,"b":{"c":1,"c":2}}'],
    ['an exponent, without blanks', '{"a":[1e+21]}'],
    ['a control character, without blanks', '{"a":"\u007f"}'],
    ['a negative zero', '{"a": -0}'],
    ['an exponent', '{"a": 1e400}'],
    ['half of a pair', '{"a": "\\ud800"}'],
    ['a control character', '{"a": "\u007f"}'],
    ['a comment', '{"a": 1} # b'],
    ['a second object', '{"a": 1}\n{"b": 2}'],
    ['a list', '[1]'],
    ['a plain word', '{"a": b}'],
    ['a word of YAML that JSON does not have', '{"a": yes}'],
    ['a string that never ends', '{"a": "b}'],
  ])('with %s are left to the grammar', (_what, text) => expect(asJson(text)).toBeUndefined());

  it('beyond a bound are left to the grammar, which says which', () => {
    const deep = `{"a": ${'['.repeat(9)}${']'.repeat(9)}}`;
    expect(asJson(deep, { depth: 10 })).toBeDefined();
    expect(asJson(deep, { depth: 9 })).toBeUndefined();
    expect(asJson(deep.replace(' ', ''), { depth: 10 })).toBeDefined();
    expect(asJson(deep.replace(' ', ''), { depth: 9 })).toBeUndefined();
    expect(asJson('{"a":[1,2,3]}', { nodes: 5 })).toBeUndefined();
    expect(asJson('{"a":1}', { isTimeUp: () => true })).toBeUndefined();
    expect(asJson('{"a": [1, 2, 3]}', { nodes: 6 })).toBeDefined();
    expect(asJson('{"a": [1, 2, 3]}', { nodes: 5 })).toBeUndefined();
    expect(asJson('{"a": 1}', { documentChars: 7 })).toBeUndefined();
    expect(asJson('{"a": 1}', { isTimeUp: () => true })).toBeUndefined();
    const [document] = readYaml('{"a": 1, "a": 2}');
    expect(document?.ok === false && document.problem.code).toBe('E_YAML_DUPLICATE_KEY');
  });

  it('keep the name of a key that means something elsewhere', () => {
    const value = asJson('{"__proto__": {"x": 1}, "<<": {"y": 2}}');
    expect(Object.keys(value ?? {})).toEqual(['__proto__', '<<']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
