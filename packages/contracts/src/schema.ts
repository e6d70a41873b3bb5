// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type TEnumValue, type TSchema, type TUnsafe, Type } from 'typebox';

/**
 * Builders that make the house rules impossible to forget: every field has a description, every string and array a
 * maximum, every number a unit and bounds (checked again by a test that walks all schemas).
 */

/** Units a number may be in. `1` is a plain count or ratio. */
export type Unit =
  | '1'
  | 'ms'
  | 'us'
  | 'ms since Unix epoch'
  | 'us since boot'
  | 'bytes'
  | 'percent'
  | 'milliCPU'
  | 'days'
  | 's';

interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A string of at most `maxLength` UTF-16 code units. */
export const text = (
  description: string,
  maxLength = 256,
  more: { pattern?: string; minLength?: number } = {},
) => Type.String({ description, maxLength, ...more });

/** A whole number; not negative unless said otherwise. */
export const integer = (description: string, unit: Unit, bounds: Bounds = {}) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, ...bounds, description, unit });

/** A number that may have a fraction. */
export const decimal = (description: string, unit: Unit, bounds: Bounds = {}) =>
  Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, ...bounds, description, unit });

/** An instant: milliseconds since the Unix epoch, UTC. */
export const instant = (description: string) => integer(description, 'ms since Unix epoch');

/** A claim that is true or false. */
export const flag = (description: string) => Type.Boolean({ description });

/** A list of at most `maxItems`. */
export const list = <T extends TSchema>(items: T, description: string, maxItems = 1000) =>
  Type.Array(items, { description, maxItems });

/** One of a closed list of words. */
export const choice = <const V extends readonly string[]>(
  values: V,
  description: string,
): TUnsafe<V[number]> => Type.Unsafe<V[number]>(Type.Enum([...values] as TEnumValue[], { description }));

/** An object that refuses unknown fields. */
export const object = <P extends Record<string, TSchema>>(id: string, description: string, properties: P) =>
  Type.Object(properties, { $id: id, title: id, description, additionalProperties: false });

/** An object without an id of its own (used inside another). */
export const inline = <P extends Record<string, TSchema>>(description: string, properties: P) =>
  Type.Object(properties, { description, additionalProperties: false });

/** A map from names to strings, for instance labels. */
export const labels = (description: string) =>
  Type.Record(Type.String({ maxLength: 317, description: 'key' }), text('value', 4096), {
    description,
    maxProperties: 256,
  });

/** The same text in both languages of the product. */
export const localText = (description: string, maxLength = 2000) =>
  inline(description, { en: text('English', maxLength), ja: text('Japanese', maxLength) });

/** Text in both languages; records of before this had it in English only, and stay readable. */
export const toldText = (description: string, maxLength = 2000) =>
  Type.Union([localText(description, maxLength), text(description, maxLength)], { description });

/** Marks a field as not always present. */
export const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
