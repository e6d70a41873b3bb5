// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type CelFunction,
  CelMap,
  Double,
  Duration,
  define,
  readType,
  Timestamp,
  type Type,
  TypeValue,
  Uint,
  type Value,
} from '@bartizan/engine/cel';
import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';

export type Json = Readonly<Record<string, unknown>>;

/** A case of the conformance suite of the language, in the JSON form of its messages. */
export interface Case {
  /** Its suites and its name; a number tells cases of one name apart. */
  readonly id: string;
  readonly expr: string;
  readonly container: string;
  readonly disableCheck: boolean;
  readonly checkOnly: boolean;
  readonly typeEnv: readonly Json[];
  readonly bindings: Readonly<Record<string, Json>>;
  readonly value: Json | undefined;
  readonly deducedType: Json | undefined;
  readonly failing: boolean;
}

interface Suite {
  readonly name: string;
  readonly suites?: readonly Suite[];
  readonly tests?: readonly { readonly original: Json }[];
}

function caseOf(original: Json, id: string): Case {
  const typed = original['typedResult'] as Json | undefined;
  return {
    id,
    expr: original['expr'] as string,
    container: (original['container'] as string | undefined) ?? '',
    disableCheck: original['disableCheck'] === true,
    checkOnly: original['checkOnly'] === true,
    typeEnv: (original['typeEnv'] as Json[] | undefined) ?? [],
    bindings: (original['bindings'] as Record<string, Json> | undefined) ?? {},
    value: (original['value'] ?? typed?.['result']) as Json | undefined,
    deducedType: typed?.['deducedType'] as Json | undefined,
    failing: original['evalError'] !== undefined || original['anyEvalErrors'] !== undefined,
  };
}

/** All cases, in the order of the suite. */
export function allCases(): readonly Case[] {
  const cases: Case[] = [];
  const seen = new Map<string, number>();
  const walk = (suite: Suite, path: string): void => {
    for (const inner of suite.suites ?? []) walk(inner, path === '' ? inner.name : `${path}/${inner.name}`);
    for (const { original } of suite.tests ?? []) {
      const name = `${path}/${String(original['name'] ?? original['expr'])}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      cases.push(caseOf(original, count === 1 ? name : `${name} #${count}`));
    }
  };
  walk(tests as unknown as Suite, '');
  return cases;
}

