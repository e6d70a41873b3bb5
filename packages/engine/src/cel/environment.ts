// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CelFunction, Library } from './function.ts';
import { OPERATORS } from './library/operators.ts';
import { STANDARD } from './library/standard.ts';
import { type Overload, readSignature, type Type } from './types.ts';
import { TypeValue } from './value.ts';

/** What an expression may name: variables, functions, types. Made once and used for many expressions. */
export interface Environment {
  /** Names are looked up in this name space first, then in those around it. */
  readonly container: string;
  readonly variables: ReadonlyMap<string, Type>;
  readonly functions: ReadonlyMap<string, DeclaredFunction>;
  /**
   * What Kubernetes asks beyond the language: lists and maps that are written down are of one type, patterns and times that are
   * written down can be read, and there is no `cel.bind`.
   */
  readonly strict: boolean;
}

export interface DeclaredFunction {
  /** Several libraries may add overloads to one name; each knows its own argument types. */
  readonly implementations: readonly (CelFunction & { readonly overloads: readonly Overload[] })[];
  readonly overloads: readonly Overload[];
}

/** Names of types, which are values in an expression. */
export const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'int',
  uint: 'uint',
  double: 'double',
  bool: 'bool',
  string: 'string',
  bytes: 'bytes',
  list: 'list',
  map: 'map',
  type: 'type',
  null_type: 'null_type',
  optional_type: 'optional_type',
  'google.protobuf.Timestamp': 'google.protobuf.Timestamp',
  'google.protobuf.Duration': 'google.protobuf.Duration',
};

export const typeValue = (name: string): TypeValue | undefined => {
  const found = Object.hasOwn(TYPE_NAMES, name) ? TYPE_NAMES[name] : undefined;
  return found === undefined ? undefined : new TypeValue(found);
};

const declared = (library: Library): Map<string, DeclaredFunction> => {
  const found = new Map<string, DeclaredFunction>();
  for (const one of library) {
    const overloads = one.signatures.map(readSignature);
    const before = found.get(one.name);
    found.set(one.name, {
      implementations: [...(before?.implementations ?? []), { ...one, overloads }],
      overloads: [...(before?.overloads ?? []), ...overloads],
    });
  }
  return found;
};

export interface EnvironmentInput {
  readonly variables?: Readonly<Record<string, Type>>;
  readonly libraries?: readonly Library[];
  readonly container?: string;
  readonly strict?: boolean;
}

/** The language itself with the given libraries and variables. */
export function environmentOf({
  variables = {},
  libraries = [],
  container = '',
  strict = false,
}: EnvironmentInput): Environment {
  return {
    container,
    variables: new Map(Object.entries(variables)),
    strict,
    functions: declared([OPERATORS, STANDARD, ...libraries].flat()),
  };
}

/** The same functions with other variables. */
export const withVariables = (
  environment: Environment,
  variables: Readonly<Record<string, Type>>,
): Environment => ({
  ...environment,
  variables: new Map([...environment.variables, ...Object.entries(variables)]),
});

/** What a name may mean, in the order it is tried: the innermost name space first. A leading dot asks for the root. */
export function candidates(container: string, name: string): readonly string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  const parts = container === '' ? [] : container.split('.');
  return [...parts.map((_part, index) => `${parts.slice(0, parts.length - index).join('.')}.${name}`), name];
}

/** The first of the candidates that a table has. */
export const resolveIn = (
  table: { readonly has: (name: string) => boolean },
  container: string,
  name: string,
): string | undefined => candidates(container, name).find((one) => table.has(one));
