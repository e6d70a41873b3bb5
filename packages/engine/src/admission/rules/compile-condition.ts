// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCollection, AdmissionCondition, Failure, Result } from '@bartizan/contracts';
import { ADMISSION_COLLECTIONS, err, failure, ok } from '@bartizan/contracts/admission';
import { COLLECTIONS } from '../fields/collections.ts';
import type { AdmissionSubject } from '../pod/evaluation.ts';
import { isObject } from '../pod/json.ts';
import { celNode } from './cel-node.ts';
import { leafNode } from './leaf.ts';
import { allNode, anyNode, notNode } from './logic.ts';
import type { Node } from './node.ts';
import { countNode } from './quantifier.ts';
import type { ConditionSettings } from './settings.ts';

/** Most parts a condition of an admission rule may have. */
export const ADMISSION_NODES_MAX = 400;
/** Deepest nesting of a condition of an admission rule. */
export const ADMISSION_DEPTH_MAX = 12;

interface Scope {
  /** Subjects from the request inwards; the last is the item that is asked. */
  readonly subjects: readonly AdmissionSubject[];
  readonly depth: number;
}
interface Build {
  readonly settings: ConditionSettings;
  nodes: number;
}

const invalid = (detail: string): Result<never, Failure> => err(failure('E_CONDITION', detail));

function compileParts(
  word: string,
  parts: unknown,
  scope: Scope,
  build: Build,
): Result<readonly Node[], Failure> {
  if (!Array.isArray(parts) || parts.length === 0) return invalid(`an empty "${word}" says nothing`);
  const nodes: Node[] = [];
  for (const part of parts as readonly AdmissionCondition[]) {
    const node = grow(part, { ...scope, depth: scope.depth + 1 }, build);
    if (!node.ok) return node;
    nodes.push(node.value);
  }
  return ok(nodes);
}

const isCollection = (name: unknown): name is AdmissionCollection =>
  ADMISSION_COLLECTIONS.some((known) => known === name);

type Quantifier = 'some' | 'every' | 'count';

function quantified(
  kind: Quantifier,
  part: { readonly collection: unknown; readonly where: AdmissionCondition; readonly atLeast: number },
  scope: Scope,
  build: Build,
): Result<Node, Failure> {
  const { collection, where, atLeast } = part;
  if (!isCollection(collection)) return invalid(`there is no list ${String(collection)}`);
  const definition = COLLECTIONS[collection];
  const at = definition.parent === 'request' ? 0 : scope.subjects.lastIndexOf(definition.parent);
  if (at < 0) return invalid(`${collection} can only be asked of a ${definition.parent}`);
  if (kind === 'count' && !(Number.isInteger(atLeast) && atLeast > 0))
    return invalid('atLeast must be a whole number of at least 1');
  const inner = grow(
    where,
    { subjects: [...scope.subjects.slice(0, at + 1), definition.subject], depth: scope.depth + 1 },
    build,
  );
  if (!inner.ok) return inner;
  const hops = scope.subjects.length - 1 - at;
  const node = countNode({
    definition,
    hops,
    where: kind === 'every' ? notNode(inner.value) : inner.value,
    atLeast: kind === 'count' ? atLeast : 1,
    ofRequest: scope.subjects.length === 1,
  });
  return ok(kind === 'every' ? notNode(node) : node);
}

function build1(condition: AdmissionCondition, scope: Scope, build: Build): Result<Node, Failure> {
  if ('all' in condition || 'any' in condition) {
    const word = 'all' in condition ? 'all' : 'any';
    const parts = compileParts(word, 'all' in condition ? condition.all : condition.any, scope, build);
    if (!parts.ok) return parts;
    return ok(word === 'all' ? allNode(parts.value) : anyNode(parts.value));
  }
  if ('not' in condition) {
    const inner = grow(condition.not, { ...scope, depth: scope.depth + 1 }, build);
    return inner.ok ? ok(notNode(inner.value)) : inner;
  }
  if ('some' in condition)
    return quantified(
      'some',
      { collection: condition.some, where: condition.where, atLeast: 1 },
      scope,
      build,
    );
  if ('every' in condition)
    return quantified(
      'every',
      { collection: condition.every, where: condition.where, atLeast: 1 },
      scope,
      build,
    );
  if ('count' in condition)
    return quantified(
      'count',
      { collection: condition.count, where: condition.where, atLeast: condition.atLeast },
      scope,
      build,
    );
  if ('cel' in condition) return celNode(condition.cel, build.settings, scope.subjects.length);
  return leafNode(condition, { subjects: scope.subjects, parameters: build.settings.parameters });
}

/** Compiles one part, or takes the one that another rule has compiled. */
function grow(condition: AdmissionCondition, scope: Scope, build: Build): Result<Node, Failure> {
  build.nodes += 1;
  if (build.nodes > ADMISSION_NODES_MAX) return invalid(`more than ${ADMISSION_NODES_MAX} parts`);
  if (scope.depth > ADMISSION_DEPTH_MAX) return invalid(`nested deeper than ${ADMISSION_DEPTH_MAX}`);
  if (!isObject(condition)) return invalid('a part of the condition is no object');
  if (scope.subjects.length > 1 || 'field' in condition) return build1(condition, scope, build);
  const parameters = Object.keys(build.settings.parameters).length === 0 ? '' : build.settings.parameters;
  // Two conditions with their keys in another order are two: that costs an answer, and is never wrong.
  return build.settings.shared.share(JSON.stringify([condition, parameters]), () =>
    build1(condition, scope, build),
  );
}

/** Compiles a condition. E_CONDITION names the part that cannot be compiled; the message names no value of a secret. */
export function compileAdmissionCondition(
  condition: AdmissionCondition,
  settings: ConditionSettings,
): Result<Node, Failure> {
  return grow(condition, { subjects: ['request'], depth: 1 }, { settings, nodes: 0 });
}
