// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type BindNode,
  type CallNode,
  dottedName,
  type FoldNode,
  type ListNode,
  type MapNode,
  type Node,
  type SelectNode,
} from './ast.ts';
import { planCall } from './call.ts';
import { candidates, type Environment, resolveIn, typeValue } from './environment.ts';
import { readerOf } from './field-reader.ts';
import { planFold } from './fold.ts';
import { type Evaluate, LIST_COST, MAP_COST } from './frame.ts';
import { inputPath, inputPathHas, localField, localHas, localPath, localPathHas } from './path.ts';
import { conditional, logic, planFallback, planQuick } from './quick.ts';
import { planHas, planOptionalSelect, planSelect } from './select.ts';
import { CelError, CelMap, isKeyType, noOverload, Optional, type Value } from './value.ts';

/** Where a variable of the expression itself lies in the frame, and how it is computed when it is first needed. */
interface Local {
  readonly slot: number;
  readonly init?: Evaluate;
}
type Scope = ReadonlyMap<string, Local>;

const constant =
  (value: Value): Evaluate =>
  () =>
    value;

function readLocal({ slot, init }: Local): Evaluate {
  if (init === undefined)
    return (frame) => {
      frame.cost += 1;
      return frame.locals[slot] ?? null;
    };
  return (frame) => {
    frame.cost += 1;
    const value = frame.locals[slot] ?? init(frame);
    frame.locals[slot] = value;
    return value;
  };
}

/** The place of a variable that is never computed late. */
const plainSlot = (local: Local | undefined): number | undefined =>
  local?.init === undefined ? local?.slot : undefined;

