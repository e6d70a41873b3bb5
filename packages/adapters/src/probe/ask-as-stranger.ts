// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Asks a server as a stranger does. In: an address. Out: the status, or what went wrong; never a body. */
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** Where one request goes. */
export interface StrangerRequest {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** A header that the server wants of everybody, strangers included. */
  readonly header?: readonly [name: string, value: string];
}
/** What came back. */
export type StrangerAnswer =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'fault'; readonly code: string };

const TIMEOUT_MS = 3000;

const codeOf = (error: unknown): string => {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code.slice(0, 64) : 'UNKNOWN';
};

/**
 * One GET without credentials; redirects are not followed and the body is not read. The certificate is not verified:
 * nothing secret is sent, and whether the server is who it says does not matter to whether it answers strangers.
 */
export function askAsStranger(
  asked: StrangerRequest,
  timeoutMs: number = TIMEOUT_MS,
): Promise<StrangerAnswer> {
  return new Promise((resolve) => {
    const { host, port, path, header } = asked;
    const headers = header === undefined ? {} : { [header[0]]: header[1] };
    const options = { host, port, path, headers, method: 'GET', agent: false, maxHeaderSize: 16 * 1024 };
    const sent =
      asked.scheme === 'https'
        ? tlsRequest({ ...options, rejectUnauthorized: false })
        : plainRequest(options);
    const timer = setTimeout(() => {
      resolve({ kind: 'fault', code: 'ETIMEDOUT' });
      sent.destroy();
    }, timeoutMs);
    const done = (answer: StrangerAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      sent.destroy();
    };
    sent.on('response', ({ statusCode }) => done({ kind: 'status', status: statusCode ?? 0 }));
    sent.on('error', (error) => done({ kind: 'fault', code: codeOf(error) }));
    sent.end();
  });
}