const MESSAGE =
  /TestAllTypes|TestRequired|NestedMessage|GlobalEnum|\b\w*Value\{|NestedEnum|cel\.expr\.|proto\.(?:has|get)Ext|\bmsg\b|google\.protobuf\.(?!Timestamp\b(?!\{)|Duration\b(?!\{))/;
const isTime = (type: unknown): boolean =>
  /google\.protobuf\.(?:Timestamp|Duration)$/.test(String(type ?? ''));

function mentionsMessage(json: unknown): boolean {
  if (Array.isArray(json)) return json.some(mentionsMessage);
  if (typeof json !== 'object' || json === null) return false;
  const record = json as Json;
  if ('@type' in record && !isTime(record['@type'])) return true;
  if ('messageType' in record || 'enumValue' in record || 'wrapper' in record) return true;
  return Object.values(record).some(mentionsMessage);
}

/** Cases about protocol buffer messages and enumerations: an object of Kubernetes is JSON, where neither occurs. */
export const isAboutMessages = (one: Case): boolean =>
  MESSAGE.test(one.expr) ||
  one.container.startsWith('cel.expr.conformance') ||
  mentionsMessage([one.typeEnv, one.bindings, one.value, one.deducedType]);

const NANO = 1_000_000_000n;
function timeOf(json: Json): Value {
  const text = String(json['value']);
  if (String(json['@type']).endsWith('Duration')) {
    const match = /^(-?)(\d+)(?:\.(\d+))?s$/.exec(text);
    const size = BigInt(match?.[2] ?? 0) * NANO + BigInt((match?.[3] ?? '').padEnd(9, '0'));
    return new Duration(match?.[1] === '-' ? -size : size);
  }
  const match = /^(.*?)(?:\.(\d+))?Z$/.exec(text);
  return new Timestamp(
    BigInt(Date.parse(`${match?.[1]}Z`) / 1000) * NANO + BigInt((match?.[2] ?? '').padEnd(9, '0')),
  );
}

const READERS: Readonly<Record<string, (inner: unknown) => Value>> = {
  nullValue: () => null,
  boolValue: (inner) => inner as boolean,
  int64Value: (inner) => {
    const value = BigInt(inner as string);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  },
  uint64Value: (inner) => new Uint(BigInt(inner as string)),
  doubleValue: (inner) => new Double(Number(inner)),
  stringValue: (inner) => inner as string,
  bytesValue: (inner) => new Uint8Array(Buffer.from(inner as string, 'base64')),
  typeValue: (inner) => new TypeValue(inner as string),
  objectValue: (inner) => timeOf(inner as Json),
  listValue: (inner) => (((inner as Json)['values'] as Json[] | undefined) ?? []).map(readValue),
  mapValue: (inner) => {
    const map = new CelMap();
    for (const { key, value } of ((inner as Json)['entries'] as { key: Json; value: Json }[] | undefined) ??
      [])
      map.put(readValue(key), readValue(value));
    return map;
  },
};

/** A value as the suite writes it. */
export function readValue(json: Json): Value {
  const [[kind, inner] = ['nullValue', null]] = Object.entries(json);
  const read = READERS[kind];
  if (read === undefined) throw new TypeError(`no such kind of value: ${kind}`);
  return read(inner);
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  BOOL: 'bool',
  INT64: 'int',
  UINT64: 'uint',
  DOUBLE: 'double',
  STRING: 'string',
  BYTES: 'bytes',
  TIMESTAMP: 'timestamp',
  DURATION: 'duration',
  ANY: 'dyn',
};

/** A type as the suite writes it, in the words of our signatures. */
export function typeText(json: Json): string {
  const [[kind, inner] = ['dyn', {}]] = Object.entries(json) as [string, unknown][];
  const record = inner as Json;
  switch (kind) {
    case 'primitive':
    case 'wellKnown':
      return PRIMITIVES[String(inner)] ?? 'dyn';
    case 'listType':
      return `list<${typeText((record['elemType'] as Json | undefined) ?? {})}>`;
    case 'mapType':
      return `map<${typeText((record['keyType'] as Json | undefined) ?? {})}, ${typeText((record['valueType'] as Json | undefined) ?? {})}>`;
    case 'abstractType': {
      const name = String(record['name']).replace('optional_type', 'optional');
      const parameters = ((record['parameterTypes'] as Json[] | undefined) ?? []).map(typeText);
      return parameters.length === 0 ? name : `${name}<${parameters.join(', ')}>`;
    }
    case 'typeParam':
      return String(inner);
    case 'type':
      return `type<${typeText(record)}>`;
    default:
      return kind === 'null' ? 'null' : 'dyn';
  }
}

interface OverloadJson extends Json {
  readonly params?: readonly Json[];
  readonly resultType?: Json;
  readonly isInstanceFunction?: boolean;
}

/** Functions that a case declares; they are only checked, never called. */
export const declaredFunctions = (one: Case): readonly CelFunction[] =>
  one.typeEnv.flatMap(({ name, function: declared }) =>
    (((declared as Json | undefined)?.['overloads'] as OverloadJson[] | undefined) ?? []).map((overload) =>
      define(
        String(name),
        `(${(overload.params ?? []).map(typeText).join(', ')}) ${typeText(overload.resultType ?? {})}`,
        () => null,
      ),
    ),
  );

/** Variables that a case declares or binds. */
export function declaredVariables(one: Case): Readonly<Record<string, Type>> {
  const variables: Record<string, Type> = {};
  for (const name of Object.keys(one.bindings)) variables[name] = readType('dyn');
  for (const { name, ident } of one.typeEnv)
    if (ident !== undefined)
      variables[String(name)] = readType(typeText(((ident as Json)['type'] as Json | undefined) ?? {}));
  return variables;
}
