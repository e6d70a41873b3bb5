// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A changed bundle and what was changed. */
export interface Mutation {
  readonly what: string;
  readonly json: unknown;
}

type Path = readonly (string | number)[];

/** Numbers between 0 and `below`, the same for the same seed (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Every value in a JSON document with the way to it. */
function* walk(value: unknown, path: Path = []): Generator<readonly [Path, unknown]> {
  if (path.length > 0) yield [path, value];
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* walk(item, [...path, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* walk(item, [...path, key]);
}

/** A copy with another value at a place; `undefined` takes it away. */
function withValue(json: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(json)) {
    const copy = [...json];
    const inner = withValue(copy[Number(first)], rest, value);
    if (inner === undefined) copy.splice(Number(first), 1);
    else copy[Number(first)] = inner;
    return copy;
  }
  const copy: Record<string, unknown> = { ...(json as Record<string, unknown>) };
  const inner = withValue(copy[first], rest, value);
  if (inner === undefined) delete copy[first];
  else copy[first] = inner;
  return copy;
}

const isBase64 = (text: string): boolean =>
  text.length > 3 && Buffer.from(text, 'base64').toString('base64') === text;

/** One bit of a base64 value, or one character of another text. */
function flip(text: string, at: number, random: (below: number) => number): string {
  if (isBase64(text)) {
    const bytes = Buffer.from(text, 'base64');
    const index = Math.min(bytes.length - 1, Math.floor(at * bytes.length));
    bytes[index] = (bytes[index] ?? 0) ^ (1 << random(8));
    return bytes.toString('base64');
  }
  const characters = [...text];
  const index = Math.min(characters.length - 1, Math.floor(at * characters.length));
  const old = characters[index];
  characters[index] = old === '7' ? '8' : '7';
  return characters.join('');
}

/**
 * Changed copies of a bundle: in each text and each base64 value, `regions` places from its first to its last byte; each
 * number; each field and list entry taken away, emptied, given twice; a field added to each object.
 */
export function* mutations(
  bundle: unknown,
  regions: number,
  random: (below: number) => number,
): Generator<Mutation> {
  for (const [path, value] of walk(bundle)) {
    const place = path.join('.');
    yield { what: `${place} removed`, json: withValue(bundle, path, undefined) };
    if (typeof value === 'string') {
      yield { what: `${place} emptied`, json: withValue(bundle, path, '') };
      yield { what: `${place} longer`, json: withValue(bundle, path, `${value}A`) };
      for (let region = 0; region < regions; region += 1) {
        const at = (region + (region === regions - 1 ? 1 : random(1000) / 1000)) / regions;
        yield {
          what: `${place} at ${at}`,
          json: withValue(bundle, path, flip(value, region === 0 ? 0 : at, random)),
        };
      }
    } else if (Array.isArray(value)) {
      if (value.length > 0)
        yield { what: `${place} twice`, json: withValue(bundle, path, [...value, value[0]]) };
      if (value.length > 1)
        yield { what: `${place} reversed`, json: withValue(bundle, path, value.toReversed()) };
    } else if (typeof value === 'object' && value !== null)
      yield { what: `${place} with more`, json: withValue(bundle, [...path, 'extra'], 'x') };
  }
}
