// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BodyOf, ParamsOf, QueryOf, ResponseOf, RouteId } from '@bartizan/contracts';
import { ApiError, parseProblem, UNREACHABLE } from './api-error.ts';
import { ROUTE_TABLE } from './route-table.ts';

export interface CallInput<Id extends RouteId> {
  readonly params?: ParamsOf<Id>;
  readonly query?: QueryOf<Id>;
  readonly body?: BodyOf<Id>;
  /** Raw bytes instead of a JSON body. */
  readonly bytes?: Blob;
  readonly accept?: string;
  /** The version that a change was made from: another one is not overwritten. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

let csrfToken = '';
let language = 'en';
let onLoginRequired: () => void = () => undefined;

/** The token of the session, sent with every change. */
export const setCsrfToken = (token: string): void => {
  csrfToken = token;
};
/** The language error texts should come in. */
export const setApiLanguage = (next: string): void => {
  language = next;
};
/** What to do when the session has ended. */
export const whenLoginIsRequired = (then: () => void): void => {
  onLoginRequired = then;
};

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

/** Path and query of a route, below the origin. */
export const urlOf = <Id extends RouteId>(id: Id, input: Pick<CallInput<Id>, 'params' | 'query'>): string => {
  const params = Object.fromEntries(entriesOf(input.params));
  const path = ROUTE_TABLE[id][1].replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of entriesOf(input.query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const query = search.toString();
  return `/api/v1${path}${query === '' ? '' : `?${query}`}`;
};

const headersOf = <Id extends RouteId>(id: Id, input: CallInput<Id>): Headers => {
  const headers = new Headers({ accept: input.accept ?? 'application/json', 'accept-language': language });
  if (ROUTE_TABLE[id][0] !== 'GET') headers.set('x-csrf-token', csrfToken);
  if (input.ifMatch !== undefined) headers.set('if-match', `"${input.ifMatch}"`);
  if (input.bytes !== undefined) headers.set('content-type', 'application/octet-stream');
  else if (input.body !== undefined) headers.set('content-type', 'application/json');
  return headers;
};

/** Calls a route and gives the raw answer. Throws `ApiError`; an aborted call throws the abort of the platform. */
export const send = async <Id extends RouteId>(id: Id, input: CallInput<Id>): Promise<Response> => {
  const init: RequestInit = {
    method: ROUTE_TABLE[id][0],
    headers: headersOf(id, input),
    credentials: 'same-origin',
    signal: input.signal ?? null,
    body: input.bytes ?? (input.body === undefined ? null : JSON.stringify(input.body)),
  };
  let response: Response;
  try {
    response = await fetch(urlOf(id, input), init);
  } catch (cause) {
    if (input.signal?.aborted === true) throw cause;
    throw new ApiError({ status: 0, code: UNREACHABLE, title: '', remedy: '' });
  }
  if (response.ok) return response;
  const problem = parseProblem(response.status, await response.json().catch(() => null));
  if (problem.code === 'E_LOGIN_REQUIRED') onLoginRequired();
  throw problem;
};

/** Calls a route of the API; parameters and answer are typed by its contract. */
export const call = async <Id extends RouteId>(
  id: Id,
  input: CallInput<Id> = {},
): Promise<ResponseOf<Id>> => {
  const response = await send(id, input);
  // The border: the controller validates what it sends against the same contract.
  const parsed = (response.status === 204 ? undefined : await response.json()) as ResponseOf<Id>;
  return parsed;
};
