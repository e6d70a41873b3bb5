// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS, type ErrorEntry, openapiTags, Problem, ROUTES, type Route } from '@bartizan/contracts';

/** OpenAPI 3.1 of the HTTP API, made from the routes and schemas of the contracts. */

interface Json {
  readonly [key: string]: unknown;
}
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const PROBLEM_REF = { $ref: '#/components/schemas/Problem' };
const COMMON_STATUSES = [400, 401, 403, 404, 405, 413, 415, 429, 500, 503] as const;

/** The whole document, the same for every installation. */
export function openApiDocument(): Json {
  const schemas: Record<string, unknown> = {};
  hoist(Problem, schemas);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/:([a-zA-Z]+)/gu, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bartizan API',
      version: '1',
      description:
        'Errors are application/problem+json (RFC 9457) with a code of the catalogue. Lists page by cursor and answer text/csv as well.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ session: [] }, { bearer: [] }],
    tags: openapiTags(ROUTES),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([left], [right]) => (left < right ? -1 : 1))),
      responses: problemResponses(),
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-bartizan',
          description: 'Session of the console; changes also send x-csrf-token.',
        },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'API key (bzk_...) or the token of local root.',
        },
      },
    },
  };
}

function operation(route: Route, schemas: Record<string, unknown>): Json {
  return {
    operationId: route.id,
    summary: route.summary.en,
    'x-summary-ja': route.summary.ja,
    'x-permission': route.permission,
    ...(route.audit === undefined ? {} : { 'x-audit': route.audit }),
    tags: [route.tag],
    ...(route.permission === 'public' ? { security: [] } : {}),
    parameters: [
      ...parameters(route.params, 'path', schemas),
      ...parameters(route.query, 'query', schemas),
      ...(route.list === true ? [EXCEL] : []),
      ...(route.method === 'POST' ? [header('Idempotency-Key', 'A repeat gets the first answer')] : []),
      ...(route.ifMatch === true ? [header('If-Match', 'Entity tag the change is based on')] : []),
      ...(route.method === 'GET' ? [] : [header('x-csrf-token', 'Needed with a cookie session')]),
    ],
    ...requestBody(route, schemas),
    responses: responses(route, schemas),
  };
}

const EXCEL = {
  name: 'excel',
  in: 'query',
  description: 'With Accept: text/csv, a byte order mark for Excel',
  schema: { type: 'boolean' },
};
const header = (name: string, description: string) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', maxLength: 255 },
});

function parameters(schema: unknown, where: 'path' | 'query', schemas: Record<string, unknown>): Json[] {
  const properties = isJson(schema) ? schema['properties'] : undefined;
  if (!isJson(schema) || !isJson(properties)) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(isJson(property) && typeof property['description'] === 'string'
      ? { description: property['description'] }
      : {}),
    schema: hoist(property, schemas),
  }));
}

function requestBody(route: Route, schemas: Record<string, unknown>): Json {
  if (route.upload === true)
    return { requestBody: { required: true, content: { 'application/octet-stream': {} } } };
  if (route.body === undefined) return {};
  return {
    requestBody: { required: true, content: { 'application/json': { schema: hoist(route.body, schemas) } } },
  };
}

function responses(route: Route, schemas: Record<string, unknown>): Json {
  const content =
    route.stream === true
      ? { 'text/event-stream': {} }
      : route.response === undefined
        ? { 'application/octet-stream': {} }
        : {
            'application/json': { schema: hoist(route.response, schemas) },
            ...(route.list === true ? { 'text/csv': {} } : {}),
          };
  return {
    [route.status]: {
      description: route.summary.en,
      ...(route.status === 204 ? {} : { content }),
    },
    ...Object.fromEntries(
      COMMON_STATUSES.map((status) => [status, { $ref: `#/components/responses/E${status}` }]),
    ),
    default: { $ref: '#/components/responses/Error' },
  };
}

function problemResponses(): Json {
  const content = { 'application/problem+json': { schema: PROBLEM_REF } };
  const entries: [string, ErrorEntry][] = Object.entries(ERRORS);
  const named = COMMON_STATUSES.map((status) => [
    `E${status}`,
    {
      description: entries
        .filter(([, entry]) => entry.status === status)
        .map(([code, entry]) => `${code}: ${entry.title.en}`)
        .join('\n'),
      content,
    },
  ]);
  return { ...Object.fromEntries(named), Error: { description: 'Another error of the catalogue', content } };
}

/** Replaces every schema with an id by a reference and keeps the schema itself in `schemas`. */
function hoist(schema: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(schema)) return schema.map((part) => hoist(part, schemas));
  if (!isJson(schema)) return schema;
  const { $id, $defs, ...rest } = schema;
  if (isJson($defs)) for (const [name, part] of Object.entries($defs)) keep(name, part, schemas);
  const walked = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' && !value.startsWith('#')
        ? `#/components/schemas/${value}`
        : hoist(value, schemas),
    ]),
  );
  if (typeof $id !== 'string') return walked;
  schemas[$id] ??= walked;
  return { $ref: `#/components/schemas/${$id}` };
}

function keep(name: string, part: unknown, schemas: Record<string, unknown>): void {
  if (schemas[name] !== undefined || !isJson(part)) return;
  const { $id: _id, ...rest } = part;
  schemas[name] = {};
  schemas[name] = hoist(rest, schemas);
}
