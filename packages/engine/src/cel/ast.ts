// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Value } from './value.ts';

/** A part of an expression. `at` is its place in the source, counted in UTF-16 units from 0. */
export type Node =
  | ConstantNode
  | IdentNode
  | SelectNode
  | CallNode
  | ListNode
  | MapNode
  | StructNode
  | FoldNode
  | BindNode
  | BlockNode;

interface Placed {
  readonly at: number;
}
export interface ConstantNode extends Placed {
  readonly kind: 'constant';
  readonly value: Value;
}
export interface IdentNode extends Placed {
  readonly kind: 'ident';
  /** Begins with a dot when the name is to be looked up from the root. */
  readonly name: string;
}
export interface SelectNode extends Placed {
  readonly kind: 'select';
  readonly operand: Node;
  readonly field: string;
  /** `has(x.field)`. */
  readonly test: boolean;
  /** `x.?field`. */
  readonly optional: boolean;
}
export interface CallNode extends Placed {
  readonly kind: 'call';
  readonly name: string;
  readonly target: Node | undefined;
  readonly args: readonly Node[];
}
export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly elements: readonly { readonly value: Node; readonly optional: boolean }[];
}
export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: Node; readonly value: Node; readonly optional: boolean }[];
}
export interface StructNode extends Placed {
  readonly kind: 'struct';
  readonly name: string;
}
export type FoldKind =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'map'
  | 'filter'
  | 'sortBy'
  | 'transformMap'
  | 'transformMapEntry';
/** A comprehension. With two variables the first is the index or key; with one it is the element or key. */
export interface FoldNode extends Placed {
  readonly kind: 'fold';
  readonly fold: FoldKind;
  readonly range: Node;
  readonly variables: readonly string[];
  readonly filter: Node | undefined;
  readonly body: Node;
}
/** `cel.bind`, and `optMap` and `optFlatMap`, whose body runs on the value of an optional. */
export interface BindNode extends Placed {
  readonly kind: 'bind';
  readonly bind: 'value' | 'optMap' | 'optFlatMap';
  readonly variable: string;
  readonly init: Node;
  readonly body: Node;
}
/** `cel.block`: variables that later ones and the result may use, each computed once when it is needed. */
export interface BlockNode extends Placed {
  readonly kind: 'block';
  readonly variables: readonly Node[];
  readonly body: Node;
}

/** Parts directly under a node. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'select':
      return [node.operand];
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args];
    case 'list':
      return node.elements.map((one) => one.value);
    case 'map':
      return node.entries.flatMap((one) => [one.key, one.value]);
    case 'fold':
      return node.filter === undefined ? [node.range, node.body] : [node.range, node.filter, node.body];
    case 'bind':
      return [node.init, node.body];
    case 'block':
      return [...node.variables, node.body];
    default:
      return [];
  }
}

/** The dotted name that a chain of field selections spells; undefined when it is something else. */
export function dottedName(node: Node): string | undefined {
  if (node.kind === 'ident') return node.name;
  if (node.kind !== 'select' || node.test || node.optional) return undefined;
  const before = dottedName(node.operand);
  return before === undefined ? undefined : `${before}.${node.field}`;
}
