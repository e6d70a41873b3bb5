// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import {
  ERRORS,
  type ErrorCode,
  failure,
  type Result,
  ROUTES,
  type Route,
  type RouteId,
} from '@bartizan/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiFailure, Log } from '../../ports.ts';
import { ANONYMOUS, type Caller, scopeOf } from '../access/caller.ts';
import type { BoundRoute, RawCall, Reply } from '../api/route-handler.ts';
import { csvAnswer, type ExportBasis, wantsCsv } from './csv-answer.ts';
import { etagOf, namesTag, versionTag } from './etag.ts';
import { openEventStream } from './event-stream.ts';
import type { Gate } from './gate.ts';
import { SESSION_COOKIE } from './gate.ts';
import type { IdempotencyLedger } from './idempotency.ts';
import { isRecorded, type Journal, outcomeOf } from './journal.ts';
import { PROBLEM_TYPE, preferredLanguage, problemOf, statusOf } from './problem.ts';

/** A handler for every route of the API: a missing one does not compile. */
export type Handlers = { readonly [Id in RouteId]: BoundRoute<Id> };

/** What the registration of routes needs. */
export interface ApiParts {
  readonly handlers: Handlers;
  readonly gate: Gate;
  readonly journal: Journal;
  readonly ledger: IdempotencyLedger;
  readonly log: Log;
  /** A reason why nothing can be changed now, e.g. a full disk. */
  readonly changesRefused: () => ApiFailure | undefined;
  /** The advisories in use, for exports. */
  readonly exportBasis: () => ExportBasis;
}

declare module 'fastify' {
  interface FastifyRequest {
    bartizanCaller?: Caller;
  }
  interface FastifyContextConfig {
    bartizanRoute?: Route;
  }
}

/** Largest body of a package list to match, in bytes. */
const SCAN_BYTES_MAX = 16 * 1024 * 1024;
/** A whole directory of rules with their examples. */
const POLICY_BYTES_MAX = 8 * 1024 * 1024;
/** A batch of the audit webhook: API servers cut theirs at 10 MiB unless told otherwise. */
const AUDIT_BYTES_MAX = 12 * 1024 * 1024;

/** Lists that say what advisories say: their exports name these. */
const JUDGED: ReadonlySet<string> = new Set([
  'finding.list',
  'finding.groups',
  'image.list',
  'image.packages',
  'package.list',
  'package.places',
  'workload.list',
  'workload.packages',
]);

/** Routes that take more than the server's own limit. */
function bodyLimitOf({ id }: Route): { readonly bodyLimit?: number } {
  if (id === 'scan.match') return { bodyLimit: SCAN_BYTES_MAX };
  if (id === 'audit-log.submit') return { bodyLimit: AUDIT_BYTES_MAX };
  return id === 'admission.sync' || id === 'admission.simulate' ? { bodyLimit: POLICY_BYTES_MAX } : {};
}

