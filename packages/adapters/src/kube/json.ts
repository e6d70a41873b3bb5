// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Foreign JSON, read without trust: what has another shape reads as absent. */
export type JsonRecord = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The record that a value is; an empty one where it is none. */
export const recordOf = (value: unknown): JsonRecord => (isRecord(value) ? value : {});

/** The list that a value is; an empty one where it is none. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The text that a value is, at most `most` long; undefined where it is none. */
export const textOf = (value: unknown, most = 253): string | undefined =>
  typeof value === 'string' ? value.slice(0, most) : undefined;

/** A map of texts such as labels, at most `most` entries. */
export function textsOf(value: unknown, most = 256): Readonly<Record<string, string>> {
  const pairs = Object.entries(recordOf(value)).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return Object.fromEntries(pairs.slice(0, most));
}

/** What every object carries. */
export interface ObjectMeta {
  readonly name: string;
  /** Empty for objects of the whole cluster. */
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** An object as the API server gives it. */
export interface KubeObject {
  readonly meta: ObjectMeta;
  readonly raw: JsonRecord;
}

/** Reads the envelope of an object; undefined where it has no name. */
export function objectOf(value: unknown): KubeObject | undefined {
  const raw = recordOf(value);
  const metadata = recordOf(raw['metadata']);
  const name = textOf(metadata['name']);
  if (name === undefined || name === '') return undefined;
  return {
    raw,
    meta: {
      name,
      namespace: textOf(metadata['namespace']) ?? '',
      uid: textOf(metadata['uid']) ?? '',
      resourceVersion: textOf(metadata['resourceVersion']) ?? '',
    },
  };
}
