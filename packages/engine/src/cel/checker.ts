// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CallNode, dottedName, type FoldNode, type Node, type SelectNode } from './ast.ts';
import { candidates, type Environment, resolveIn, TYPE_NAMES } from './environment.ts';
import { compileRegex } from './regex/match.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  type Overload,
  optionalOf,
  readType,
  STRING,
  showType,
  TIMESTAMP,
  type Type,
  typeOfType,
  UINT,
} from './types.ts';
import { fits, mostGeneral, sameType, substitute, Trial } from './unify.ts';
import { CelError, Double, Uint, type Value } from './value.ts';

/** Ends a check; never leaves this file. */
class TypeFault extends Error {
  constructor(message: string, at: number) {
    super(`${message} (at ${at + 1})`);
  }
}

const SHORT: Readonly<Record<string, Type>> = {
  'google.protobuf.Timestamp': TIMESTAMP,
  'google.protobuf.Duration': DURATION,
  list: listOf(DYN),
  map: mapOf(DYN, DYN),
  null_type: NULL,
  optional_type: optionalOf(DYN),
};

function typeOfConstant(value: Value): Type {
  if (typeof value === 'number' || typeof value === 'bigint') return INT;
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return BOOL;
  if (value instanceof Double) return DOUBLE;
  if (value instanceof Uint) return UINT;
  return value instanceof Uint8Array ? BYTES : NULL;
}

type Scope = ReadonlyMap<string, Type>;
const isOptional = (type: Type): boolean => type.kind === 'of' && type.name === 'optional';

/** Patterns and times that are written down must be readable. */
function checkLiteral(name: string, argument: Node | undefined): void {
  if (argument?.kind !== 'constant' || typeof argument.value !== 'string') return;
  const { value, at } = argument;
  if (name === 'matches' && typeof compileRegex(value) === 'string')
    throw new TypeFault('a pattern that cannot be used', at);
  const time =
    name === 'duration' ? parseDuration(value) : name === 'timestamp' ? parseTimestamp(value) : undefined;
  if (time instanceof CelError) throw new TypeFault(time.message, at);
}

class Checker {
  readonly #environment: Environment;
  readonly #known = new Map<string, Type>();
  #fresh = 0;
  /** Inside of `format`, whose values may be of any types together. */
  #exempt = 0;
  constructor(environment: Environment) {
    this.#environment = environment;
  }

  type(node: Node): Type {
    return substitute(this.#known, this.#check(node, new Map()), true);
  }

  #parameter(): Type {
    this.#fresh += 1;
    return { kind: 'parameter', name: `@${this.#fresh}` };
  }
  /** Whether all fit; only then something is learnt from it. */
  #fits(given: readonly Type[], wanted: readonly Type[]): boolean {
    if (given.length !== wanted.length) return false;
    const trial = new Trial(this.#known);
    if (!given.every((one, at) => fits(trial, one, wanted[at] ?? DYN))) return false;
    for (const [name, type] of trial.learnt) this.#known.set(name, type);
    return true;
  }
  #now(type: Type): Type {
    return substitute(this.#known, type, false);
  }
  #join(types: readonly Type[], at: number): Type {
    const [first, ...rest] = types;
    if (first === undefined) return this.#parameter();
    if (this.#environment.strict && this.#exempt === 0) return this.#same(first, rest, at);
    return rest.reduce(
      (sum, one) => (this.#fits([sum], [one]) ? mostGeneral(this.#now(sum), this.#now(one)) : DYN),
      first,
    );
  }
  #same(first: Type, rest: readonly Type[], at: number): Type {
    for (const one of rest)
      if (!this.#fits([first], [one]) || !sameType(this.#now(first), this.#now(one)))
        throw new TypeFault(`${showType(this.#now(first))} beside ${showType(this.#now(one))}`, at);
    return this.#now(first);
  }
  #expect(node: Node, wanted: Type, scope: Scope): void {
    const type = this.#check(node, scope);
    if (!this.#fits([type], [wanted]))
      throw new TypeFault(`${showType(this.#now(type))} where ${showType(wanted)} is needed`, node.at);
  }

  #check(node: Node, scope: Scope): Type {
    switch (node.kind) {
      case 'constant':
        return typeOfConstant(node.value);
      case 'ident':
        return this.#named(node.name, scope) ?? this.#undeclared(node.name, node.at);
      case 'select':
        return this.#select(node, scope);
      case 'call':
        return this.#call(node, scope);
      case 'list':
        return listOf(
          this.#join(
            node.elements.map(({ value, optional }) => this.#entry(value, optional, scope)),
            node.at,
          ),
        );
      case 'map':
        return mapOf(
          this.#join(
            node.entries.map(({ key }) => this.#check(key, scope)),
            node.at,
          ),
          this.#join(
            node.entries.map(({ value, optional }) => this.#entry(value, optional, scope)),
            node.at,
          ),
        );
      case 'struct':
        throw new TypeFault(`there is no message type ${node.name}`, node.at);
      case 'fold':
        return this.#fold(node, scope);
      case 'bind':
        return this.#bind(node, scope);
      default:
        return this.#block(node, scope);
    }
  }

