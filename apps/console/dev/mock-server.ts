// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ERRORS, openapiTags, ROUTES } from '@bartizan/contracts';
import { MockApi } from './mock-api.ts';
import { csvOf, unknownField } from './mock-lists.ts';
import type { MockCall } from './mock-routes.ts';

/**
 * A stand-in for the controller, for work on the console and its tests: the built console and deterministic answers of
 * every route it uses, with the same headers. `POST /__mock/...` steers it. Prints one JSON line when it listens.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    big: { type: 'boolean', default: false },
    empty: { type: 'boolean', default: false },
    dist: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
  },
});
const api = new MockApi({ isBig: values.big, isEmpty: values.empty });
const handlers = api.handlers();
const streams = new Set<ServerResponse>();
const failing = new Set<string>();
const PASSWORD = 'correct horse battery';

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, {
    ...HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
};

const sendProblem = (
  request: IncomingMessage,
  response: ServerResponse,
  problem: { code: string; status: number },
): void => {
  const language = request.headers['accept-language'] === 'ja' ? 'ja' : 'en';
  const entry = Object.entries(ERRORS).find(([code]) => code === problem.code)?.[1];
  response.writeHead(problem.status, { ...HEADERS, 'content-type': 'application/problem+json' });
  response.end(
    JSON.stringify({
      type: `urn:bartizan:error:${problem.code}`,
      title: entry?.title[language] ?? problem.code,
      status: problem.status,
      code: problem.code,
      remedy: entry?.remedy[language] ?? '',
      traceId: 'mock-4c1f',
    }),
  );
};

const serveFile = (response: ServerResponse, path: string): void => {
  const wanted = join(values.dist, normalize(path));
  const file =
    wanted.startsWith(values.dist) && existsSync(wanted) && statSync(wanted).isFile()
      ? wanted
      : join(values.dist, 'index.html');
  response.writeHead(200, { ...HEADERS, 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
};

const readBody = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
};

const routeOf = (method: string, path: string) => {
  for (const route of ROUTES) {
    const names: string[] = [];
    const pattern = route.path.replace(/:(\w+)/g, (_, name: string) => {
      names.push(name);
      return '([^/]+)';
    });
    const match = new RegExp(`^${pattern}$`).exec(path);
    if (route.method === method && match !== null) {
      return {
        id: route.id,
        params: Object.fromEntries(
          names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]),
        ),
      };
    }
  }
  return undefined;
};

const queryOf = (search: URLSearchParams): MockCall['query'] => {
  const number = (name: string): number | undefined =>
    search.has(name) ? Number(search.get(name)) : undefined;
  const entries = {
    filter: search.get('filter'),
    sort: search.get('sort'),
    cursor: search.get('cursor'),
    expand: search.get('expand'),
    purl: search.get('purl'),
    format: search.get('format'),
    limit: number('limit'),
    from: number('from'),
    to: number('to'),
  };
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => value !== null && value !== undefined),
  );
};

const isSignedIn = (request: IncomingMessage): boolean =>
  request.headers.cookie?.includes('mock-session=1') === true;

const signIn = (request: IncomingMessage, response: ServerResponse, body: Record<string, unknown>) => {
  if (body['name'] === 'locked')
    return sendProblem(request, response, { code: 'E_LOGIN_LOCKED', status: 429 });
  if (body['password'] !== PASSWORD)
    return sendProblem(request, response, { code: 'E_LOGIN_FAILED', status: 401 });
  // Every reader here has the account of one person; its language is the one they sign in with.
  const language = request.headers['accept-language'] === 'ja' ? 'ja' : 'en';
  api.user = { ...api.user, language, mustChangePassword: body['name'] === 'new' };
  response.setHeader('set-cookie', 'mock-session=1; Path=/; SameSite=Strict; HttpOnly');
  sendJson(response, 200, bodyOf('session.show'));
};
const bodyOf = (id: string): unknown => {
  const answer = handlers[id]?.({ params: {}, query: {}, asked: {}, body: {} });
  return answer !== undefined && 'body' in answer ? answer.body : undefined;
};

const openStream = (response: ServerResponse): void => {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 500\n: connected\n\n');
  streams.add(response);
  response.on('close', () => streams.delete(response));
};

const steer = (response: ServerResponse, url: URL) => {
  const name = url.pathname.slice('/__mock/'.length);
  const route = url.searchParams.get('route') ?? '';
  if (name === 'emit') {
    const event = api.newEvent(Number(url.searchParams.get('index') ?? 0));
    for (const stream of streams) stream.write(`event: security\ndata: ${JSON.stringify(event)}\n\n`);
    return sendJson(response, 200, { id: event.id, streams: streams.size });
  }
  if (name === 'decide') {
    const made = api.admission.newDecision(Number(url.searchParams.get('index') ?? 0));
    return sendJson(response, 200, { id: made.id });
  }
  if (name === 'rebind') api.admission.changeBindings();
  if (name === 'reports') api.admission.refuseReports(url.searchParams.get('refused') === 'yes');
  if (name === 'fail') failing.add(route);
  if (name === 'heal') failing.delete(route);
  return sendJson(response, 200, { failing: [...failing], streams: streams.size });
};

const openapi = async (): Promise<unknown> => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/:([a-zA-Z]+)/gu, '{$1}');
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: {
        operationId: route.id,
        summary: route.summary.en,
        'x-summary-ja': route.summary.ja,
        'x-permission': route.permission,
        tags: [route.tag],
        responses: {
          [route.status]:
            'response' in route ? { content: { 'application/json': { schema: route.response } } } : {},
        },
        ...('body' in route
          ? { requestBody: { content: { 'application/json': { schema: route.body } } } }
          : {}),
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Bartizan API', version: '1' },
    tags: openapiTags(ROUTES),
    paths,
  };
};

const answerRoute = (
  request: IncomingMessage,
  response: ServerResponse,
  call: MockCall & { readonly id: string },
) => {
  if (failing.has(call.id)) return sendProblem(request, response, { code: 'E_INTERNAL', status: 500 });
  if (unknownField(call.id, call.query.filter) !== undefined)
    return sendProblem(request, response, { code: 'E_FILTER', status: 400 });
  const wantsCsv = request.headers.accept === 'text/csv';
  const answer = handlers[call.id]?.(wantsCsv ? { ...call, query: { ...call.query, limit: 100_000 } } : call);
  if (answer === undefined) return sendProblem(request, response, { code: 'E_NOT_FOUND', status: 404 });
  if ('error' in answer) return sendProblem(request, response, { code: answer.error, status: answer.status });
  const { body } = answer;
  if (wantsCsv && typeof body === 'object' && body !== null && 'items' in body && Array.isArray(body.items)) {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/csv; charset=utf-8' });
    response.end(csvOf(body.items));
    return;
  }
  sendJson(response, answer.status ?? 200, body);
};

const answerApi = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
  const path = url.pathname.slice('/api/v1'.length);
  if (path === '/openapi.json') return sendJson(response, 200, await openapi());
  const route = routeOf(request.method ?? 'GET', path);
  if (route === undefined) return sendProblem(request, response, { code: 'E_NOT_FOUND', status: 404 });
  const body = request.method === 'GET' ? {} : await readBody(request);
  if (route.id === 'session.create') return signIn(request, response, body);
  if (!isSignedIn(request)) return sendProblem(request, response, { code: 'E_LOGIN_REQUIRED', status: 401 });
  if (request.method !== 'GET' && request.headers['x-csrf-token'] !== 'mock-csrf-token') {
    return sendProblem(request, response, { code: 'E_CSRF', status: 403 });
  }
  if (route.id === 'session.delete') response.setHeader('set-cookie', 'mock-session=; Path=/; Max-Age=0');
  if (route.id === 'live.stream') return openStream(response);
  return answerRoute(request, response, {
    ...route,
    query: queryOf(url.searchParams),
    asked: Object.fromEntries(url.searchParams),
    body,
  });
};

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname.startsWith('/__mock/')) return steer(response, url);
  if (url.pathname.startsWith('/api/v1')) {
    answerApi(request, response, url).catch((error: unknown) =>
      sendJson(response, 500, { error: String(error) }),
    );
    return;
  }
  serveFile(response, decodeURIComponent(url.pathname));
});
server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address();
  console.log(JSON.stringify({ ready: true, port: typeof address === 'object' ? address?.port : 0 }));
});
process.on('SIGTERM', () => process.exit(0));
