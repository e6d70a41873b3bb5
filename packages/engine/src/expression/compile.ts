// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  Comparison,
  Condition,
  Facts,
  FactType,
  FactValue,
  Failure,
  FieldCondition,
  Result,
} from '@bartizan/contracts';
import { OPERATORS } from '@bartizan/contracts/detection-rule';
import { err, failure, ok } from '@bartizan/contracts/result';
import { buildTest, operatorApplies, type ValueTest } from './compare.ts';

/** Most parts a condition may have. */
export const CONDITION_NODES_MAX = 200;
/** Deepest nesting of a condition. */
export const CONDITION_DEPTH_MAX = 8;
/** Most comparisons that are kept as evidence. */
const EVIDENCE_MAX = 64;

/** What a condition found, with the comparisons that decided it. */
export interface Evidence {
  readonly held: boolean;
  /** The comparisons that held, in the order they were made. */
  readonly comparisons: readonly Comparison[];
  /** The first comparison that did not hold, on the branch that came nearest. Present exactly when `held` is false. */
  readonly firstDiffered?: Comparison;
}

/** A condition that can be asked. Missing facts: every comparison but `absent` is false, and its negation is true. */
export interface CompiledCondition {
  /** The quick answer, without evidence. */
  readonly test: (facts: Facts) => boolean;
  /** The same answer with its evidence. */
  readonly explain: (facts: Facts) => Evidence;
  /** Names of the facts it looks at, sorted. */
  readonly fields: readonly string[];
}

/** Type of each fact that may be asked for; a name outside does not compile. */
export type FactTypes = ReadonlyMap<string, FactType>;

interface Leaf {
  readonly kind: 'leaf';
  readonly condition: FieldCondition;
  readonly negated: boolean;
  readonly test: ValueTest;
}
type Tree = Leaf | { readonly kind: 'all' | 'any'; readonly parts: readonly Tree[] };
type Invalid = Failure<'E_CONDITION'>;

interface Build {
  readonly types: FactTypes | undefined;
  nodes: number;
  readonly fields: Set<string>;
}

const invalid = (detail: string): Result<never, Invalid> => err(failure('E_CONDITION', detail));

function checkField(condition: FieldCondition, build: Build): string | undefined {
  const { field, operator } = condition;
  if (!OPERATORS.includes(operator)) return `operator ${String(operator)} does not exist`;
  if (build.types === undefined) return undefined;
  const type = build.types.get(field);
  if (type === undefined) return `there is no fact ${field}`;
  return operatorApplies(operator, type)
    ? undefined
    : `${operator} cannot be asked of ${field}, which is a ${type}`;
}

function leaf(condition: FieldCondition, negated: boolean, build: Build): Result<Tree, Invalid> {
  const problem = checkField(condition, build);
  if (problem !== undefined) return invalid(problem);
  build.fields.add(condition.field);
  const { operator, value } = condition;
  if (operator === 'present' || operator === 'absent') {
    const flip = operator === 'absent';
    return ok({ kind: 'leaf', condition, negated: negated !== flip, test: () => true });
  }
  const test = value === undefined ? undefined : buildTest(operator, value);
  if (test === undefined) return invalid(`${condition.field}: ${operator} needs another kind of value`);
  return ok({ kind: 'leaf', condition, negated, test });
}

interface Branch {
  readonly parts: readonly Condition[];
  readonly kind: 'all' | 'any';
}

/** De Morgan: under a negation `all` becomes `any`. The compiled tree has negation at its leaves only. */
const flipped = (kind: 'all' | 'any', negated: boolean): 'all' | 'any' =>
  negated ? (kind === 'all' ? 'any' : 'all') : kind;

function branch(
  { parts, kind }: Branch,
  at: { readonly negated: boolean; readonly depth: number },
  build: Build,
): Result<Tree, Invalid> {
  // Asked apart: in the condition it would make every part an `any`.
  const isList: boolean = Array.isArray(parts);
  if (!isList || parts.length === 0) return invalid(`an empty "${kind}" says nothing`);
  const trees: Tree[] = [];
  for (const part of parts) {
    const tree = grow(part, { negated: at.negated, depth: at.depth + 1 }, build);
    if (!tree.ok) return tree;
    trees.push(tree.value);
  }
  return ok({ kind: flipped(kind, at.negated), parts: trees });
}

