// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CallNode, childrenOf, type ListNode, type MapNode, type Node } from './ast.ts';
import { lex } from './lexer.ts';
import { expandMacro } from './macros.ts';
import type { Token } from './token.ts';
import { CelError, intOf } from './value.ts';

/** Deepest nesting of an expression. */
export const NESTING_MAX = 250;
/** Deepest tree of an expression. */
export const DEPTH_MAX = 1000;
/** Most parts of an expression. */
export const NODES_MAX = 20_000;

const RELATIONS = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);

/** Ends the reading of a source; never leaves this file. */
class SyntaxFault extends Error {}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #nodes = 0;
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    const node = this.#expression();
    if (this.#token().kind !== 'end') this.#fail(`${this.#shown()} was not expected`);
    return node;
  }

  #fail(message: string, at = this.#token().at): never {
    throw new SyntaxFault(`${message} (at ${at + 1})`);
  }
  #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: 0 };
  }
  #shown(): string {
    const token = this.#token();
    return token.kind === 'end' ? 'the end' : token.text.slice(0, 40);
  }
  #is(text: string): boolean {
    const token = this.#token();
    return token.kind === 'operator' && token.text === text;
  }
  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#next += 1;
    return true;
  }
  #expect(text: string): void {
    if (!this.#accept(text)) this.#fail(`${text} is missing before ${this.#shown()}`);
  }
  #make<N extends Node>(node: N): N {
    this.#nodes += 1;
    if (this.#nodes > NODES_MAX) this.#fail(`more than ${NODES_MAX} parts`);
    return node;
  }
  #call(name: string, at: number, args: readonly Node[]): CallNode {
    return this.#make({ kind: 'call', name, target: undefined, args, at });
  }

  #expression(): Node {
    this.#depth += 1;
    if (this.#depth > NESTING_MAX) this.#fail(`nested deeper than ${NESTING_MAX}`);
    const condition = this.#logic('||');
    const { at } = this.#token();
    if (!this.#accept('?')) {
      this.#depth -= 1;
      return condition;
    }
    const yes = this.#logic('||');
    this.#expect(':');
    const no = this.#expression();
    this.#depth -= 1;
    return this.#call('_?_:_', at, [condition, yes, no]);
  }

  /** `a || b || c` is one call of three arguments. */
  #logic(operator: '||' | '&&'): Node {
    const part = (): Node => (operator === '||' ? this.#logic('&&') : this.#relation());
    const first = part();
    const { at } = this.#token();
    if (!this.#is(operator)) return first;
    const args = [first];
    while (this.#accept(operator)) args.push(part());
    return this.#call(`_${operator}_`, at, args);
  }

  #relation(): Node {
    let left = this.#sum();
    for (;;) {
      const { text, at, kind } = this.#token();
      if (!RELATIONS.has(text) || (kind !== 'operator' && kind !== 'ident')) return left;
      this.#next += 1;
      left = this.#call(text === 'in' ? '@in' : `_${text}_`, at, [left, this.#sum()]);
    }
  }

  #sum(): Node {
    let left = this.#product();
    for (;;) {
      const { text, at } = this.#token();
      if (!this.#accept('+') && !this.#accept('-')) return left;
      left = this.#call(`_${text}_`, at, [left, this.#product()]);
    }
  }

  #product(): Node {
    let left = this.#unary();
    for (;;) {
      const { text, at } = this.#token();
      if (!this.#accept('*') && !this.#accept('/') && !this.#accept('%')) return left;
      left = this.#call(`_${text}_`, at, [left, this.#unary()]);
    }
  }

  #unary(): Node {
    const { at } = this.#token();
    let count = 0;
    const sign = this.#is('!') ? '!' : '-';
    while (this.#accept(sign)) count += 1;
    if (count === 0) return this.#member(this.#primary(false));
    const negative = sign === '-' && this.#token().kind === 'number';
    const operand = this.#member(this.#primary(negative));
    const left = negative ? count - 1 : count;
    return left % 2 === 1 ? this.#call(sign === '!' ? '!_' : '-_', at, [operand]) : operand;
  }

  /** Selections, calls and indexes after a primary, in a loop: a long chain is not deep. */
  #member(first: Node): Node {
    let node = first;
    for (let links = 0; ; links += 1) {
      if (links > NESTING_MAX * 4) this.#fail(`more than ${NESTING_MAX * 4} selections in a row`);
      const { at } = this.#token();
      if (this.#accept('.')) node = this.#selection(node, at);
      else if (this.#accept('[')) {
        const optional = this.#accept('?');
        const index = this.#expression();
        this.#expect(']');
        node = this.#call(optional ? '_[?_]' : '_[_]', at, [node, index]);
      } else if (this.#is('{')) {
        node = this.#struct(node);
      } else return node;
    }
  }

  #selection(operand: Node, at: number): Node {
    const optional = this.#accept('?');
    const token = this.#token();
    const named = token.kind === 'ident' && token.text !== 'in';
    // After a dot a reserved word is an ordinary name.
    if (!named && token.kind !== 'quoted' && token.kind !== 'reserved')
      this.#fail(`a name is missing before ${this.#shown()}`);
    this.#next += 1;
    if (!optional && token.kind !== 'quoted' && this.#accept('('))
      return this.#invocation(token.text, operand, at);
    return this.#make({ kind: 'select', operand, field: token.text, test: false, optional, at });
  }

  #invocation(name: string, target: Node | undefined, at: number): Node {
    const args: Node[] = [];
    if (!this.#accept(')')) {
      do args.push(this.#expression());
      while (this.#accept(','));
      this.#expect(')');
    }
    const call = this.#make({ kind: 'call', name, target, args, at } as const);
    const expanded = expandMacro(call);
    if (expanded instanceof CelError) this.#fail(expanded.message, at);
    return expanded;
  }

  #primary(negative: boolean): Node {
    const token = this.#token();
    const { at } = token;
    if (token.kind === 'number' || token.kind === 'text') return this.#literal(token, negative);
    if (this.#accept('(')) {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    if (this.#accept('[')) return this.#list(at);
    if (this.#accept('{')) return this.#map(at);
    const rooted = this.#accept('.');
    const name = this.#token();
    if (name.kind !== 'ident' || name.text === 'in') this.#fail(`${this.#shown()} was not expected`);
    this.#next += 1;
    const text = rooted ? `.${name.text}` : name.text;
    if (this.#accept('(')) return this.#invocation(text, undefined, at);
    return this.#make({ kind: 'ident', name: text, at });
  }

  #literal(token: Token, negative: boolean): Node {
    const { at } = token;
    this.#next += 1;
    if (!negative) {
      if (token.value === undefined) this.#fail(`the integer ${token.text} is too large`);
      return this.#make({ kind: 'constant', value: token.value, at });
    }
    if (token.magnitude !== undefined)
      return this.#make({ kind: 'constant', value: intOf(-token.magnitude), at });
    const value = this.#make({ kind: 'constant', value: token.value ?? null, at } as const);
    return this.#call('-_', at, [value]);
  }

  #list(at: number): Node {
    const elements: ListNode['elements'][number][] = [];
    while (!this.#accept(']')) {
      const optional = this.#accept('?');
      elements.push({ optional, value: this.#expression() });
      if (!this.#accept(',') && !this.#is(']')) this.#fail(`] is missing before ${this.#shown()}`);
    }
    return this.#make({ kind: 'list', elements, at });
  }

  #map(at: number): Node {
    const entries: MapNode['entries'][number][] = [];
    while (!this.#accept('}')) {
      const optional = this.#accept('?');
      const key = this.#expression();
      this.#expect(':');
      entries.push({ optional, key, value: this.#expression() });
      if (!this.#accept(',') && !this.#is('}')) this.#fail(`} is missing before ${this.#shown()}`);
    }
    return this.#make({ kind: 'map', entries, at });
  }

  /** `Name{field: value}`: read whole, so that the message can say that JSON knows no such objects. */
  #struct(name: Node): Node {
    const { at } = this.#token();
    const parts: string[] = [];
    for (let part = name; ; part = part.operand) {
      if (part.kind === 'ident') {
        parts.unshift(part.name);
        break;
      }
      if (part.kind !== 'select' || part.test || part.optional) this.#fail('{ was not expected');
      parts.unshift(part.field);
    }
    this.#expect('{');
    while (!this.#accept('}')) {
      this.#accept('?');
      if (!['ident', 'quoted', 'reserved'].includes(this.#token().kind))
        this.#fail('a field name is missing');
      this.#next += 1;
      this.#expect(':');
      this.#expression();
      if (!this.#accept(',') && !this.#is('}')) this.#fail(`} is missing before ${this.#shown()}`);
    }
    return this.#make({ kind: 'struct', name: parts.join('.'), at });
  }
}

/** Whether a tree is deeper than what is walked by recursion; long chains of operators are deep without nesting. */
function isTooDeep(root: Node): boolean {
  const open: { readonly node: Node; readonly depth: number }[] = [{ node: root, depth: 1 }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one.depth > DEPTH_MAX) return true;
    for (const node of childrenOf(one.node)) open.push({ node, depth: one.depth + 1 });
  }
  return false;
}

/** Reads an expression. An error tells what was wrong and where, counted from 1. */
export function parse(source: string): Node | CelError {
  const tokens = lex(source);
  if (tokens instanceof CelError) return tokens;
  try {
    const root = new Parser(tokens).whole();
    return isTooDeep(root) ? new CelError(`a chain of more than ${DEPTH_MAX} operators`) : root;
  } catch (fault) {
    if (fault instanceof SyntaxFault) return new CelError(fault.message);
    throw fault;
  }
}