class Planner {
  readonly #environment: Environment;
  #slots = 0;
  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get slots(): number {
    return this.#slots;
  }
  #slot(): number {
    this.#slots += 1;
    return this.#slots - 1;
  }

  plan(node: Node, scope: Scope): Evaluate {
    switch (node.kind) {
      case 'constant':
        return constant(node.value);
      case 'ident':
        return this.#ident(node.name, scope) ?? constant(new CelError(`no such variable: ${node.name}`));
      case 'select':
        return this.#select(node, scope);
      case 'call':
        return this.#call(node, scope);
      case 'list':
        return this.#list(node, scope);
      case 'map':
        return this.#map(node, scope);
      case 'struct':
        return constant(new CelError(`there is no message type ${node.name}`));
      case 'fold':
        return this.#fold(node, scope);
      case 'bind':
        return this.#bind(node, scope);
      default:
        return this.#block(node.variables, node.body, scope);
    }
  }

  #ident(name: string, scope: Scope): Evaluate | undefined {
    const local = scope.get(name);
    if (local !== undefined) return readLocal(local);
    for (const one of candidates(this.#environment.container, name)) {
      if (this.#environment.variables.has(one)) return this.#variable(one);
      const type = typeValue(one);
      if (type !== undefined) return constant(type);
    }
    return undefined;
  }

  #variable(name: string): Evaluate {
    const error = new CelError(`no such variable: ${name}`);
    const inherited = name in Object.prototype;
    return (frame) => {
      frame.cost += 1;
      const value = frame.input[name];
      return value === undefined || (inherited && !Object.hasOwn(frame.input, name)) ? error : value;
    };
  }

  #select(node: SelectNode, scope: Scope): Evaluate {
    const name = dottedName(node);
    if (name !== undefined && !scope.has(name.split('.', 1)[0] ?? '')) {
      const found = this.#ident(name, scope);
      if (found !== undefined) return found;
    }
    const operand = this.plan(node.operand, scope);
    if (node.optional) return planOptionalSelect(operand, node.field);
    const slow = node.test ? planHas(operand, node.field) : planSelect(operand, node.field);
    return this.#quickPath(node, scope, slow) ?? slow;
  }

  /** A path of one or two common fields from a variable, in one closure. */
  #quickPath({ operand, field, test }: SelectNode, scope: Scope, slow: Evaluate): Evaluate | undefined {
    const last = readerOf(field);
    if (last === undefined) return undefined;
    if (operand.kind === 'ident') {
      const slot = plainSlot(scope.get(operand.name));
      if (slot === undefined) return undefined;
      return test ? localHas(slot, last, slow) : localField(slot, last, slow);
    }
    if (operand.kind !== 'select' || operand.test || operand.optional) return undefined;
    const first = readerOf(operand.field);
    const start = operand.operand;
    if (first === undefined || start.kind !== 'ident') return undefined;
    const slot = plainSlot(scope.get(start.name));
    if (slot !== undefined)
      return test ? localPathHas(slot, first, last, slow) : localPath(slot, first, last, slow);
    if (scope.has(start.name) || !this.#isInput(start.name, operand.field)) return undefined;
    return test ? inputPathHas(start.name, first, last, slow) : inputPath(start.name, first, last, slow);
  }

  /** Whether a name is that of a variable that is given, and not of a part of a longer name. */
  #isInput(name: string, field: string): boolean {
    const { container, variables } = this.#environment;
    if (container !== '' || name in Object.prototype || !variables.has(name)) return false;
    return !variables.has(`${name}.${field}`) && typeValue(`${name}.${field}`) === undefined;
  }

  #call(node: CallNode, scope: Scope): Evaluate {
    const read = node.args.map((one) => this.plan(one, scope));
    if (node.name === '_&&_') return logic(read, false);
    if (node.name === '_||_') return logic(read, true);
    if (node.name === '_?_:_') return conditional(read);
    const quick = planQuick(node, read);
    if (quick !== undefined) return quick;
    const { container, functions } = this.#environment;
    const prefix = node.target === undefined ? undefined : dottedName(node.target);
    if (prefix !== undefined && !scope.has(prefix.split('.', 1)[0] ?? '')) {
      const qualified = resolveIn(functions, container, `${prefix}.${node.name}`);
      if (qualified !== undefined) return planCall(functions, qualified, read, false);
    }
    if (node.target !== undefined) {
      const target = this.plan(node.target, scope);
      const [fallback] = read;
      const isFallback = (node.name === 'or' || node.name === 'orValue') && functions.has(node.name);
      return isFallback && fallback !== undefined && read.length === 1
        ? planFallback(node.name, target, fallback)
        : planCall(functions, node.name, [target, ...read], true);
    }
    return planCall(functions, resolveIn(functions, container, node.name) ?? node.name, read, false);
  }

  #list(node: ListNode, scope: Scope): Evaluate {
    const elements = node.elements.map(({ value, optional }) => ({
      read: this.plan(value, scope),
      optional,
    }));
    const plan: Evaluate = (frame) => {
      frame.cost += LIST_COST;
      const list: Value[] = [];
      for (const { read, optional } of elements) {
        const value = read(frame);
        if (value instanceof CelError) return value;
        if (!optional) list.push(value);
        else if (!(value instanceof Optional)) return noOverload('optional element', value);
        else if (value.value !== undefined) list.push(value.value);
      }
      return list;
    };
    if (!node.elements.every((one) => one.value.kind === 'constant' && !one.optional)) return plan;
    // A list of constants is the same list each time.
    const list = node.elements.map((one) => (one.value.kind === 'constant' ? one.value.value : null));
    return (frame) => {
      frame.cost += LIST_COST;
      return list;
    };
  }

  #map(node: MapNode, scope: Scope): Evaluate {
    const entries = node.entries.map(({ key, value, optional }) => ({
      readKey: this.plan(key, scope),
      readValue: this.plan(value, scope),
      optional,
    }));
    return (frame) => {
      frame.cost += MAP_COST;
      const map = new CelMap();
      for (const { readKey, readValue, optional } of entries) {
        const key = readKey(frame);
        if (key instanceof CelError) return key;
        let value: Value | undefined = readValue(frame);
        if (value instanceof CelError) return value;
        if (!isKeyType(key)) return new CelError('a map key of a type that can be none');
        if (optional) {
          if (!(value instanceof Optional)) return noOverload('optional entry', value);
          value = value.value;
        }
        if (value !== undefined && !map.put(key, value)) return new CelError('the same map key twice');
      }
      return map;
    };
  }

  #fold(node: FoldNode, scope: Scope): Evaluate {
    const range = this.plan(node.range, scope);
    const inner = new Map(scope);
    const slots = node.variables.map((name) => {
      const slot = this.#slot();
      inner.set(name, { slot });
      return slot;
    });
    return planFold(node.fold, {
      range,
      first: slots[0] ?? 0,
      second: slots[1],
      filter: node.filter === undefined ? undefined : this.plan(node.filter, inner),
      body: this.plan(node.body, inner),
    });
  }

  #bind(node: BindNode, scope: Scope): Evaluate {
    if (node.bind === 'value') return this.#block([node.init], node.body, scope, node.variable);
    const init = this.plan(node.init, scope);
    const slot = this.#slot();
    const body = this.plan(node.body, new Map([...scope, [node.variable, { slot }]]));
    const wrap = node.bind === 'optMap';
    return (frame) => {
      const value = init(frame);
      if (!(value instanceof Optional))
        return value instanceof CelError ? value : noOverload(node.bind, value);
      if (value.value === undefined) return value;
      frame.locals[slot] = value.value;
      const result = body(frame);
      if (result instanceof CelError) return result;
      if (wrap) return new Optional(result);
      return result instanceof Optional ? result : noOverload(node.bind, result);
    };
  }

  /** Variables that are computed when they are first needed, and once: an error in one that is not needed is none. */
  #block(nodes: readonly Node[], body: Node, scope: Scope, name?: string): Evaluate {
    const inner = new Map(scope);
    const slots: number[] = [];
    for (const [at, node] of nodes.entries()) {
      const slot = this.#slot();
      slots.push(slot);
      inner.set(name ?? `@index${at}`, { slot, init: this.plan(node, new Map(inner)) });
    }
    const run = this.plan(body, inner);
    return (frame) => {
      for (const slot of slots) frame.locals[slot] = undefined;
      return run(frame);
    };
  }
}

export interface Plan {
  readonly run: Evaluate;
  /** How many variables of its own the expression has. */
  readonly slots: number;
}

/** Turns an expression into closures. What cannot be resolved becomes an error when it is reached. */
export function plan(node: Node, environment: Environment): Plan {
  const planner = new Planner(environment);
  const run = planner.plan(node, new Map());
  return { run, slots: planner.slots };
}