function grow(
  condition: Condition,
  at: { readonly negated: boolean; readonly depth: number },
  build: Build,
): Result<Tree, Invalid> {
  build.nodes += 1;
  if (build.nodes > CONDITION_NODES_MAX) return invalid(`more than ${CONDITION_NODES_MAX} parts`);
  if (at.depth > CONDITION_DEPTH_MAX) return invalid(`nested deeper than ${CONDITION_DEPTH_MAX}`);
  if ('all' in condition) return branch({ parts: condition.all, kind: 'all' }, at, build);
  if ('any' in condition) return branch({ parts: condition.any, kind: 'any' }, at, build);
  if ('not' in condition) return grow(condition.not, { negated: !at.negated, depth: at.depth + 1 }, build);
  return leaf(condition, at.negated, build);
}

const asks = (tree: Leaf, facts: Facts): boolean => {
  const actual = facts[tree.condition.field];
  return (actual !== undefined && tree.test(actual)) !== tree.negated;
};

function tester(tree: Tree): (facts: Facts) => boolean {
  if (tree.kind === 'leaf') return (facts) => asks(tree, facts);
  const parts = tree.parts.map(tester);
  return tree.kind === 'all'
    ? (facts) => {
        for (const part of parts) if (!part(facts)) return false;
        return true;
      }
    : (facts) => {
        for (const part of parts) if (part(facts)) return true;
        return false;
      };
}

/** Longest text of a fact that is copied into evidence. */
const SHOWN_MAX = 1024;
const shown = (value: FactValue): FactValue => {
  if (typeof value === 'string') return value.slice(0, SHOWN_MAX);
  return Array.isArray(value) ? value.slice(0, 64).map((item) => item.slice(0, SHOWN_MAX)) : value;
};

function compare(tree: Leaf, facts: Facts): Comparison {
  const { field, operator, value } = tree.condition;
  const actual = facts[field];
  const held = asks(tree, facts);
  const isPresence = operator === 'present' || operator === 'absent';
  const name = isPresence
    ? tree.negated
      ? 'absent'
      : 'present'
    : tree.negated
      ? `not ${operator}`
      : operator;
  const comparison = { field, operator: name, expected: value ?? true, held };
  return actual === undefined ? comparison : { ...comparison, actual: shown(actual) };
}

function explainAll(parts: readonly Tree[], facts: Facts): Evidence {
  const comparisons: Comparison[] = [];
  for (const part of parts) {
    const found = explainTree(part, facts);
    comparisons.push(...found.comparisons);
    if (!found.held) return { ...found, comparisons };
  }
  return { held: true, comparisons };
}

function explainAny(parts: readonly Tree[], facts: Facts): Evidence {
  let nearest: Evidence | undefined;
  for (const part of parts) {
    const found = explainTree(part, facts);
    if (found.held) return found;
    if (nearest === undefined || found.comparisons.length > nearest.comparisons.length) nearest = found;
  }
  return nearest ?? { held: false, comparisons: [] };
}

function explainTree(tree: Tree, facts: Facts): Evidence {
  if (tree.kind !== 'leaf')
    return tree.kind === 'all' ? explainAll(tree.parts, facts) : explainAny(tree.parts, facts);
  const comparison = compare(tree, facts);
  return comparison.held
    ? { held: true, comparisons: [comparison] }
    : { held: false, comparisons: [], firstDiffered: comparison };
}

/**
 * Compiles a condition into closures. With `types`, names and operators are checked against the vocabulary.
 * E_CONDITION: too many parts, too deep, an unknown fact or operator, or a value that does not fit its operator.
 */
export function compileCondition(
  condition: Condition,
  types?: FactTypes,
): Result<CompiledCondition, Invalid> {
  const build: Build = { types, nodes: 0, fields: new Set() };
  const grown = grow(condition, { negated: false, depth: 1 }, build);
  if (!grown.ok) return grown;
  const tree = grown.value;
  return ok({
    test: tester(tree),
    explain: (facts) => {
      const found = explainTree(tree, facts);
      return { ...found, comparisons: found.comparisons.slice(0, EVIDENCE_MAX) };
    },
    fields: [...build.fields].sort(),
  });
}
