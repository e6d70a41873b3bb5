// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS, type Fault, Problem, parser, ROUTES, type Route } from '@bartizan/contracts';
import {
  aCheck,
  aContainer,
  aFinding,
  aFlow,
  aNode,
  anImage,
  aProcessEvent,
  aRegistry,
  aSecurityEvent,
  aWorkload,
  openTestStore,
  type TestStore,
} from '@bartizan/testkit/store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiStage, buildApiStage, LOCAL_ROOT, type Told } from '../testing/api-stage.ts';
import { openApiDocument } from './http/openapi.ts';

const SCOPE = { kind: 'system', purpose: 'test' } as const;
const routes: readonly Route[] = ROUTES;
const fuzzed = routes.filter(({ id }) => !['live.stream', 'backup.create', 'session.create'].includes(id));
let test: TestStore;
let stage: ApiStage;

beforeAll(async () => {
  test = await openTestStore();
  const { store } = test;
  await store.nodes.put(SCOPE, [aNode()]);
  await store.workloads.put(SCOPE, [aWorkload()]);
  await store.containers.put(SCOPE, [aContainer()]);
  await store.images.put(SCOPE, [anImage()]);
  await store.findings.put(SCOPE, [aFinding()]);
  await store.checks.put(SCOPE, [aCheck()]);
  await store.registries.put(SCOPE, [aRegistry()]);
  await store.events.append(SCOPE, [aSecurityEvent(1), aProcessEvent(1), aFlow(1)]);
  stage = await buildApiStage(store, test.clock);
}, 60_000);
afterAll(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

interface Json {
  readonly [key: string]: unknown;
}
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const document: Json = openApiDocument();

function at(node: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (isJson(value) ? value[key] : undefined), node);
}
const resolved = (schema: unknown): Json => {
  const ref = isJson(schema) ? schema['$ref'] : undefined;
  if (typeof ref === 'string') return resolved(at(document, ...ref.slice(2).split('/')));
  return isJson(schema) ? schema : {};
};

/** Values of a schema of the OpenAPI document. */
function valuesOf(given: unknown, depth = 0): fc.Arbitrary<unknown> {
  const schema = resolved(given);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum']);
  if (Array.isArray(schema['anyOf']))
    return depth > 4
      ? fc.constant('x')
      : fc.oneof(...schema['anyOf'].map((part) => valuesOf(part, depth + 1)));
  switch (schema['type']) {
    case 'string':
      return fc.oneof(
        fc.string({ maxLength: Math.min(60, Number(schema['maxLength'] ?? 60)) }),
        fc.constantFrom(
          'admin',
          'w-1',
          'f-1',
          'n-1',
          'c-1',
          'r-1',
          'severity:high',
          '-state:open',
          'name',
          '-name',
        ),
      );
    case 'integer':
    case 'number':
      return fc.integer({ min: 0, max: 2_000_000_000 });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return depth > 4 ? fc.constant([]) : fc.array(valuesOf(schema['items'], depth + 1), { maxLength: 3 });
    case 'object':
      return objectsOf(schema, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}
function objectsOf(schema: Json, depth: number): fc.Arbitrary<unknown> {
  const properties = isJson(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, valuesOf(part, depth + 1)])),
    { requiredKeys: Object.keys(properties).filter((name) => required.includes(name)) },
  );
}
/** Mostly values of the schema, sometimes anything. */
const spoiled = (good: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) });

const parseProblem = parser(Problem);
const faultsOf = (route: Route, body: unknown): readonly Fault[] => {
  if (route.response === undefined) return [];
  const parsed = parser(route.response)(body);
  return parsed.ok ? [] : parsed.error;
};

function expectAsDocumented(route: Route, told: Told): void {
  expect([route.id, told.status, told.text]).not.toMatchObject([route.id, 500]);
  if (told.status >= 400) {
    expect(told.headers['content-type']).toContain('application/problem+json');
    expect(parseProblem(told.json)).toMatchObject({ ok: true });
    expect(Object.keys(ERRORS)).toContain(at(told.json, 'code'));
    return;
  }
  expect([route.id, told.status]).toEqual([route.id, route.status]);
  expect([route.id, faultsOf(route, told.json)]).toEqual([route.id, []]);
}

/** Requests as the OpenAPI document describes them, and spoiled ones. */
function requestsOf(route: Route) {
  const path = route.path.replaceAll(/:([a-z]+)/gu, '{$1}');
  const operation = at(document, 'paths', path, route.method.toLowerCase());
  const parameters = at(operation, 'parameters');
  const listed = (Array.isArray(parameters) ? parameters : []).filter(isJson);
  const named = (where: string) =>
    Object.fromEntries(
      listed
        .filter((parameter) => parameter['in'] === where)
        .map((parameter) => [String(parameter['name']), valuesOf(parameter['schema'])]),
    );
  const schema = at(operation, 'requestBody', 'content', 'application/json', 'schema');
  return fc.record({
    params: fc.record(named('path')),
    query: fc.record(named('query'), { requiredKeys: [] }),
    body: schema === undefined ? fc.constant(undefined) : spoiled(valuesOf(schema)),
    csv: fc.boolean(),
  });
}

const RUNS = { seed: 20261125, numRuns: 30 };

describe('every route, asked as its OpenAPI says and worse', () => {
  it.each(fuzzed)('$method $path answers as documented', { timeout: 120_000 }, async (route) => {
    await fc.assert(
      fc.asyncProperty(requestsOf(route), async ({ params, query, body, csv }) => {
        // A minute passes, so that the rate limit is not what answers.
        test.clock.value += 61_000;
        const filled = Object.entries(params).reduce(
          (path, [name, value]) => path.replace(`:${name}`, encodeURIComponent(String(value))),
          route.path.slice(1),
        );
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
        ).toString();
        const told = await stage.ask({
          method: route.method,
          path: `${filled}?${search}`,
          token: LOCAL_ROOT,
          ...(body === undefined ? {} : { body }),
          ...(csv && route.list === true ? { headers: { accept: 'text/csv' } } : {}),
        });
        if (csv && route.list === true && told.status === 200)
          expect(told.headers['content-type']).toContain('text/csv');
        else expectAsDocumented(route, told);
      }),
      RUNS,
    );
  });
});

describe('what is listed and shown', () => {
  const SHOWN: readonly [string, string][] = [
    ['node.show', 'nodes/n-1'],
    ['workload.show', 'workloads/w-1'],
    ['container.show', 'containers/c-1'],
    ['finding.show', 'findings/f-1'],
    ['event.show', 'events/n-1%3Aboot-1%3Asecurity%3A1'],
    ['explain.show', 'explain/f-1'],
    ['explain.show', 'explain/n-1%3Aboot-1%3Asecurity%3A1'],
    ['explain.show', 'explain/host.sysctl%7Cw-1'],
    ['workload.processes', 'workloads/w-1/processes'],
    ['workload.connections', 'workloads/w-1/connections'],
    ['map.show', 'map'],
    ['system.status', 'system'],
    ['event.histogram', 'event-histogram?from=0&to=1700000000000'],
    ['finding.groups', 'finding-groups'],
    ['scorecard.show', 'scorecard'],
  ];
  it.each(SHOWN)('by %s at %s has the form of its schema', async (id, path) => {
    const told = await stage.ask({ path, token: LOCAL_ROOT });
    expect([path, told.status]).toEqual([path, 200]);
    const route = routes.find((one) => one.id === id);
    expect(route === undefined ? ['no route'] : faultsOf(route, told.json)).toEqual([]);
  });
});
