// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import {
  CelError,
  compileCel,
  DYN,
  EXPRESSION_COST_MAX,
  environmentOf,
  KUBERNETES_MINORS,
  librariesOf,
  type Value,
} from './index.ts';

const ENVIRONMENT = environmentOf({
  variables: { object: DYN },
  libraries: librariesOf(KUBERNETES_MINORS.last),
});
/** Far above what the bound takes, far below what these take without it. */
const SOON_MS = 5_000;

interface Run {
  readonly value: Value;
  readonly cost: number;
  readonly tookMs: number;
}
function run(source: string, object: Value = null): Run {
  const program = compileCel(source, { environment: ENVIRONMENT });
  if (!program.ok) throw new Error(program.error.detail);
  const before = performance.now();
  const { value, cost } = program.value.evaluate({ object });
  return { value, cost, tookMs: performance.now() - before };
}
const message = ({ value }: Run): string =>
  value instanceof CelError ? value.message : `no error: ${String(value)}`;

/** A list that is small to make and has 2^levels elements in its depth. */
const shared = (levels: number): string => `[1]${'.map(a, [a, a])'.repeat(levels)}`;
const bind = (body: string, x = shared(40), y = x): string => `cel.bind(x, ${x}, cel.bind(y, ${y}, ${body}))`;

describe('values that share their elements', () => {
  it.each([
    'x == y',
    'x != y',
    'x in [y]',
    '[x].indexOf(y) == 0',
    '[x].lastIndexOf(y) == 0',
    '[x].includes(y)',
    'sets.contains([x], [y])',
    'sets.equivalent([x], [y])',
    'sets.intersects([x], [y])',
    '[x, y].distinct().size() == 1',
    '{"a": x} == {"a": y}',
    'optional.of(x) == optional.of(y)',
    'x == y || true',
  ])('end %s at the bound, which nothing absorbs', (body) => {
    const found = run(bind(body));
    expect(message(found)).toBe('the expression costs more than it may');
    expect(found.cost).toBeGreaterThan(EXPRESSION_COST_MAX);
    expect(found.tookMs).toBeLessThan(SOON_MS);
  });

  it('are compared as long as that is within reason, at the cost of Kubernetes', () => {
    expect(run(bind('x == y', shared(12)))).toMatchObject({ value: true });
    const big = Array.from({ length: 300 }, (_one, at) => ({
      name: `n${at}`,
      env: [{ name: 'A', value: 'b' }],
    }));
    const found = run('object.new == object.old', { new: big, old: structuredClone(big) });
    // A tenth of the outer size, and two for each field.
    expect(found).toMatchObject({ value: true, cost: 34 });
  });
});

describe('long texts and lists', () => {
  const text = (length: number, end: string): string => 'x'.repeat(length) + end;

  it.each([
    ['texts that are compared again and again', 'sets.contains(object.many, object.other)'],
    ['texts that are sorted', 'object.many.sort().size() > 0'],
    ['texts that are looked for', 'object.many.all(one, !(one in object.other))'],
    ['texts whose length is asked', 'object.many.all(a, object.many.all(b, b.size() > 0))'],
    ['maps whose length is asked', 'object.many.all(a, object.many.all(b, object.map.size() > 0))'],
    ['maps that are begun', 'object.many.all(a, object.many.all(b, object.map.exists(k, true)))'],
    ['lists that are joined', 'object.many.map(a, object.long + object.long).size() > 0'],
    ['lists that cost more than they may', 'sets.contains(object.long, object.long.map(a, a + 1000000))'],
  ])('%s end at the bound', (_what, source) => {
    const found = run(source, {
      many: Array.from({ length: 400 }, (_one, at) => text(1_000_000, at % 2 === 0 ? 'a' : 'b')),
      other: Array.from({ length: 400 }, () => text(1_000_000, 'c')),
      long: Array.from({ length: 80_000 }, (_one, at) => at),
      map: Object.fromEntries(Array.from({ length: 20_000 }, (_one, at) => [`k${at}`, at])),
    });
    expect(message(found)).toBe('the expression costs more than it may');
    expect(found.tookMs).toBeLessThan(SOON_MS);
  });

  it.each([
    ['a short pattern of a thousand steps', '[1, 2, 3, 4, 5].all(i, !object.matches("(?:a?){1000}a{500}b"))'],
    ['a pattern that is found at each place', 'object.findAll("a.*b|a").size() > 0'],
  ])('end %s at the bound', (_what, source) => {
    const found = run(source, 'a'.repeat(100_000));
    expect(message(found)).toBe('the expression costs more than it may');
    expect(found.tookMs).toBeLessThan(SOON_MS);
  });

  it.each([
    ['another text', '[WORDS].all(w, object.text != w)'],
    ['another text on the left', '[WORDS].all(w, w != object.text)'],
    ['a text in order', '[WORDS].all(w, w < object.text)'],
    ['a number', '[WORDS].all(w, object.text != object.number)'],
    ['a text, of two units for each character', '[WORDS].all(w, object.wide != w)'],
  ])('are not walked to be compared with %s, at the cost of Kubernetes', (_what, source) => {
    const words = Array.from({ length: 40 }, (_one, at) => `"word${at}"`).join(',');
    const against = (length: number): Run =>
      run(source.replace('WORDS', words), {
        text: text(length, ''),
        wide: '\u{1f600}'.repeat(length),
        number: 1,
      });
    expect(against(1_000_000)).toMatchObject({ value: true, cost: against(20).cost });
  });

  it('cost as many characters as the smaller one has', () => {
    const wide = '\u{1f600}'.repeat(600);
    const costOf = (length: number): number =>
      run('object.text == object.wide', { text: text(length, ''), wide }).cost - 4;
    expect([500, 599, 1_199, 1_300].map(costOf)).toEqual([50, 60, 60, 60]);
  });

  it('are matched within reason', () => {
    const text = 'registry.example.com/team/app:1.2.3 '.repeat(10_000);
    expect(run('object.matches("^([a-z.]+/[a-z/]+:[0-9.]+ )+$")', text).value).toBe(true);
  });

  it('are free for the next evaluation', () => {
    expect(run(bind('x == y')).value).toBeInstanceOf(CelError);
    expect(run(bind('x == y', shared(15))).value).toBe(true);
  });
});

