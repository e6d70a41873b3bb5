// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Reading of JSON whose shape is not known: each function gives what is asked for, or undefined. */
export type JsonObject = { readonly [key: string]: unknown };

/** The value as an object. */
export const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

/** The value as a list; an empty one when it is none. */
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value as a text that is not empty, cut to `most`. */
export const asText = (value: unknown, most = 400): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, most) : undefined;

/** The value as a finite number. */
export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** The object without its undefined fields. */
export const compact = <T extends object>(value: { [K in keyof T]: T[K] | undefined }): T => {
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) if (field !== undefined) result[key] = field;
  return result as T;
};

/** Parses JSON text; undefined when it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
