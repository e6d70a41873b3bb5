// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Reads fields of a foreign JSON object without trusting their types: what has another type counts as absent. */
export interface FieldReader {
  readonly text: (name: string, maxLength?: number) => string;
  readonly number: (name: string) => number | undefined;
  readonly flag: (name: string) => boolean | undefined;
  readonly object: (name: string) => FieldReader | undefined;
  readonly objects: (name: string, maxItems: number) => FieldReader[];
  readonly texts: (name: string, maxItems: number) => string[];
  /** Entries whose values are texts. */
  readonly labels: (name: string) => Record<string, string>;
  readonly names: () => string[];
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const LABELS_MAX = 256;

/** A reader of an object; undefined for anything else. */
export const fieldsOf = (value: unknown): FieldReader | undefined => {
  if (!isObject(value)) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const listAt = (name: string, maxItems: number): unknown[] => {
    const list = fields.get(name);
    return Array.isArray(list) ? list.slice(0, maxItems) : [];
  };
  return {
    text: (name, maxLength = 4096) => {
      const text = fields.get(name);
      return typeof text === 'string' ? text.slice(0, maxLength) : '';
    },
    number: (name) => {
      const number = fields.get(name);
      return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
    },
    flag: (name) => {
      const flag = fields.get(name);
      return typeof flag === 'boolean' ? flag : undefined;
    },
    object: (name) => fieldsOf(fields.get(name)),
    objects: (name, maxItems) => listAt(name, maxItems).flatMap((item) => fieldsOf(item) ?? []),
    texts: (name, maxItems) =>
      listAt(name, maxItems).flatMap((item) => (typeof item === 'string' ? item.slice(0, 4096) : [])),
    labels: (name) => {
      const labels = fields.get(name);
      if (!isObject(labels)) return {};
      const entries = Object.entries(labels).slice(0, LABELS_MAX);
      return Object.fromEntries(
        entries.flatMap(([key, text]: [string, unknown]) =>
          typeof text === 'string' ? [[key.slice(0, 317), text.slice(0, 4096)]] : [],
        ),
      );
    },
    names: () => [...fields.keys()],
  };
};

/** A reader of a JSON text that is an object; undefined for anything else. */
export const readObject = (json: string): FieldReader | undefined => {
  try {
    return fieldsOf(JSON.parse(json));
  } catch {
    return undefined;
  }
};