describe('results', () => {
  const all = (name: string, times: number): string =>
    `[${Array.from({ length: times }, () => name).join(',')}]`;
  const long = '[object]';

  it.each([
    [
      'flatten',
      `[lists.range(100000)].exists(b, ${all('b', 60)}.flatten().size() > 0)`,
      'a list of more than 1000000 elements',
    ],
    [
      'flatten of many',
      `[lists.range(100000)].exists(b, ${all('b', 8_000)}.flatten().size() > 0)`,
      'a list of more than 1000000 elements',
    ],
    [
      'format',
      `${long}.all(s, "${'%s'.repeat(100)}".format(${all('s', 100)}).size() > 0)`,
      'a text of more than 10000000 characters',
    ],
    [
      'format of a list',
      `${long}.all(s, "%s".format([${all('s', 100)}]).size() > 0)`,
      'a text of more than 10000000 characters',
    ],
    [
      'format of a map',
      `${long}.all(s, "%s".format([{s: s, "a": s}]).size() > 0)`,
      'a text of more than 10000000 characters',
    ],
    [
      'hexadecimal format',
      `${long}.all(s, "%x".format([s]).size() > 0)`,
      'a text of more than 10000000 characters',
    ],
  ])('of %s are measured before they are made', (_what, source, said) => {
    const before = process.memoryUsage().rss;
    const found = run(source, 'x'.repeat(9_000_000));
    expect(message(found)).toBe(said);
    expect(found.tookMs).toBeLessThan(SOON_MS);
    expect(process.memoryUsage().rss - before).toBeLessThan(500_000_000);
  });

  it.each([
    [
      'flatten of lists that share theirs',
      `cel.bind(x, [[]]${'.map(a, [a, a])'.repeat(60)}, x.flatten(100).size() > 0)`,
    ],
    [
      'format of lists that share theirs',
      `cel.bind(x, [[]]${'.map(a, [a, a])'.repeat(40)}, "%s".format([x]) == "")`,
    ],
    [
      'flatten again and again',
      `[lists.range(9000)].exists(b, b.exists(i, ${all('b', 60)}.flatten().size() < 0))`,
    ],
    [
      'replace again and again',
      `["${'x'.repeat(1_000)}"].all(s, lists.range(1000).map(i, s.replace("", s)).size() > 0)`,
    ],
    ['getQuery again and again', 'object.all(a, url(a).getQuery().size() > 0)'],
  ])('of %s end at the bound', (_what, source) => {
    const found = run(
      source,
      Array.from({ length: 100 }, () => `/?${'a&'.repeat(16_000)}`),
    );
    expect(message(found)).toBe('the expression costs more than it may');
    expect(found.tookMs).toBeLessThan(SOON_MS);
  });

  it('are what they were within the bounds', () => {
    expect(run('[[1, [2]], [3]].flatten()').value).toEqual([1, [2], 3]);
    expect(run('[[1, [2]], [[[3]]], 4].flatten(2)').value).toEqual([1, 2, [3], 4]);
    expect(run('"%s %x %s".format([[1, {"b": [], "a": 2}], "hi", "e"])').value).toBe(
      '[1, {a: 2, b: []}] 6869 e',
    );
    expect(
      run('url("/?a=1&b=%20+x&a=2&c").getQuery() == {"a": ["1", "2"], "b": ["  x"], "c": [""]}').value,
    ).toBe(true);
    expect(run('[[1, 2].first().value(), [1, 2].last().value()]').value).toEqual([1, 2]);
    expect(run('[].first().hasValue()').value).toBe(false);
  });

  it('of a long query come in proportion to its length', () => {
    const found = run('url(object).getQuery()["a"].size()', `/?${'a&'.repeat(32_000)}`);
    expect(found).toMatchObject({ value: 32_000 });
    // Making each list anew took three seconds.
    expect(found.tookMs).toBeLessThan(500);
  });
});