/** Registers every route of the contracts below the prefix of the instance. */
export function registerApi(server: FastifyInstance, parts: ApiParts): void {
  for (const route of ROUTES) {
    const bound: BoundRoute = parts.handlers[route.id];
    server.route({
      method: route.method,
      url: route.path,
      ...bodyLimitOf(route),
      config: { bartizanRoute: route },
      onRequest: (request, reply) => enter(parts, route, request, reply),
      handler: (request, reply) => handle(parts, route, bound, { request, reply }),
    });
  }
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function enter(parts: ApiParts, route: Route, request: FastifyRequest, reply: FastifyReply) {
  const passage = await parts.gate.pass(route, request);
  request.bartizanCaller = passage.caller;
  const { limit, remaining, resetS } = passage.allowance;
  reply
    .header('ratelimit-limit', limit)
    .header('ratelimit-remaining', remaining)
    .header('ratelimit-reset', resetS);
  if (!passage.outcome.ok) return fail(parts, route, { request, reply }, passage.outcome.error);
  return undefined;
}

async function handle(parts: ApiParts, route: Route, bound: BoundRoute, exchange: Exchange) {
  const { request, reply } = exchange;
  const caller = request.bartizanCaller ?? ANONYMOUS;
  const refused = route.audit === undefined ? undefined : parts.changesRefused();
  if (refused !== undefined) return fail(parts, route, exchange, refused);
  const csv = route.list === true && wantsCsv(request.headers.accept);
  if (csv)
    return csvAnswer({
      ...(JUDGED.has(route.id) ? { basis: parts.exportBasis() } : {}),
      route,
      bound,
      raw: rawCall(request, caller),
      reply,
      fail: (why) => fail(parts, route, exchange, why),
    });
  const key = idempotencyKey(route, request, caller);
  if (key !== undefined) {
    const begun = parts.ledger.begin(key, request.body);
    if (!begun.ok) return fail(parts, route, exchange, begun.error);
    if (begun.value !== undefined) {
      reply.header('idempotent-replayed', 'true').code(begun.value.status);
      return begun.value.payload === undefined
        ? reply.send()
        : reply.type('application/json; charset=utf-8').send(begun.value.payload);
    }
  }
  const outcome = await run(parts, bound, rawCall(request, caller), request.id);
  if (!outcome.ok) {
    if (key !== undefined) parts.ledger.abandon(key);
    return fail(parts, route, exchange, outcome.error);
  }
  return succeed(parts, route, { ...exchange, caller, key }, outcome.value);
}

/** A bug in a handler ends its request, is logged with the trace id, and leaves the service alive. */
async function run(
  parts: ApiParts,
  bound: BoundRoute,
  raw: RawCall,
  traceId: string,
): Promise<Result<Reply<unknown>, ApiFailure>> {
  try {
    return await bound.run(raw);
  } catch (cause) {
    parts.log.error({ traceId, route: bound.id, err: cause }, 'a handler failed');
    return { ok: false, error: failure('E_INTERNAL', 'a handler failed', cause) };
  }
}

async function succeed(
  parts: ApiParts,
  route: Route,
  exchange: Exchange & { readonly caller: Caller; readonly key: string | undefined },
  answer: Reply<unknown>,
) {
  const { request, reply, caller, key } = exchange;
  if (route.audit !== undefined) {
    const recorded = await parts.journal.record({
      caller: { ...caller, ...answer.actor },
      action: route.audit,
      target: answer.target ?? pathId(request),
      outcome: 'success',
      detail: answer.auditDetail ?? '',
      address: request.ip,
    });
    if (!recorded.ok) {
      answer.file?.stream.destroy();
      return fail(parts, route, exchange, recorded.error);
    }
  }
  if (answer.events !== undefined) return openEventStream(request, reply, answer.events);
  if (answer.session === 'clear') reply.clearCookie(SESSION_COOKIE, COOKIE);
  else if (answer.session !== undefined)
    reply.setCookie(SESSION_COOKIE, answer.session.token, { ...COOKIE, maxAge: answer.session.maxAgeS });
  reply.code(route.status).header('cache-control', 'no-store');
  if (answer.file !== undefined)
    return reply
      .type('application/octet-stream')
      .header('content-disposition', `attachment; filename="${answer.file.name}"`)
      .send(answer.file.stream);
  const payload = answer.body === undefined ? undefined : JSON.stringify(answer.body);
  if (key !== undefined) parts.ledger.finish(key, { status: route.status, payload });
  if (payload === undefined) return reply.send();
  return sendJson(route, exchange, answer, payload);
}

function sendJson(
  route: Route,
  { request, reply }: Exchange,
  { body, version }: Reply<unknown>,
  payload: string,
) {
  if (version !== undefined || (route.list !== true && route.method === 'GET')) {
    const tag = version === undefined ? etagOf(body) : versionTag(version, body);
    reply.header('etag', tag);
    const known = request.headers['if-none-match'];
    if (route.method === 'GET' && known !== undefined && namesTag(known, tag)) return reply.code(304).send();
  }
  return reply.type('application/json; charset=utf-8').send(payload);
}

async function fail(parts: ApiParts, route: Route, { request, reply }: Exchange, why: ApiFailure) {
  const caller = request.bartizanCaller ?? ANONYMOUS;
  if (statusOf(why.code) >= 500)
    parts.log.error({ traceId: request.id, route: route.id, code: why.code, err: why.cause }, why.detail);
  if (route.audit !== undefined && isRecorded(route, caller, why.code)) {
    const act = {
      caller: { ...caller, name: route.permission === 'public' ? loginName(request) : caller.name },
      action: route.audit,
      target: pathId(request),
      outcome: outcomeOf(why.code),
      detail: `${why.code}: ${why.code === 'E_BODY_INVALID' ? 'another form' : why.detail}`,
      address: request.ip,
    };
    await parts.journal.attempt(act, why.code);
  }
  return sendProblem(request, reply, why);
}

/** Answers a request that failed before its handler: a body that cannot be read is an attempt like any other. */
export async function failEarly(
  parts: ApiParts,
  request: FastifyRequest,
  reply: FastifyReply,
  why: ApiFailure,
) {
  const route = request.routeOptions.config.bartizanRoute;
  return route === undefined ? sendProblem(request, reply, why) : fail(parts, route, { request, reply }, why);
}

/** Sends an error answer. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, why: ApiFailure) {
  const problem = problemOf(why, preferredLanguage(request.headers['accept-language']), request.id);
  if (why.retryAfterS !== undefined) reply.header('retry-after', why.retryAfterS);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="bartizan"');
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .header('content-language', preferredLanguage(request.headers['accept-language']))
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem));
}

/** Whether a text is a code of the catalogue. */
export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERRORS, code);

const COOKIE = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const;

function rawCall(request: FastifyRequest, caller: Caller): RawCall {
  const upload = request.body instanceof Readable ? request.body : undefined;
  const ifMatch = request.headers['if-match'];
  return {
    caller,
    scope: scopeOf(caller),
    origin: { address: request.ip, traceId: request.id },
    params: request.params,
    query: request.query,
    body: upload === undefined ? request.body : undefined,
    ...(upload === undefined ? {} : { upload }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}

/** Scope of an Idempotency-Key: caller and route. Answers with cookies or files are not kept. */
function idempotencyKey(route: Route, request: FastifyRequest, caller: Caller): string | undefined {
  const header = request.headers['idempotency-key'];
  if (route.method !== 'POST' || typeof header !== 'string' || header.length > 255) return undefined;
  if (route.tag === 'session' || route.response === undefined || caller.kind === 'anonymous')
    return undefined;
  if (request.body instanceof Readable) return undefined;
  return `${caller.kind} ${caller.id} ${request.method} ${request.url} ${header}`;
}

const pathId = (request: FastifyRequest): string => {
  const params: unknown = request.params;
  const id: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'id') : undefined;
  return typeof id === 'string' ? id : '';
};

/** The name somebody tried to sign in with, as far as it looks like one. */
const loginName = (request: FastifyRequest): string => {
  const name: unknown =
    typeof request.body === 'object' && request.body !== null ? Reflect.get(request.body, 'name') : undefined;
  return typeof name === 'string' && /^[a-z][a-z0-9._-]{0,63}$/u.test(name) ? name : 'anonymous';
};
