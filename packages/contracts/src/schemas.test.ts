// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import * as compliance from './compliance/index.ts';
import * as contracts from './index.ts';

interface Loose {
  readonly [key: string]: unknown;
}
const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null;

/** Walks a schema and reports what breaks the rules of the house. */
function faults(schema: unknown, path: string, found: string[], seen = new Set<unknown>()): void {
  if (!isObject(schema) || seen.has(schema)) return;
  seen.add(schema);
  const described = typeof schema['description'] === 'string' && schema['description'].length > 0;
  const type = schema['type'];
  if (
    type === 'string' &&
    schema['maxLength'] === undefined &&
    schema['enum'] === undefined &&
    schema['const'] === undefined
  )
    found.push(`${path}: string without maxLength`);
  if (type === 'array' && schema['maxItems'] === undefined) found.push(`${path}: array without maxItems`);
  if ((type === 'integer' || type === 'number') && schema['const'] === undefined) {
    if (typeof schema['unit'] !== 'string') found.push(`${path}: number without unit`);
    if (schema['minimum'] === undefined) found.push(`${path}: number without minimum`);
  }
  if (type === 'object' && !described) found.push(`${path}: object without description`);
  const properties = schema['properties'];
  if (isObject(properties)) {
    for (const [name, child] of Object.entries(properties)) {
      if (
        isObject(child) &&
        child['const'] === undefined &&
        typeof child['description'] !== 'string' &&
        child['$ref'] === undefined
      )
        found.push(`${path}.${name}: no description`);
      faults(child, `${path}.${name}`, found, seen);
    }
  }
  for (const key of ['items', 'not', 'additionalProperties'])
    faults(schema[key], `${path}.${key}`, found, seen);
  for (const key of ['anyOf', 'allOf', 'oneOf']) {
    const parts = schema[key];
    if (Array.isArray(parts))
      for (const [at, part] of parts.entries()) faults(part, `${path}.${key}[${at}]`, found, seen);
  }
  for (const key of ['$defs', 'patternProperties']) {
    const parts = schema[key];
    if (isObject(parts))
      for (const [name, part] of Object.entries(parts)) faults(part, `${path}.${key}.${name}`, found, seen);
  }
}

const schemas = Object.entries({ ...contracts, ...compliance }).filter(
  ([, value]) => isObject(value) && ('type' in value || 'anyOf' in value || '$defs' in value),
);

describe('schemas', () => {
  it('are found at all', () => {
    expect(schemas.length).toBeGreaterThan(40);
  });

  it.each(schemas)('%s bounds every value and describes every field', (name, schema) => {
    const found: string[] = [];
    faults(schema, name, found);
    expect(found).toEqual([]);
  });

  it('are held to the rules also inside routes', () => {
    const found: string[] = [];
    for (const route of contracts.ROUTES) {
      for (const part of ['params', 'query', 'body', 'response'] as const) {
        if (part in route) faults(Reflect.get(route, part), `${route.id}.${part}`, found);
      }
    }
    expect(found).toEqual([]);
  });

  it('the walker reports a schema that breaks each rule', () => {
    const found: string[] = [];
    faults(
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'array', items: { type: 'integer' } } },
      },
      'x',
      found,
    );
    expect(found).toEqual([
      'x: object without description',
      'x.a: no description',
      'x.a: string without maxLength',
      'x.b: no description',
      'x.b: array without maxItems',
      'x.b.items: number without unit',
      'x.b.items: number without minimum',
    ]);
  });
});

describe('routes', () => {
  it('have unique ids and unique method and path', () => {
    expect(new Set(contracts.ROUTES.map((route) => route.id)).size).toBe(contracts.ROUTES.length);
    expect(new Set(contracts.ROUTES.map((route) => `${route.method} ${route.path}`)).size).toBe(
      contracts.ROUTES.length,
    );
  });

  it('leave an audit record whenever they change something', () => {
    const routes: readonly contracts.Route[] = contracts.ROUTES;
    const silent = routes
      .filter((route) => route.method !== 'GET' && !('audit' in route))
      .map((route) => route.id);
    // What API servers tell would drown what people did: the key that sends it leaves a record when it is made.
    expect(silent).toEqual(['audit-log.submit']);
  });
});

describe('error catalogue', () => {
  it.each(Object.entries(contracts.ERRORS))('%s has title and remedy in both languages', (code, entry) => {
    expect(code).toMatch(/^E_[A-Z_0-9]+$/);
    for (const part of [entry.title, entry.remedy]) {
      expect(part.en.length).toBeGreaterThan(5);
      expect(part.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
    }
  });
});
