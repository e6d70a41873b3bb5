// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** JSON as examples hold it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const KEEP = new Set(['apiVersion', 'kind', 'name', 'namespace']);

/** Values by the name of the field that holds them: what stands there once fits there again. */
export function pantryOf(objects: readonly Json[]): ReadonlyMap<string, readonly Json[]> {
  const pantry = new Map<string, Map<string, Json>>();
  const take = (key: string, value: Json): void => {
    const shelf = pantry.get(key) ?? new Map<string, Json>();
    pantry.set(key, shelf.set(JSON.stringify(value), value));
    if (isObject(value)) for (const [name, inner] of Object.entries(value)) take(name, inner);
    if (isList(value)) for (const inner of value) take(`${key}[]`, inner);
  };
  for (const object of objects) take('', object);
  return new Map([...pantry].map(([key, shelf]) => [key, [...shelf.values()]]));
}

/** One change somewhere in an object: a value from elsewhere, one more item of a list, or something left out. */
export function crossed(
  object: Json,
  pantry: ReadonlyMap<string, readonly Json[]>,
  random: () => number,
): Json {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const change = (value: Json, key: string): Json => {
    // The deeper, the likelier: most of what rules ask stands far inside.
    if (isObject(value) && (random() < 0.85 || key === '')) {
      const names = Object.keys(value).filter((name) => !KEEP.has(name));
      const name = pick(names);
      if (name === undefined) return value;
      if (random() < 0.12) {
        const { [name]: _gone, ...rest } = value;
        return rest;
      }
      return { ...value, [name]: change(value[name] ?? null, name) };
    }
    if (isList(value) && value.length > 0 && random() < 0.8) {
      const at = Math.floor(random() * value.length);
      if (random() < 0.1) return value.toSpliced(at, 1);
      return value.with(at, change(value[at] ?? null, `${key}[]`));
    }
    const other = pick(pantry.get(key) ?? []);
    return other === undefined ? value : other;
  };
  let changed = object;
  const times = 1 + Math.floor(random() * 3);
  for (let turn = 0; turn < times; turn += 1) changed = change(changed, '');
  return changed;
}

/** The object without one of its parts, for each part; the largest parts first. */
export function* smaller(object: Json): Generator<Json> {
  if (isObject(object)) {
    for (const name of Object.keys(object)) {
      if (KEEP.has(name)) continue;
      const { [name]: _gone, ...rest } = object;
      yield rest;
    }
    for (const [name, value] of Object.entries(object))
      for (const less of smaller(value)) yield { ...object, [name]: less };
  }
  if (isList(object)) {
    for (let at = 0; at < object.length; at += 1) yield object.toSpliced(at, 1);
    for (const [at, value] of object.entries())
      for (const less of smaller(value)) yield object.with(at, less);
  }
}
