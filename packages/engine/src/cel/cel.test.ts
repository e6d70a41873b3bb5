// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CelError, compileCel, Double, DYN, environmentOf, OPTIONALS, STRINGS, type Value } from './index.ts';
import { parse } from './parser.ts';

const ENVIRONMENT = environmentOf({ variables: { object: DYN }, libraries: [STRINGS, OPTIONALS] });

const run = (source: string, object: Value = null): Value => {
  const program = compileCel(source, { environment: ENVIRONMENT });
  return program.ok ? program.value.value({ object }) : new CelError(`not compiled: ${program.error.detail}`);
};
const message = (value: Value): string =>
  value instanceof CelError ? value.message : `no error: ${String(value)}`;

describe('objects of Kubernetes', () => {
  it('have integers where JSON has whole numbers, and doubles elsewhere', () => {
    expect(run('object.replicas + 1', { replicas: 3 })).toBe(4);
    expect(run('type(object.share) == double', { share: 0.5 })).toBe(true);
    expect(run('object.share + 0.5', { share: 0.5 })).toEqual(new Double(1));
    expect(run('object.list.map(x, type(x))', { list: [1, 1.5] })).toHaveLength(2);
    expect(run('type(object.big) == int', { big: 2 ** 60 })).toBe(true);
  });

  it('have the fields that were written, and none that JavaScript adds', () => {
    for (const field of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      expect(run(`has(object.${field})`, {})).toBe(false);
    expect(message(run('object.constructor', {}))).toBe('no such key: constructor');
    expect(run('object.constructor == "x"', { constructor: 'x' } as unknown as Value)).toBe(true);
    expect(run('"__proto__" in object', {})).toBe(false);
    expect(run('has(object.length)', { list: [] })).toBe(false);
    expect(message(run('object.list.length', { list: [1] }))).toMatch(/no such overload/);
  });
});

describe('what stands in for an absent value', () => {
  it.each([
    ['optional.of(1).orValue(1 / 0) == 1', true],
    ['optional.of(1).or(optional.of(1 / 0)).value() == 1', true],
    ['object.?spec.?replicas.orValue(object.missing) == 3', true],
    ['optional.none().orValue(2) == 2', true],
    ['optional.none().or(optional.of(2)).value() == 2', true],
  ])('is asked only where it is absent: %s', (source, value) => {
    expect(run(source, { spec: { replicas: 3 } })).toBe(value);
  });

  it('may go wrong, and must be of the right type', () => {
    expect(message(run('optional.none().orValue(1 / 0)'))).toMatch(/zero/);
    expect(message(run('optional.none().or(optional.of(1 / 0))'))).toMatch(/zero/);
    expect(message(run('object.orValue(1)', {}))).toMatch(/no such overload: orValue/);
    expect(message(run('optional.none().or(object)', {}))).toMatch(/no such overload: or/);
    expect(message(run('object.missing.orValue(1)', {}))).toBe('no such key: missing');
  });

  it('costs nothing where it is not needed', () => {
    const cost = (source: string): number => {
      const program = compileCel(source, { environment: ENVIRONMENT });
      return program.ok ? program.value.evaluate({ object: null }).cost : -1;
    };
    const costly = '["a", "b"].map(x, x + x).size()';
    expect(cost(`optional.of(1).orValue(${costly})`)).toBe(cost('optional.of(1).orValue(2)'));
  });
});

describe('integers', () => {
  it('are exact to 64 bits and say so beyond', () => {
    expect(run('9007199254740993 + 0')).toBe(9007199254740993n);
    expect(run('9223372036854775807 - 9223372036854775800')).toBe(7);
    expect(message(run('9223372036854775807 + 1'))).toBe('integer overflow');
    expect(message(run('-9223372036854775808 - 1'))).toBe('integer overflow');
    expect(message(run('-(-9223372036854775808)'))).toBe('integer overflow');
    expect(message(run('4611686018427387904 * 2'))).toBe('integer overflow');
    expect(run('-7 / 2')).toBe(-3);
    expect(run('-7 % 2 == -1')).toBe(true);
    expect(message(run('1 / 0'))).toBe('division by zero');
  });
});

describe('errors', () => {
  it('are absorbed where another operand decides, and only there', () => {
    expect(run('object.x || true', {})).toBe(true);
    expect(run('false && object.x', {})).toBe(false);
    expect(message(run('object.x || false', {}))).toBe('no such key: x');
    expect(run('[1, 2].exists(i, i == 2 || object.x)', {})).toBe(true);
    expect(message(run('[1, 2].all(i, i == object.x)', {}))).toBe('no such key: x');
    expect(run('cel.bind(x, object.x, true)', {})).toBe(true);
  });

  it('name the place in the source', () => {
    for (const [source, place] of [
      ['1 +', 4],
      ['object.', 8],
      ['"abc', 1],
      ['nobody.x', 1],
      ['1 + "a"', 3],
      ['[1].map(1, 2)', 4],
    ] as const)
      expect(message(run(source))).toContain(`(at ${place})`);
  });
});

describe('limits', () => {
  it('refuse what is too long, too deep or too much', () => {
    expect(message(run(`"${'a'.repeat(70_000)}"`))).toContain('longer than 65536');
    expect(message(run(`${'('.repeat(300)}1${')'.repeat(300)}`))).toContain('nested deeper than 250');
    expect(message(run(Array.from({ length: 1200 }, () => '1').join(' + ')))).toContain(
      'more than 1000 operators',
    );
    expect(message(run(`[${'1,'.repeat(25_000)}]`))).toContain('more than 20000 parts');
  });

  it('end an evaluation at its cost, which nothing absorbs', () => {
    const list = `[${Array.from({ length: 100 }, (_one, at) => at).join(',')}]`;
    const program = compileCel(`cel.bind(l, ${list}, l.all(a, l.all(b, l.all(c, l.all(d, true)))) || true)`, {
      environment: ENVIRONMENT,
    });
    const found = program.ok ? program.value.evaluate({ object: null }) : undefined;
    expect(found?.overBudget).toBe(true);
    expect(found?.cost).toBeLessThan(1_001_000);
  });

  it('keep a list from doubling without end', () => {
    let source = 'size(l30)';
    for (let at = 30; at > 0; at -= 1) source = `cel.bind(l${at}, l${at - 1} + l${at - 1}, ${source})`;
    expect(message(run(`cel.bind(l0, [1], ${source})`))).toContain('more than 1000000 elements');
  });
});

describe('anything', () => {
  const WORDS = [
    ...'()[]{}.,?:+-*/%!<>="\'`\\@#',
    ...['&&', '||', '==', 'in', 'has(', 'object', 'x', '.all(x, ', '.map(x, ', 'cel.bind(', '1', '2u', '3.5'],
    ...['"a"', "b'\\x00'", 'true', 'null', '.?', '[?', '\n', '// c', '0x', '1e', '.format(', '.matches("'],
  ];

  it('is read or refused, and then run, without an exception', () => {
    const pieces = fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 3 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(pieces, (words) => {
        const source = words.join('');
        expect(typeof parse(source)).toBe('object');
        const program = compileCel(source, { environment: ENVIRONMENT, unchecked: true });
        if (program.ok) expect(program.value.value({ object: { x: [1, 'a', null] } })).toBeDefined();
        expect(typeof compileCel(source, { environment: ENVIRONMENT }).ok).toBe('boolean');
      }),
      { seed: 6, numRuns: 5000 },
    );
  });
});
