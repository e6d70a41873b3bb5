// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Readable } from 'node:stream';
import {
  type BodyOf,
  err,
  type Fault,
  failure,
  invariant,
  ok,
  type ParamsOf,
  type Parser,
  parser,
  type QueryOf,
  type ResponseOf,
  type Result,
  ROUTES,
  type Route,
  type RouteId,
  type Scope,
} from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';
import type { Caller } from '../access/caller.ts';

/** A value that handlers only hand over: nothing in it changes. */
export type Frozen<T> = T extends readonly (infer I)[]
  ? readonly Frozen<I>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/** Where a request came from. */
export interface Origin {
  readonly address: string;
  readonly traceId: string;
}
/** A request before its parts were checked. */
export interface RawCall {
  readonly caller: Caller;
  readonly scope: Scope;
  readonly origin: Origin;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** The bytes of a route that takes no JSON. */
  readonly upload?: Readable;
  readonly ifMatch?: string;
}
/** A request whose parts have the form the route declares. */
export interface Call<Id extends RouteId> extends Omit<RawCall, 'params' | 'query' | 'body'> {
  readonly params: ParamsOf<Id>;
  readonly query: QueryOf<Id>;
  readonly body: BodyOf<Id>;
}
/** A server-sent event stream that takes the connection over. */
export type OpenStream = (sink: StreamSink) => void;
/** The connection of an event stream. */
export interface StreamSink {
  readonly lastEventId: string | undefined;
  /** Bytes accepted but not yet taken by the client. */
  readonly pendingBytes: () => number;
  /** Whether the client is gone. */
  readonly isClosed: () => boolean;
  readonly write: (chunk: string) => void;
  readonly end: () => void;
  readonly onClose: (listener: () => void) => void;
}
/** What a handler answers. */
export interface Reply<Body> {
  readonly body: Body;
  /** Of what If-Match is about, where the body holds more than that. */
  readonly version?: string;
  /** What the audit record names as touched; the path id when absent. */
  readonly target?: string;
  readonly auditDetail?: string;
  /** Who acted, when that is known only now: somebody who has just signed in. */
  readonly actor?: { readonly name: string; readonly tenant: string };
  /** A new session cookie, or its removal. */
  readonly session?: { readonly token: string; readonly maxAgeS: number } | 'clear';
  /** Sent instead of JSON. */
  readonly file?: { readonly stream: Readable; readonly name: string };
  readonly events?: OpenStream;
}
export type Answer<Id extends RouteId> = Promise<Result<Reply<Frozen<ResponseOf<Id>>>, ApiFailure>>;

/** A handler joined to its route; `run` checks the parts first. */
export interface BoundRoute<Id extends RouteId = RouteId> {
  readonly id: Id;
  readonly run: (raw: RawCall) => Promise<Result<Reply<unknown>, ApiFailure>>;
}

/** The declaration of a route. */
export function routeById(id: RouteId): Route {
  const found = ROUTES.find((route) => route.id === id);
  invariant(found !== undefined, `no route ${id}`);
  return found;
}

/** Answers a route with a handler that gets checked, typed parts. */
export function answers<Id extends RouteId>(id: Id, handle: (call: Call<Id>) => Answer<Id>): BoundRoute<Id> {
  const route = routeById(id);
  const params = partParser<ParamsOf<Id>>(route.params);
  const query = partParser<QueryOf<Id>>(route.query);
  const body = partParser<BodyOf<Id>>(route.body);
  return {
    id,
    async run(raw) {
      const parts = {
        params: params(raw.params),
        query: query(coerce(route.query, raw.query)),
        body: body(raw.body),
      };
      if (!parts.params.ok) return invalid('/path', parts.params.error);
      if (!parts.query.ok) return invalid('/query', parts.query.error);
      if (!parts.body.ok) return invalid('', parts.body.error);
      return handle({
        ...raw,
        params: parts.params.value,
        query: parts.query.value,
        body: parts.body.value,
      });
    },
  };
}

/** A successful answer. */
export const reply = <B>(body: B, more: Omit<Reply<B>, 'body'> = {}): Result<Reply<B>, ApiFailure> =>
  ok({ body, ...more });

/** A failed answer. */
export const refuse = (code: ApiFailure['code'], detail: string): Result<never, ApiFailure> =>
  err(failure(code, detail));

function invalid(prefix: string, faults: readonly Fault[]): Result<never, ApiFailure> {
  const moved = faults.map((fault) => ({ ...fault, pointer: `${prefix}${fault.pointer}` }));
  const first = moved[0];
  const detail =
    first === undefined
      ? 'the request has another form'
      : `${first.pointer || 'the request'} ${first.detail}`;
  return err({ ...failure('E_BODY_INVALID', detail), faults: moved });
}

type Schema = Parameters<typeof parser>[0];

/** The parser of one part. A part that the route does not declare is not read at all. */
function partParser<T>(schema: Schema | undefined): Parser<T> {
  // The schema is the one the static type was derived from (ParamsOf, QueryOf, BodyOf read the same ROUTES).
  if (schema === undefined) return () => ok(undefined as T);
  return parser(schema) as Parser<T>;
}

const INTEGER = /^-?\d{1,16}$/u;
const FLAGS: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };

/** The value a text stands for under a type of JSON Schema; the text itself where it does not look like one. */
function queryValue(text: string, type: unknown): unknown {
  if (type === 'integer' && INTEGER.test(text)) return Number(text);
  return type === 'boolean' && Object.hasOwn(FLAGS, text) ? FLAGS[text] : text;
}

function typeOf(properties: object, name: string): unknown {
  const property: unknown = Object.hasOwn(properties, name) ? Reflect.get(properties, name) : undefined;
  return typeof property === 'object' && property !== null ? Reflect.get(property, 'type') : undefined;
}

/** Query strings are text: numbers and flags become what the schema says, where they look like it. */
function coerce(schema: Schema | undefined, query: unknown): unknown {
  if (schema === undefined || typeof query !== 'object' || query === null) return query;
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return query;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      typeof value === 'string' ? queryValue(value, typeOf(properties, name)) : value,
    ]),
  );
}
