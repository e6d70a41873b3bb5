// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Failure, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import type { Node } from './ast.ts';
import { check } from './checker.ts';
import { beginEffort, doneEffort, endEffort, OverBudget } from './effort.ts';
import type { Environment } from './environment.ts';
import type { Bindings, Frame } from './frame.ts';
import { parse } from './parser.ts';
import { plan } from './planner.ts';
import { DYN, showType, type Type } from './types.ts';
import { fits } from './unify.ts';
import { CelError, type Value } from './value.ts';

/** Cost that one expression may have, as in Kubernetes. */
export const EXPRESSION_COST_MAX = 1_000_000;

export interface Evaluation {
  readonly value: Value;
  readonly cost: number;
  /** What was really done, beyond what the cost tells: for those who bound several evaluations together. */
  readonly effort: number;
  /** The cost ran out: the value is an error, and what is evaluated next has nothing left either. */
  readonly overBudget: boolean;
}

/** An expression that can be evaluated again and again. */
export interface Program {
  readonly source: string;
  readonly node: Node;
  readonly type: Type;
  readonly evaluate: (bindings: Bindings, limit?: number) => Evaluation;
  /** The value alone, for those who count nothing. */
  readonly value: (bindings: Bindings) => Value;
}

type Invalid = Failure<'E_CEL'>;

const NO_LOCALS: (Value | undefined)[] = [];
const OVER = new CelError('the expression costs more than it may');

/** Makes a program of a tree that is checked, or of one that is to run unchecked. */
function programOf(source: string, node: Node, type: Type, environment: Environment): Program {
  const { run, slots } = plan(node, environment);
  const evaluate = (bindings: Bindings, limit = EXPRESSION_COST_MAX): Evaluation => {
    const frame: Frame = {
      input: bindings,
      locals: slots === 0 ? NO_LOCALS : new Array<Value | undefined>(slots),
      cost: 0,
      limit,
    };
    const outer = beginEffort();
    try {
      const value = run(frame);
      return frame.cost > limit
        ? { value: OVER, cost: frame.cost, effort: doneEffort(), overBudget: true }
        : { value, cost: frame.cost, effort: doneEffort(), overBudget: false };
    } catch (fault) {
      // What was really done can be more than the cost tells: nothing is left either way.
      if (fault instanceof OverBudget)
        return {
          value: OVER,
          cost: Math.max(frame.cost, limit + 1),
          effort: doneEffort(),
          overBudget: true,
        };
      throw fault;
    } finally {
      endEffort(outer);
    }
  };
  const value = (bindings: Bindings): Value => {
    const frame: Frame = {
      input: bindings,
      locals: slots === 0 ? NO_LOCALS : new Array<Value | undefined>(slots),
      cost: 0,
      limit: EXPRESSION_COST_MAX,
    };
    const outer = beginEffort();
    try {
      const found = run(frame);
      return frame.cost > EXPRESSION_COST_MAX ? OVER : found;
    } catch (fault) {
      if (fault instanceof OverBudget) return OVER;
      throw fault;
    } finally {
      endEffort(outer);
    }
  };
  return { source, node, type, evaluate, value };
}

export interface CompileOptions {
  readonly environment: Environment;
  /** The type the expression must have. */
  readonly expected?: Type;
  /** Runs an expression whose types were not checked; types are looked at when it runs either way. */
  readonly unchecked?: boolean;
}

/** Compiles an expression. E_CEL: it cannot be read, names what does not exist, or its types do not fit. */
export function compileCel(source: string, options: CompileOptions): Result<Program, Invalid> {
  const node = parse(source);
  if (node instanceof CelError) return err(failure('E_CEL', node.message));
  if (options.unchecked === true) return ok(programOf(source, node, DYN, options.environment));
  const type = check(node, options.environment);
  if (type instanceof CelError) return err(failure('E_CEL', type.message));
  const { expected } = options;
  if (expected !== undefined && !fits(new Map(), type, expected))
    return err(failure('E_CEL', `it is ${showType(type)} where ${showType(expected)} is needed`));
  return ok(programOf(source, node, type, options.environment));
}
