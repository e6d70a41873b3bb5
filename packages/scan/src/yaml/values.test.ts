// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readYaml } from './read.ts';
import type { JsonValue } from './value-sink.ts';

const readValue = (text: string): JsonValue | undefined => {
  const [document] = readYaml(text);
  return document?.ok === true ? document.value : undefined;
};

/** What sigs.k8s.io/yaml 1.6.0, which kubectl reads with, makes of each. */
const SCALARS: readonly (readonly [string, JsonValue])[] = [
  ['yes', true],
  ['On', true],
  ['y', true],
  ['n', false],
  ['OFF', false],
  ['yEs', 'yEs'],
  ['~', null],
  ['Null', null],
  ['0644', 420],
  ['-0644', -420],
  ['08', 8],
  ['0o17', 15],
  ['0o8', '0o8'],
  ['0b11', 3],
  ['-0b11', -3],
  ['0x1F', 31],
  ['0XfF', 255],
  ['0x', '0x'],
  ['0x_1', 1],
  ['1_000', 1000],
  ['1__0', 10],
  ['_1', '_1'],
  ['1_000.5', 1000.5],
  ['1e3', 1000],
  ['1e400', '1e400'],
  ['+12e03', 12_000],
  ['-2E+05', -200_000],
  ['1.', 1],
  ['.5', 0.5],
  ['.8_0', 0.8],
  ['._5', '._5'],
  ['+.5', 0.5],
  ['-0', 0],
  ['..', '..'],
  ['+', '+'],
  ['1:2', '1:2'],
  ['12:30', '12:30'],
  ['2001-01-01', '2001-01-01'],
  ['2001-1-1T1:2:3Z', '2001-1-1T1:2:3Z'],
  ['18446744073709551615', 18_446_744_073_709_552_000],
  ['!foo 12', '12'],
  ['! 12', '12'],
  ['!!str 12', '12'],
  ["!!int '3'", 3],
  ['!!float 3', 3],
  ["!!null ''", null],
  ['!!binary aGk=', 'hi'],
  ['!!timestamp 2001-01-01', '2001-01-01'],
  ["'yes'", 'yes'],
  ['"0644"', '0644'],
];

/** Keys are always texts in JSON. */
const KEYS: readonly (readonly [string, string])[] = [
  ['y', 'true'],
  ['off', 'false'],
  ['0644', '420'],
  ['1.10', '1.1'],
  ['123456789', '123456789'],
  ['1234567.5', '1.2345675e+06'],
  ['16777217.0', '1.6777216e+07'],
  ['0.1e-7', '1e-08'],
  ['1e7', '1e+07'],
  ['9E97', '.inf'],
  ['1e-70', '0'],
  ['"yes"', 'yes'],
];

describe('scalars are what kubectl takes them for', () => {
  it.each(SCALARS)('%s', (written, value) => {
    expect(readValue(`a: ${written}`)).toEqual({ a: value });
    expect(readValue(`[${written}]`)).toEqual([value]);
  });

  it.each(KEYS)('as a key: %s', (written, key) => {
    expect(readValue(`${written}: 1`)).toEqual({ [key]: 1 });
  });

  it('also where JSON would say it with an escape', () => {
    expect(readValue(String.raw`{"a": "\ud83d\ude00\/\u00e9"}`)).toEqual({ a: '\u{1f600}/é' });
  });
});

describe('merge keys', () => {
  const base = 'base: &x {k: 1, l: 2}\n';

  it.each([
    ['a: {<<: *x, k: 3}', { k: 3, l: 2 }],
    ['a: {k: 3, <<: *x}', { k: 1, l: 2 }],
    ['a: {<<: [*x, {k: 5, m: 6}]}', { k: 1, l: 2, m: 6 }],
    ["a: {'<<': 1}", { '<<': 1 }],
  ])('%s', (text, value) => {
    expect(readValue(base + text)).toMatchObject({ a: value });
  });
});

describe('what an alias repeats', () => {
  it('is what the anchored scalar is, also where that is a key', () => {
    // A key is a text in JSON, and what it is repeated as need not be.
    const keys = 'm: {&t true: a, &z 0: b, &s !!str 5: c, &o 0644: d, &w word: e}\n';
    expect(readValue(`${keys}v: [*t, *z, *s, *o, *w]\n`)).toEqual({
      m: { true: 'a', 0: 'b', 5: 'c', 420: 'd', word: 'e' },
      v: [true, 0, '5', 420, 'word'],
    });
    expect(readValue('m: {&q "true": a}\nv: *q\n')).toEqual({ m: { true: 'a' }, v: 'true' });
    expect(readValue('a: {&m <<: {b: 1}}\nv: *m\n')).toEqual({ a: { b: 1 }, v: '<<' });
  });

  it.each(KEYS)('as a key is the text that %s is as a key', (written, key) => {
    expect(readValue(`a: &v ${written}\nb: {*v : 1}`)).toMatchObject({ b: { [key]: 1 } });
    expect(readValue(`a: {&v ${written}: 2}\nb: {*v : 1}`)).toMatchObject({ b: { [key]: 1 } });
  });
});

describe('values', () => {
  it('are plain data, whatever a key is called', () => {
    const value = readValue('__proto__: {polluted: yes}\nconstructor: 1\ntoString: 2\n');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('are the same with line breaks of Windows, and of the Mac of old', () => {
    const text = 'a: |\n  b\n\n  c\nd: "e\n  f"\n';
    expect(readValue(text.replaceAll('\n', '\r\n'))).toEqual(readValue(text));
    expect(readValue(text.replaceAll('\n', '\r'))).toEqual(readValue(text));
  });

  it('come one by one from concatenated JSON', () => {
    const values = [...readYaml('{"a":1}{"a":2}\n{"a":3}\n')].map((one) => one.ok && one.value);
    expect(values).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });
});
