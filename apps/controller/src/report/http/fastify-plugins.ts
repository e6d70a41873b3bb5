// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import 'fastify';

/**
 * What our plugins add to Fastify. Their own declarations do not reach it: under the linked install they cannot
 * resolve the package they extend.
 */
declare module 'fastify' {
  interface FastifyRequest {
    readonly cookies: Readonly<Record<string, string | undefined>>;
  }
  interface FastifyReply {
    setCookie(name: string, value: string, options: CookieOptions): this;
    clearCookie(name: string, options: CookieOptions): this;
    sendFile(name: string): this;
  }
}

/** Attributes of a cookie (RFC 6265bis, 4.1.2). */
export interface CookieOptions {
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: 'strict';
  /** Seconds. */
  readonly maxAge?: number;
}
