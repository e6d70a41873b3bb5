// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { sameSecret } from '@bartizan/adapters/identity';
import { err, failure, ok, type Result, type Route } from '@bartizan/contracts';
import type { FastifyRequest } from 'fastify';
import { networkOf } from '../../caller-network.ts';
import type { ApiFailure } from '../../ports.ts';
import type { Allowance, RateGate } from '../../rate-gate.ts';
import type { Doorkeeper } from '../access/authenticate.ts';
import { ANONYMOUS, type Caller } from '../access/caller.ts';

/** Name of the session cookie: bound to this host, HTTPS only (RFC 6265bis, 4.1.3.2). */
export const SESSION_COOKIE = '__Host-bartizan';
/** Header that changes from a cookie session must carry. */
export const CSRF_HEADER = 'x-csrf-token';

interface Parts {
  readonly doorkeeper: Doorkeeper;
  readonly requests: RateGate;
  readonly logins: RateGate;
}
/** What the gate found out. The caller is known even when the request is refused, for the audit log. */
export interface Passage {
  readonly caller: Caller;
  readonly allowance: Allowance;
  readonly outcome: Result<void, ApiFailure>;
}

/** The order of checks for every route: rate, login, origin (CSRF), permission. Nothing is parsed before it. */
export class Gate {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Judges a request for a route. */
  async pass(route: Route, request: FastifyRequest): Promise<Passage> {
    const byAddress = this.#parts.requests.take(`address ${networkOf(request.ip)}`);
    if (!byAddress.allowed) return refused(ANONYMOUS, byAddress, tooMany(byAddress));
    if (route.permission === 'public') return this.#passPublic(request, byAddress);
    const identified = await this.#parts.doorkeeper.identify({
      authorization: request.headers.authorization,
      sessionToken: request.cookies[SESSION_COOKIE],
      address: request.ip,
    });
    if (!identified.ok) return refused(ANONYMOUS, byAddress, identified);
    const caller = identified.value;
    const allowed = mayCall(route, caller, request);
    return { caller, allowance: byAddress, outcome: allowed };
  }

  /** Who sends a request, for the few paths that are not routes of the API. */
  identify(request: FastifyRequest): Promise<Result<Caller, ApiFailure>> {
    return this.#parts.doorkeeper.identify({
      authorization: request.headers.authorization,
      sessionToken: request.cookies[SESSION_COOKIE],
      address: request.ip,
    });
  }

  #passPublic(request: FastifyRequest, byAddress: Allowance): Passage {
    const logins = this.#parts.logins.take(`login ${networkOf(request.ip)}`);
    if (!logins.allowed) return refused(ANONYMOUS, logins, tooMany(logins));
    if (isCrossSite(request))
      return refused(ANONYMOUS, byAddress, err(failure('E_CSRF', 'the request comes from another site')));
    return { caller: ANONYMOUS, allowance: byAddress, outcome: ok(undefined) };
  }
}

function mayCall(route: Route, caller: Caller, request: FastifyRequest): Result<void, ApiFailure> {
  if (caller.kind === 'anonymous') return err(failure('E_LOGIN_REQUIRED', 'nobody is signed in'));
  const changes = route.method !== 'GET';
  if (changes && caller.session !== undefined) {
    const token = request.headers[CSRF_HEADER];
    if (typeof token !== 'string' || !sameSecret(token, caller.session.csrfToken))
      return err(failure('E_CSRF', `the ${CSRF_HEADER} header is missing or wrong`));
    if (isCrossSite(request)) return err(failure('E_CSRF', 'the request comes from another site'));
  }
  if (route.permission !== 'public' && caller.permissions.includes(route.permission)) return ok(undefined);
  if (caller.user?.mustChangePassword === true)
    return err(failure('E_PASSWORD_CHANGE_REQUIRED', 'the one-time password has to be changed first'));
  return err(failure('E_FORBIDDEN', `this needs the permission ${route.permission}`));
}

/** Browsers say where a request comes from (Fetch Metadata); other clients say nothing. */
function isCrossSite(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

const refused = (caller: Caller, allowance: Allowance, outcome: Result<void, ApiFailure>): Passage => ({
  caller,
  allowance,
  outcome,
});

const tooMany = (allowance: Allowance): Result<never, ApiFailure> =>
  err({
    ...failure('E_RATE_LIMIT', `more than ${allowance.limit} requests in a minute`),
    retryAfterS: allowance.resetS,
  });
