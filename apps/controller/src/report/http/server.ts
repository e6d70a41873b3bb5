// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { Server as TlsServer } from 'node:tls';
import { failure, ROUTES, type Route } from '@bartizan/contracts';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { ApiFailure, Log, PushDesk } from '../../ports.ts';
import { type ApiParts, failEarly, registerApi, sendProblem } from './api-routes.ts';
import { registerConsole } from './console-files.ts';
import './fastify-plugins.ts';
import { AUDIT_DEPTH_MAX, JSON_DEPTH_MAX, parseJsonBody } from './json-body.ts';
import { openApiDocument } from './openapi.ts';
import { type ProbeParts, registerProbes } from './probes.ts';
import { registerPushHook } from './push-hook.ts';

/** Largest JSON body, in bytes; a route may allow more. */
const BODY_BYTES_MAX = 1024 * 1024;
const PREFIX = '/api/v1';

/** Certificate and key of the HTTPS server, PEM. */
export interface TlsFiles {
  readonly keyPem: string;
  readonly chainPem: string;
}
/** What the HTTP server is made of. */
export interface ServerParts {
  readonly tls: TlsFiles;
  readonly consoleDir: string;
  readonly api: ApiParts;
  readonly pushes?: PushDesk;
  readonly probes: ProbeParts;
  readonly log: Log;
  /** Told of each request of the API that was answered. */
  readonly answered: (request: Answered) => void;
}
/** A request of the API as numbers tell of it. */
export interface Answered {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly elapsedMs: number;
}

/** HTTPS with HTTP/2 (and HTTP/1.1 for clients without it): the API, the probes and the console. Not yet listening. */
export async function buildServer(parts: ServerParts) {
  const server = widened(
    fastify({
      http2: true,
      https: { allowHTTP1: true, key: parts.tls.keyPem, cert: parts.tls.chainPem, minVersion: 'TLSv1.2' },
      bodyLimit: BODY_BYTES_MAX,
      requestIdHeader: false,
      genReqId: () => randomBytes(12).toString('hex'),
      logger: false,
      trustProxy: false,
      forceCloseConnections: true,
      http2SessionTimeout: 120_000,
      routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false },
      exposeHeadRoutes: false,
    }),
  );
  await server.register(cookie);
  await server.register(helmet, HELMET);
  acceptJsonOnly(server);
  server.setErrorHandler((error: FastifyError, request, reply) =>
    failEarly(parts.api, request, reply, convert(error, request, parts.log)),
  );
  server.addHook('onResponse', (request, reply, done) => {
    parts.log.debug(
      {
        traceId: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        elapsedMs: Math.round(reply.elapsedTime),
      },
      'request',
    );
    const route = request.routeOptions.config.bartizanRoute?.id;
    if (route !== undefined)
      parts.answered({
        ...{ route, method: request.method, status: reply.statusCode, elapsedMs: reply.elapsedTime },
      });
    done();
  });
  await server.register(
    (api: FastifyInstance, _options: object, done: () => void) => {
      registerApi(api, parts.api);
      done();
    },
    { prefix: PREFIX },
  );
  const openApi = JSON.stringify(openApiDocument());
  server.get(`${PREFIX}/openapi.json`, (_request, reply) =>
    reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(openApi),
  );
  registerProbes(server, parts.probes);
  if (parts.pushes !== undefined) await registerPushHook(server, parts.pushes);
  await registerConsole(server, parts.consoleDir, notFound);
  return server;
}

/**
 * Fastify types an HTTP/2 server apart from others, and every helper with it; requests and replies behave alike. The
 * one place where that difference is dropped.
 */
const widened = (server: unknown): FastifyInstance => server as FastifyInstance;

/** Takes a new certificate into use; open connections go on with the old one. */
export function useTls(server: ControllerServer, tls: TlsFiles): void {
  const listener: unknown = server.server;
  if (listener instanceof TlsServer) listener.setSecureContext({ key: tls.keyPem, cert: tls.chainPem });
}

/** The server as the composition holds it. */
export type ControllerServer = Awaited<ReturnType<typeof buildServer>>;

const HELMET = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      workerSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
  },
  // The certificate comes from our own authority: HSTS would take from people the way past its warning.
  strictTransportSecurity: false,
  crossOriginEmbedderPolicy: false,
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
} as const;

/** Paths that take bytes as they come. */
const UPLOADS: ReadonlySet<string> = new Set(
  (ROUTES as readonly Route[]).filter(({ upload }) => upload === true).map(({ path }) => `${PREFIX}${path}`),
);

function acceptJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
    const isAudit = request.routeOptions.config.bartizanRoute?.id === 'audit-log.submit';
    const parsed = parseJsonBody(bytes, isAudit ? AUDIT_DEPTH_MAX : JSON_DEPTH_MAX);
    return parsed.ok ? done(null, parsed.value) : done(new BodyFailure(parsed.error));
  });
  server.addContentTypeParser('application/octet-stream', (request, payload, done) => {
    if (UPLOADS.has(request.routeOptions.url ?? '')) return done(null, payload);
    payload.resume();
    return done(new BodyFailure(failure('E_BODY_TYPE', 'this path takes application/json')));
  });
}

/** Carries a failure of ours through Fastify's parser to the error handler. */
class BodyFailure extends Error {
  override readonly name = 'BodyFailure';
  readonly failure: ApiFailure;
  constructor(why: ApiFailure) {
    super(why.detail);
    this.failure = why;
  }
}

/** The one place where errors of the framework become codes of ours. */
function convert(error: FastifyError, request: FastifyRequest, log: Log): ApiFailure {
  if (error instanceof BodyFailure) return error.failure;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return failure('E_BODY_TOO_LARGE', 'the body is larger than this path takes');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return failure('E_BODY_TYPE', 'this path takes application/json');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_BAD_URL':
      return failure('E_BODY_INVALID', 'the request cannot be read');
    default:
  }
  const status = error.statusCode ?? 500;
  if (status === 414 || status === 404) return failure('E_NOT_FOUND', 'there is nothing at this path');
  if (status >= 400 && status < 500) return failure('E_BODY_INVALID', 'the request cannot be read');
  log.error({ traceId: request.id, err: error }, 'a request failed');
  return failure('E_INTERNAL', 'a request failed', error);
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Tells a wrong method from a wrong path. */
function notFound(request: FastifyRequest, reply: FastifyReply) {
  const path = request.url.split('?', 1)[0] ?? '/';
  const other = METHODS.filter(
    (method) => method !== request.method && request.server.findRoute({ method, url: path }) !== null,
  );
  if (other.length > 0 && path.startsWith(PREFIX)) reply.header('allow', other.join(', '));
  return sendProblem(
    request,
    reply,
    other.length > 0
      ? failure('E_METHOD', `${request.method} is not possible here`)
      : failure('E_NOT_FOUND', 'there is nothing at this path'),
  );
}
