// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The part of TOML that container runtimes are configured with: tables, arrays of tables, dotted and quoted keys,
 * texts, numbers, truth values, arrays and inline tables. Bounded in depth and count; undefined for anything else.
 */
type Table = { [key: string]: unknown };

const DEPTH_MAX = 32;
const VALUES_MAX = 20_000;

class TomlFault extends Error {}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
};

class TomlReader {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text.replaceAll('\r\n', '\n');
  }

  read(): Table {
    const root: Table = {};
    let table = root;
    for (;;) {
      this.#skip(true);
      if (this.#at >= this.#text.length) return root;
      if (this.#peek() === '[') table = this.#header(root);
      else this.#pair(table, 0);
      this.#skip(false);
      if (this.#at < this.#text.length && this.#peek() !== '\n') throw new TomlFault('more on the line');
    }
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #skip(lines: boolean): void {
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#peek();
      if (character === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = (end === -1 ? this.#text.length : end) - 1;
      } else if (character !== ' ' && character !== '\t' && !(lines && character === '\n')) return;
    }
  }

  #take(expected: string): void {
    if (!this.#text.startsWith(expected, this.#at)) throw new TomlFault(`no ${expected}`);
    this.#at += expected.length;
  }

  #header(root: Table): Table {
    const isList = this.#text.startsWith('[[', this.#at);
    this.#at += isList ? 2 : 1;
    const keys = this.#keys();
    this.#take(isList ? ']]' : ']');
    if (!isList) return this.#descend(root, keys);
    const parent = this.#descend(root, keys.slice(0, -1));
    const name = keys.at(-1) ?? '';
    const known: unknown = Object.hasOwn(parent, name) ? parent[name] : undefined;
    const list = Array.isArray(known) ? known : [];
    const fresh: Table = {};
    list.push(fresh);
    this.#set(parent, name, list);
    return fresh;
  }

  #descend(root: Table, keys: readonly string[]): Table {
    if (keys.length > DEPTH_MAX) throw new TomlFault('too deep');
    let table = root;
    for (const key of keys) {
      const known: unknown = Object.hasOwn(table, key) ? table[key] : undefined;
      const next: unknown = Array.isArray(known) ? known.at(-1) : (known ?? {});
      if (!isTable(next)) throw new TomlFault('not a table');
      if (known === undefined) this.#set(table, key, next);
      table = next;
    }
    return table;
  }

  #set(table: Table, key: string, value: unknown): void {
    this.#values += 1;
    if (this.#values > VALUES_MAX) throw new TomlFault('too many values');
    Object.defineProperty(table, key, { value, enumerable: true, configurable: true, writable: true });
  }

  #keys(): string[] {
    const keys: string[] = [];
    for (;;) {
      this.#skip(false);
      const quote = this.#peek();
      if (quote === '"' || quote === "'") keys.push(this.#string());
      else {
        const bare = /[\w-]{1,512}/y;
        bare.lastIndex = this.#at;
        const found = bare.exec(this.#text)?.[0];
        if (found === undefined) throw new TomlFault('no key');
        this.#at += found.length;
        keys.push(found);
      }
      this.#skip(false);
      if (this.#peek() !== '.') return keys;
      this.#at += 1;
    }
  }

  #pair(table: Table, depth: number): void {
    const keys = this.#keys();
    this.#take('=');
    this.#skip(false);
    const value = this.#value(depth + 1);
    this.#set(this.#descend(table, keys.slice(0, -1)), keys.at(-1) ?? '', value);
  }

  #value(depth: number): unknown {
    if (depth > DEPTH_MAX) throw new TomlFault('too deep');
    const first = this.#peek();
    if (first === '"' || first === "'") return this.#string();
    if (first === '[') return this.#array(depth);
    if (first === '{') return this.#inline(depth);
    const bare = /[^\s,\]}#]{1,256}/y;
    bare.lastIndex = this.#at;
    const word = bare.exec(this.#text)?.[0] ?? '';
    this.#at += word.length;
    if (word === 'true' || word === 'false') return word === 'true';
    const number = Number(word.replaceAll('_', ''));
    if (word !== '' && Number.isFinite(number)) return number;
    if (/^\d{4}-\d\d-\d\d/.test(word)) return word;
    throw new TomlFault('no value');
  }

  #array(depth: number): unknown[] {
    this.#at += 1;
    const items: unknown[] = [];
    for (;;) {
      this.#skip(true);
      if (this.#peek() === ']') break;
      items.push(this.#value(depth + 1));
      if (items.length > VALUES_MAX) throw new TomlFault('too many values');
      this.#skip(true);
      if (this.#peek() === ',') this.#at += 1;
      else if (this.#peek() !== ']') throw new TomlFault('no end of the array');
    }
    this.#at += 1;
    return items;
  }

  #inline(depth: number): Table {
    this.#at += 1;
    const table: Table = {};
    for (;;) {
      this.#skip(true);
      if (this.#peek() === '}') break;
      this.#pair(table, depth);
      this.#skip(true);
      if (this.#peek() === ',') this.#at += 1;
      else if (this.#peek() !== '}') throw new TomlFault('no end of the table');
    }
    this.#at += 1;
    return table;
  }

  #string(): string {
    const quote = this.#peek();
    const isLong = this.#text.startsWith(quote.repeat(3), this.#at);
    const mark = isLong ? quote.repeat(3) : quote;
    this.#at += mark.length;
    if (isLong && this.#peek() === '\n') this.#at += 1;
    let read = '';
    for (;;) {
      if (this.#at >= this.#text.length || (!isLong && this.#peek() === '\n'))
        throw new TomlFault('no end of the text');
      if (this.#text.startsWith(mark, this.#at)) break;
      read += quote === '"' && this.#peek() === '\\' ? this.#escape() : this.#peek();
      this.#at += 1;
    }
    this.#at += mark.length;
    return read;
  }

  #escape(): string {
    this.#at += 1;
    const letter = this.#peek();
    if (letter === 'u' || letter === 'U') {
      const digits = this.#text.slice(this.#at + 1, this.#at + (letter === 'u' ? 5 : 9));
      this.#at += digits.length;
      const code = Number.parseInt(digits, 16);
      return Number.isInteger(code) && code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
    }
    return (Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined) ?? '';
  }
}

/** Reads TOML; undefined when it is none. */
export function readToml(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return new TomlReader(text).read();
  } catch (fault) {
    if (fault instanceof TomlFault) return undefined;
    throw fault;
  }
}
