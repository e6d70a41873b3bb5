// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any JSON: what a structural schema cannot say, the controller checks and tells in the status. */
const ANYTHING = { 'x-kubernetes-preserve-unknown-fields': true };
/** Limits and words that mean the same in both languages. */
const SAME = [
  'description',
  'maxLength',
  'minLength',
  'pattern',
  'minimum',
  'maximum',
  'maxItems',
  'minItems',
  'maxProperties',
] as const;

const same = (schema: Json): Json =>
  Object.fromEntries(SAME.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]])));

/** The values of a map with arbitrary keys. */
const valuesOf = (schema: Json): unknown =>
  isObject(schema['patternProperties']) ? Object.values(schema['patternProperties'])[0] : undefined;

/**
 * A contract as a structural schema of a CustomResourceDefinition. Unions and trees that contain themselves have no
 * structural form and become any JSON; `$id`, units and formats of ours are left out.
 */
export function structuralSchema(schema: unknown): Json {
  if (!isObject(schema)) return ANYTHING;
  const { type, properties, items } = schema;
  const values = valuesOf(schema);
  if (Array.isArray(schema['enum'])) return { ...same(schema), type: 'string', enum: schema['enum'] };
  if (type === 'array') return { ...same(schema), type, items: structuralSchema(items) };
  if (type === 'object' && values !== undefined)
    return { ...same(schema), type, additionalProperties: structuralSchema(values) };
  if (type === 'object' && isObject(properties)) {
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    return {
      ...same(schema),
      type,
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, part]) => [name, structuralSchema(part)]),
      ),
      ...(required.length === 0 ? {} : { required }),
    };
  }
  if (type === 'string' || type === 'boolean' || type === 'integer' || type === 'number')
    return { ...same(schema), type };
  return { ...(schema['description'] === undefined ? {} : same(schema)), ...ANYTHING };
}
