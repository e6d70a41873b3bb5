// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  authorizerOf,
  CelError,
  compileCel,
  type Environment,
  environmentOf,
  librariesOf,
  readType,
  type Value,
} from '@bartizan/engine/cel';
import { describe, expect, it } from 'vitest';
import { FAILING_EXPRESSIONS, TRUE_EXPRESSIONS } from './kubernetes-examples.ts';

const variables = { authorizer: readType('kubernetes.authorization.Authorizer') };
const environmentAt = (minor: number): Environment =>
  environmentOf({ libraries: librariesOf(minor), variables });
const LAST = environmentAt(37);

const run = (source: string, authorizer: Value = authorizerOf()): Value => {
  const program = compileCel(source, { environment: LAST });
  if (!program.ok) throw new Error(program.error.detail);
  return program.value.value({ authorizer });
};

describe('functions of Kubernetes', () => {
  it.each(TRUE_EXPRESSIONS)('%s', (source) => {
    expect(run(source)).toBe(true);
  });

  it.each(FAILING_EXPRESSIONS)('%s is an error', (source) => {
    expect(run(source)).toBeInstanceOf(CelError);
  });

  it('come with the version that brought them', () => {
    for (const [source, since] of [
      ['sign(quantity("1"))', 28],
      ['"%s".format(["x"])', 29],
      ['sets.contains([1], [1])', 29],
      ['ip("1.2.3.4").family()', 30],
      ['format.named("x").hasValue()', 31],
      ['semver("1.2.3").major()', 33],
      ['[1].distinct()', 34],
      ['[1].includes(1)', 37],
    ] as const) {
      expect(compileCel(source, { environment: environmentAt(since) }).ok, source).toBe(true);
      expect(compileCel(source, { environment: environmentAt(since - 1) }).ok, source).toBe(false);
    }
  });
});

describe('costs', () => {
  // Figures of the API server's own cost meter.
  it.each([
    ["'ABCDEFGHIJ abcdefghij'.lowerAscii()", 3],
    ["'abc 123 def 123'.replace('123', '456')", 3],
    ["'abc 123 def 123'.substring(5, 8)", 2],
    ["['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join(' ')", 15],
    ['sets.equivalent([1, 2, 3], [3u, 2.0, 1])', 39],
    ["{'a': 1, 'b': 2}.exists(k, v, v > 0)", 40],
    ["{'a': 1, 'b': 2}.existsOne(k, v, v > 0)", 40],
    ["{'a': 1, 'b': 2}.transformMap(k, v, v < 5, v + 1)", 75],
    ["{'a': 1, 'b': 2}.transformMapEntry(k, v, {k: v + 1})", 131],
    ['[1, 2].exists(i, v, v > 0)', 20],
  ] as const)('%s costs %i', (source, cost) => {
    const program = compileCel(source, { environment: LAST });
    expect(program.ok ? program.value.evaluate({}).cost : program.error.detail).toBe(cost);
  });

  it('of permissions allow two checks in one expression', () => {
    const check = 'authorizer.path("/a").check("get").allowed()';
    const costOf = (source: string): boolean | undefined => {
      const program = compileCel(source, { environment: LAST });
      const authorizer = authorizerOf(() => ({ allowed: true }));
      return program.ok ? program.value.evaluate({ authorizer }).overBudget : undefined;
    };
    expect(costOf(`${check} && ${check}`)).toBe(false);
    expect(costOf(`${check} && ${check} && ${check}`)).toBe(true);
  });
});

describe('the authorizer', () => {
  const SOURCE =
    'authorizer.group("apps").resource("deployments").namespace("shop").check("create").allowed()';

  it('puts the question together and gives the answer of the port', () => {
    const asked: unknown[] = [];
    const port = authorizerOf((question) => {
      asked.push(question);
      return { allowed: question.verb === 'create' };
    });
    expect(run(SOURCE, port)).toBe(true);
    expect(asked).toEqual([{ group: 'apps', resource: 'deployments', namespace: 'shop', verb: 'create' }]);
    expect(run('authorizer.serviceAccount("a", "b").path("/healthz").check("get").allowed()', port)).toBe(
      false,
    );
  });

  it('without a port says that it does not know', () => {
    const found = run(SOURCE);
    expect(found instanceof CelError && found.unknown).toBe(true);
  });
});
