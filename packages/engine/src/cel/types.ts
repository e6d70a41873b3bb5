// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Types of CEL as the checker sees them. */
export type Type =
  | { readonly kind: 'dyn' | 'error' | 'null' }
  | { readonly kind: 'basic'; readonly name: string }
  /** `list<A>`, `map<A, B>`, `type<A>`, `optional<A>`, `wrapper<A>` and types of extensions with parameters. */
  | { readonly kind: 'of'; readonly name: string; readonly parameters: readonly Type[] }
  | { readonly kind: 'parameter'; readonly name: string }
  | ObjectType;

/** An object whose fields are known, such as the request of an admission review. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  readonly fields: Readonly<Record<string, Type>>;
}

const basic = (name: string): Type => ({ kind: 'basic', name });
export const DYN: Type = { kind: 'dyn' };
export const NULL: Type = { kind: 'null' };
export const BOOL = basic('bool');
export const INT = basic('int');
export const UINT = basic('uint');
export const DOUBLE = basic('double');
export const STRING = basic('string');
export const BYTES = basic('bytes');
export const TIMESTAMP = basic('timestamp');
export const DURATION = basic('duration');
export const listOf = (element: Type): Type => ({ kind: 'of', name: 'list', parameters: [element] });
export const mapOf = (key: Type, value: Type): Type => ({
  kind: 'of',
  name: 'map',
  parameters: [key, value],
});
export const typeOfType = (inner: Type): Type => ({ kind: 'of', name: 'type', parameters: [inner] });
export const optionalOf = (inner: Type): Type => ({ kind: 'of', name: 'optional', parameters: [inner] });
export const objectOf = (name: string, fields: Readonly<Record<string, Type>>): ObjectType => ({
  kind: 'object',
  name,
  fields,
});

const SPECIAL: Readonly<Record<string, Type>> = { dyn: DYN, null: NULL };

/** A type as signatures write it. */
export function readType(text: string): Type {
  const [type, rest] = readOne(text.trim());
  if (rest !== '') throw new TypeError(`not a type: ${text}`);
  return type;
}

function readOne(text: string): readonly [Type, string] {
  const match = /^[A-Za-z_][A-Za-z0-9_.]*/.exec(text);
  if (match === null) throw new TypeError(`not a type: ${text}`);
  const name = match[0];
  let rest = text.slice(name.length);
  if (!rest.startsWith('<')) {
    const special = SPECIAL[name];
    if (special !== undefined) return [special, rest];
    return [/^[A-Z]$/.test(name) ? { kind: 'parameter', name } : basic(name), rest];
  }
  const parameters: Type[] = [];
  do {
    const [parameter, after] = readOne(rest.slice(1).trimStart());
    parameters.push(parameter);
    rest = after.trimStart();
  } while (rest.startsWith(','));
  return [{ kind: 'of', name, parameters }, rest.slice(1)];
}

/** A type as messages show it. */
export function showType(type: Type): string {
  switch (type.kind) {
    case 'basic':
    case 'parameter':
    case 'object':
      return type.name;
    case 'of':
      return `${type.name}(${type.parameters.map(showType).join(', ')})`;
    default:
      return type.kind;
  }
}

/** One way to call a function. */
export interface Overload {
  readonly receiver: boolean;
  /** The target first, when there is one. */
  readonly parameters: readonly Type[];
  readonly result: Type;
}

/** Splits at commas that stand outside of angle brackets. */
function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of text) {
    if (char === '<') depth += 1;
    if (char === '>') depth -= 1;
    if (char === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return part.trim() === '' ? parts : [...parts, part];
}

/** Reads a signature such as `(list<A>, int) A` or `string.(int) string`. */
export function readSignature(text: string): Overload {
  const open = text.indexOf('(');
  const close = text.indexOf(')', open);
  const target = text.slice(0, open).replace(/\.$/, '');
  const parameters = splitTypes(text.slice(open + 1, close)).map(readType);
  return {
    receiver: target !== '',
    parameters: target === '' ? parameters : [readType(target), ...parameters],
    result: readType(text.slice(close + 1)),
  };
}
