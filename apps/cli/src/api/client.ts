// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import {
  type BodyOf,
  err,
  type Failure,
  failure,
  ok,
  Problem,
  parser,
  type QueryOf,
  type ResponseOf,
  type Result,
  ROUTES,
  type Route,
  type RouteId,
} from '@bartizan/contracts';
import { openConnection, type Trust } from './trust.ts';

/** A server and how to speak to it. */
export interface ApiTarget {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly trust: Trust;
  /** Language of titles and remedies. */
  readonly language: string;
}
/** An answer that is not what was asked for: a code of the catalogue and what the server said. */
export interface ApiFailure extends Failure {
  readonly status?: number;
  readonly title?: string;
  readonly remedy?: string;
  readonly traceId?: string;
}
/** What one call carries. */
export interface CallOptions<Id extends RouteId = RouteId> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: { readonly [K in keyof QueryOf<Id>]?: QueryOf<Id>[K] };
  readonly body?: BodyOf<Id>;
  /** Raw bytes instead of a JSON body. */
  readonly upload?: { readonly stream: Readable; readonly sizeBytes: number };
  readonly accept?: string;
  /** Version that a change is based on: with another one it is refused. */
  readonly ifMatch?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const ANSWER_BYTES_MAX = 128 * 1024 * 1024;
const parseProblem = parser(Problem);

const routeOf = (id: RouteId): Route => {
  const found = ROUTES.find((route) => route.id === id);
  if (found === undefined) throw new Error(`no route ${id}`);
  return found;
};

/** Path and query of a call. */
export function urlOf(id: RouteId, options: CallOptions): string {
  const path = routeOf(id).path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(options.params?.[name] ?? ''),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return `/api/v1${path}${query.size > 0 ? `?${query}` : ''}`;
}

/** The answer of a route in its contract type. */
function parseAnswer<Id extends RouteId>(id: Id, text: string): Result<ResponseOf<Id>, ApiFailure> {
  const schema = routeOf(id).response;
  if (schema === undefined) return ok(undefined as ResponseOf<Id>);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err(failure('E_INTERNAL', `${id}: the answer is not JSON`));
  }
  const parsed = parser(schema)(value);
  if (parsed.ok) return ok(parsed.value as ResponseOf<Id>);
  const [fault] = parsed.error;
  return err(
    failure(
      'E_INTERNAL',
      `${id}: the answer differs from the contract at ${fault?.pointer}: ${fault?.detail}`,
    ),
  );
}

function problemOf(status: number, text: string): ApiFailure {
  try {
    const parsed = parseProblem(JSON.parse(text));
    if (parsed.ok) {
      const { code, detail, title, remedy, traceId } = parsed.value;
      return { code, detail: detail ?? title, status, title, remedy, traceId };
    }
  } catch {
    // Not a problem document: said below.
  }
  return { ...failure(status === 401 ? 'E_LOGIN_REQUIRED' : 'E_INTERNAL', `HTTP ${status}`), status };
}

/** Calls the API of one server. Each connection is checked against the target's trust before anything is sent. */
export class ApiClient {
  readonly #target: ApiTarget;

  constructor(target: ApiTarget) {
    this.#target = target;
  }

  /** Calls a route and returns its answer in the contract's type. */
  async call<Id extends RouteId>(
    id: Id,
    options: CallOptions<Id> = {},
  ): Promise<Result<ResponseOf<Id>, ApiFailure>> {
    const text = await this.text(id, options);
    return text.ok ? parseAnswer(id, text.value) : text;
  }

  /** Calls a route and returns its answer as text. */
  async text<Id extends RouteId>(id: Id, options: CallOptions<Id> = {}): Promise<Result<string, ApiFailure>> {
    const response = await this.open(id, options);
    return response.ok ? readBody(response.value) : response;
  }

  /** Calls a route and returns the answer while it comes; a status other than 2xx is a failure. */
  async open<Id extends RouteId>(
    id: Id,
    options: CallOptions<Id> = {},
  ): Promise<Result<IncomingMessage, ApiFailure>> {
    return this.fetch({ method: routeOf(id).method, path: urlOf(id, options), ...options });
  }

  /** Asks for a path outside /api/v1, for instance /readyz. */
  async fetch(
    call: { readonly method: string; readonly path: string } & CallOptions,
  ): Promise<Result<IncomingMessage, ApiFailure>> {
    const socket = await openConnection(this.#target, this.#target.trust);
    if (!socket.ok) return socket;
    const json = call.body === undefined ? undefined : JSON.stringify(call.body);
    return new Promise((resolve) => {
      const request = httpRequest({
        createConnection: () => socket.value,
        method: call.method,
        path: call.path,
        timeout: call.timeoutMs ?? 60_000,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
        headers: {
          host: `${this.#target.host}:${this.#target.port}`,
          authorization: `Bearer ${this.#target.token}`,
          accept: call.accept ?? 'application/json',
          'accept-language': this.#target.language,
          connection: 'close',
          ...(call.ifMatch === undefined ? {} : { 'if-match': `"${call.ifMatch}"` }),
          ...bodyHeaders(json, call.upload?.sizeBytes),
        },
      });
      request.on('timeout', () => request.destroy(new Error('timed out')));
      request.on('error', (error) => resolve(err(failure('E_CONTROLLER_UNREACHABLE', error.message, error))));
      request.on('response', (response) => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(ok(response));
        else
          void readBody(response).then((body) => resolve(err(problemOf(status, body.ok ? body.value : ''))));
      });
      sendBody(request, json, call.upload?.stream);
    });
  }
}

const bodyHeaders = (json: string | undefined, uploadBytes: number | undefined): Record<string, string> => {
  if (json !== undefined)
    return { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(json)) };
  if (uploadBytes !== undefined)
    return { 'content-type': 'application/octet-stream', 'content-length': String(uploadBytes) };
  return {};
};

function sendBody(request: ClientRequest, json: string | undefined, upload: Readable | undefined): void {
  if (upload === undefined) request.end(json);
  else {
    upload.on('error', (error) => request.destroy(error));
    upload.pipe(request);
  }
}

/** The whole body as text, at most 128 MiB. */
export async function readBody(response: IncomingMessage): Promise<Result<string, ApiFailure>> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const part of response) {
      const bytes: Buffer = part;
      sizeBytes += bytes.length;
      if (sizeBytes > ANSWER_BYTES_MAX)
        return err(failure('E_BODY_TOO_LARGE', 'the answer is larger than 128 MiB'));
      parts.push(bytes);
    }
  } catch (error) {
    return err(
      failure('E_CONTROLLER_UNREACHABLE', error instanceof Error ? error.message : 'cut off', error),
    );
  }
  return ok(Buffer.concat(parts).toString('utf8'));
}
