// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CallNode, dottedName, type FoldKind, type FoldNode, type Node } from './ast.ts';
import { CelError } from './value.ts';

/** The name of `cel.iterVar(1, 0)`, by which optimised expressions name their loop variables. */
function generatedName(node: Node): string | undefined {
  if (node.kind !== 'call' || node.target === undefined || dottedName(node.target) !== 'cel')
    return undefined;
  if (node.name !== 'iterVar' && node.name !== 'accuVar') return undefined;
  const numbers = node.args.map((one) => (one.kind === 'constant' ? String(one.value) : '?'));
  return `@${node.name}:${numbers.join(':')}`;
}

/** The name a macro binds: a plain identifier. */
function variableOf(node: Node | undefined): string | undefined {
  if (node?.kind === 'ident' && !node.name.startsWith('.')) return node.name;
  return undefined;
}

interface Shape {
  readonly fold: FoldKind;
  readonly variables: number;
  readonly filtered: boolean;
}
const shape = (fold: FoldKind, variables: number, filtered = false): Shape => ({ fold, variables, filtered });
/** Macro and number of arguments -> what it becomes. `transformList` is `map` with two variables. */
const FOLDS: Readonly<Record<string, Shape>> = {
  'all/2': shape('all', 1),
  'all/3': shape('all', 2),
  'exists/2': shape('exists', 1),
  'exists/3': shape('exists', 2),
  'exists_one/2': shape('existsOne', 1),
  'exists_one/3': shape('existsOne', 2),
  'existsOne/2': shape('existsOne', 1),
  'existsOne/3': shape('existsOne', 2),
  'map/2': shape('map', 1),
  'map/3': shape('map', 1, true),
  'filter/2': shape('filter', 1),
  'sortBy/2': shape('sortBy', 1),
  'transformList/3': shape('map', 2),
  'transformList/4': shape('map', 2, true),
  'transformMap/3': shape('transformMap', 2),
  'transformMap/4': shape('transformMap', 2, true),
  'transformMapEntry/3': shape('transformMapEntry', 2),
  'transformMapEntry/4': shape('transformMapEntry', 2, true),
};

function expandFold(call: CallNode, range: Node, { fold, variables, filtered }: Shape): Node | CelError {
  const names = call.args.slice(0, variables).map(variableOf);
  const [first, second] = names;
  if (first === undefined || (variables === 2 && (second === undefined || second === first)))
    return new CelError(`${call.name} needs plain, different names as its variables`);
  const body = call.args.at(-1);
  if (body === undefined) return new CelError(`${call.name} has no body`);
  const node: FoldNode = {
    kind: 'fold',
    fold,
    range,
    variables: second === undefined ? [first] : [first, second],
    filter: filtered ? call.args[variables] : undefined,
    body,
    at: call.at,
  };
  return node;
}

function expandHas(call: CallNode): Node | CelError {
  const [field] = call.args;
  return field?.kind === 'select' && !field.optional && !field.test
    ? { ...field, test: true }
    : new CelError('has needs a field selection');
}

function expandBind(
  call: CallNode,
  bind: 'value' | 'optMap' | 'optFlatMap',
  parts: readonly Node[],
): Node | CelError {
  const [init, name, body] = parts;
  const variable = variableOf(name);
  if (variable === undefined || init === undefined || body === undefined)
    return new CelError(`${call.name} needs a plain name as its variable`);
  return { kind: 'bind', bind, variable, init, body, at: call.at };
}

/** Macros of the namespace `cel`. */
function expandCel(call: CallNode): Node | CelError {
  const [first, second, third] = call.args;
  if (call.name === 'bind' && first !== undefined && second !== undefined && third !== undefined)
    return expandBind(call, 'value', [second, first, third]);
  if (call.name === 'block' && first?.kind === 'list' && second !== undefined)
    return { kind: 'block', variables: first.elements.map((one) => one.value), body: second, at: call.at };
  if (call.name === 'index' && first?.kind === 'constant')
    return { kind: 'ident', name: `@index${String(first.value)}`, at: call.at };
  const generated = generatedName(call);
  return generated === undefined ? call : { kind: 'ident', name: generated, at: call.at };
}

/** A call as the macro it is, or the call itself. */
export function expandMacro(call: CallNode): Node | CelError {
  const { target, args } = call;
  if (target === undefined) return call.name === 'has' && args.length === 1 ? expandHas(call) : call;
  if (target.kind === 'ident' && target.name === 'cel') return expandCel(call);
  if (args.length === 2 && (call.name === 'optMap' || call.name === 'optFlatMap'))
    return expandBind(call, call.name, [target, ...args]);
  const key = `${call.name}/${args.length}`;
  const found = Object.hasOwn(FOLDS, key) ? FOLDS[key] : undefined;
  return found === undefined ? call : expandFold(call, target, found);
}