  #undeclared(name: string, at: number): never {
    throw new TypeFault(`there is no variable ${name}`, at);
  }

  #named(name: string, scope: Scope): Type | undefined {
    const local = scope.get(name);
    if (local !== undefined) return local;
    for (const one of candidates(this.#environment.container, name)) {
      const type = this.#environment.variables.get(one);
      if (type !== undefined) return type;
      if (Object.hasOwn(TYPE_NAMES, one)) return typeOfType(SHORT[one] ?? readType(one));
    }
    return undefined;
  }

  #entry(value: Node, optional: boolean, scope: Scope): Type {
    const type = this.#check(value, scope);
    if (!optional) return type;
    const inner = this.#parameter();
    if (!this.#fits([type], [optionalOf(inner)]))
      throw new TypeFault(`${showType(this.#now(type))} where an optional is needed`, value.at);
    return this.#now(inner);
  }

  #select(node: SelectNode, scope: Scope): Type {
    const name = dottedName(node);
    if (name !== undefined && !scope.has(name.split('.', 1)[0] ?? '')) {
      const type = this.#named(name, scope);
      if (type !== undefined) return type;
    }
    const operand = this.#now(this.#check(node.operand, scope));
    const inOptional = isOptional(operand);
    const inner = inOptional && operand.kind === 'of' ? (operand.parameters[0] ?? DYN) : operand;
    const field = this.#field(inner, node);
    if (node.test) return BOOL;
    return node.optional || inOptional ? optionalOf(field) : field;
  }

  #field(operand: Type, { field, at }: SelectNode): Type {
    if (operand.kind === 'object') {
      const type = Object.hasOwn(operand.fields, field) ? operand.fields[field] : undefined;
      if (type === undefined) throw new TypeFault(`${operand.name} has no field ${field}`, at);
      return type;
    }
    if (operand.kind === 'of' && operand.name === 'map') return operand.parameters[1] ?? DYN;
    if (operand.kind === 'parameter') this.#fits([operand], [DYN]);
    else if (operand.kind !== 'dyn' && operand.kind !== 'error')
      throw new TypeFault(`${showType(operand)} has no fields`, at);
    return DYN;
  }

  #call(node: CallNode, scope: Scope): Type {
    if (node.name === '_&&_' || node.name === '_||_') {
      for (const one of node.args) this.#expect(one, BOOL, scope);
      return BOOL;
    }
    if (node.name === '_?_:_') {
      const [condition, yes, no] = node.args;
      if (condition === undefined || yes === undefined || no === undefined) return DYN;
      this.#expect(condition, BOOL, scope);
      const types = [this.#check(yes, scope), this.#check(no, scope)];
      const result = this.#parameter();
      if (!this.#fits(types, [result, result]))
        throw new TypeFault(`either ${types.map((one) => showType(this.#now(one))).join(' or ')}`, node.at);
      return this.#now(result);
    }
    return this.#resolve(node, scope);
  }

  #resolve(node: CallNode, scope: Scope): Type {
    const { container, functions } = this.#environment;
    const prefix = node.target === undefined ? undefined : dottedName(node.target);
    const qualified =
      prefix === undefined || scope.has(prefix.split('.', 1)[0] ?? '')
        ? undefined
        : resolveIn(functions, container, `${prefix}.${node.name}`);
    if (qualified !== undefined) return this.#overload(node, qualified, node.args, false, scope);
    if (node.target !== undefined)
      return this.#overload(node, node.name, [node.target, ...node.args], true, scope);
    const plain = resolveIn(functions, container, node.name);
    return this.#overload(node, plain ?? node.name, node.args, false, scope);
  }

  #overload(node: CallNode, name: string, args: readonly Node[], receiver: boolean, scope: Scope): Type {
    const found = this.#environment.functions.get(name);
    if (found === undefined) throw new TypeFault(`there is no function ${name}`, node.at);
    if (name === 'format') this.#exempt += 1;
    const given = args.map((one) => this.#check(one, scope));
    if (name === 'format') this.#exempt -= 1;
    let result: Type | undefined;
    for (const overload of found.overloads) {
      if (overload.receiver !== receiver) continue;
      const { parameters, result: type } = this.#instance(overload);
      if (!this.#fits(given, parameters)) continue;
      const one = this.#now(type);
      if (result === undefined) result = one;
      else if (result.kind !== 'dyn' && !sameType(result, one)) result = DYN;
    }
    if (result !== undefined) {
      if (this.#environment.strict) checkLiteral(name, node.args.at(-1));
      return result;
    }
    const shown = given.map((one) => showType(substitute(this.#known, one, true))).join(', ');
    throw new TypeFault(`no form of ${name} takes (${shown})`, node.at);
  }

  /** An overload with type parameters of its own. */
  #instance(overload: Overload): Overload {
    const renamed = new Map<string, Type>();
    const rename = (type: Type): Type => {
      if (type.kind === 'parameter') {
        const known = renamed.get(type.name) ?? this.#parameter();
        renamed.set(type.name, known);
        return known;
      }
      return type.kind === 'of' ? { ...type, parameters: type.parameters.map(rename) } : type;
    };
    return { ...overload, parameters: overload.parameters.map(rename), result: rename(overload.result) };
  }

  /** Types of key or index, of value or element, and of what a single variable takes. */
  #range(node: FoldNode, scope: Scope): readonly [Type, Type, Type] {
    const type = this.#now(this.#check(node.range, scope));
    const [first = DYN, second = DYN] = type.kind === 'of' ? type.parameters : [];
    if (type.kind === 'of' && type.name === 'list') return [INT, first, first];
    if (type.kind === 'of' && type.name === 'map') return [first, second, first];
    if (type.kind === 'parameter') this.#fits([type], [DYN]);
    else if (type.kind !== 'dyn' && type.kind !== 'error')
      throw new TypeFault(`${showType(type)} cannot be gone through`, node.at);
    return [DYN, DYN, DYN];
  }

  #fold(node: FoldNode, scope: Scope): Type {
    const [key, value, single] = this.#range(node, scope);
    const [first, second] = node.variables;
    const inner = new Map(scope);
    if (first !== undefined) inner.set(first, second === undefined ? single : key);
    if (second !== undefined) inner.set(second, value);
    if (node.filter !== undefined) this.#expect(node.filter, BOOL, inner);
    if (['all', 'exists', 'existsOne', 'filter'].includes(node.fold)) {
      this.#expect(node.body, BOOL, inner);
      return node.fold === 'filter' ? listOf(single) : BOOL;
    }
    const body = this.#check(node.body, inner);
    if (node.fold === 'sortBy') return this.#sorted(node, single);
    if (node.fold === 'map') return listOf(body);
    if (node.fold === 'transformMap') return mapOf(key, body);
    if (!this.#fits([body], [mapOf(this.#parameter(), this.#parameter())]))
      throw new TypeFault('transformMapEntry needs a map', node.at);
    return this.#now(body);
  }

  /** `sortBy` came with the other functions of lists. */
  #sorted(node: FoldNode, element: Type): Type {
    if (!this.#environment.functions.has('lists.range'))
      throw new TypeFault('there is no function sortBy', node.at);
    return listOf(element);
  }

  #bind(node: Node & { readonly kind: 'bind' }, scope: Scope): Type {
    if (this.#environment.strict && node.bind === 'value')
      throw new TypeFault('there is no function cel.bind', node.at);
    const init = this.#check(node.init, scope);
    if (node.bind === 'value') return this.#check(node.body, new Map([...scope, [node.variable, init]]));
    const inner = this.#parameter();
    if (!this.#fits([init], [optionalOf(inner)]))
      throw new TypeFault(`${showType(this.#now(init))} where an optional is needed`, node.at);
    const body = this.#check(node.body, new Map([...scope, [node.variable, this.#now(inner)]]));
    if (node.bind === 'optMap') return optionalOf(body);
    if (!this.#fits([body], [optionalOf(this.#parameter())]))
      throw new TypeFault('optFlatMap needs an optional', node.at);
    return this.#now(body);
  }

  #block(node: Node & { readonly kind: 'block' }, scope: Scope): Type {
    const inner = new Map(scope);
    for (const [at, one] of node.variables.entries()) inner.set(`@index${at}`, this.#check(one, inner));
    return this.#check(node.body, inner);
  }
}

/** The type of an expression, or what is wrong with it. */
export function check(node: Node, environment: Environment): Type | CelError {
  try {
    return new Checker(environment).type(node);
  } catch (fault) {
    if (fault instanceof TypeFault) return new CelError(fault.message);
    throw fault;
  }
}
