// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { request } from 'node:https';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';

/** An API server, and as whom it is asked. */
export interface ApiServer {
  /** https address, with a path where a proxy has one. */
  readonly url: string;
  /** PEM of its authority; absent: the authorities of Node.js. */
  readonly caPem?: string;
  readonly serverName?: string;
  readonly insecure?: boolean;
  /** Read for each request, since tokens of service accounts are replaced. */
  readonly token?: () => string;
  readonly certificatePem?: string;
  readonly keyPem?: string;
}
export interface ClusterAsk {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly timeoutMs?: number;
}
/** What the API server said; the body is JSON, or text where it is none. */
export interface ClusterAnswer {
  readonly status: number;
  readonly body: unknown;
}
export type ClusterFailure = Failure<'E_CLUSTER_UNREACHABLE' | 'E_CLUSTER_ANSWER'>;

const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
const TIMEOUT_MS = 15_000;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const headersOf = (server: ApiServer, ask: ClusterAsk, body: string | undefined): Record<string, string> => {
  const token = server.token?.();
  return {
    accept: 'application/json',
    'user-agent': 'bartizan',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined
      ? {}
      : {
          'content-type': ask.contentType ?? 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        }),
  };
};

/** Sends one request. Any status is an answer; only a server that cannot be reached or talks too much is a failure. */
export function askApiServer(
  server: ApiServer,
  ask: ClusterAsk,
): Promise<Result<ClusterAnswer, ClusterFailure>> {
  const body = ask.body === undefined ? undefined : JSON.stringify(ask.body);
  return new Promise((resolve) => {
    const fail = (
      code: 'E_CLUSTER_UNREACHABLE' | 'E_CLUSTER_ANSWER',
      detail: string,
      cause?: unknown,
    ): void => resolve(err(failure(code, `${server.url}: ${detail}`, cause)));
    let sent: ReturnType<typeof request>;
    try {
      sent = request(new URL(`${server.url.replace(/\/$/, '')}${ask.path}`), {
        method: ask.method,
        headers: headersOf(server, ask, body),
        signal: AbortSignal.timeout(ask.timeoutMs ?? TIMEOUT_MS),
        rejectUnauthorized: server.insecure !== true,
        ...(server.caPem === undefined ? {} : { ca: server.caPem }),
        ...(server.serverName === undefined ? {} : { servername: server.serverName }),
        ...(server.certificatePem === undefined ? {} : { cert: server.certificatePem }),
        ...(server.keyPem === undefined ? {} : { key: server.keyPem }),
      });
    } catch (cause) {
      return fail('E_CLUSTER_UNREACHABLE', cause instanceof Error ? cause.message : String(cause), cause);
    }
    sent.once('error', (cause) => fail('E_CLUSTER_UNREACHABLE', cause.message, cause));
    sent.once('response', (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
        if (size > ANSWER_BYTES_MAX) {
          fail('E_CLUSTER_ANSWER', `an answer of more than ${ANSWER_BYTES_MAX} bytes`);
          answer.destroy();
        } else parts.push(part);
      });
      answer.once('error', (cause) => fail('E_CLUSTER_UNREACHABLE', cause.message, cause));
      answer.once('end', () =>
        resolve(ok({ status: answer.statusCode ?? 0, body: parsed(Buffer.concat(parts).toString('utf8')) })),
      );
    });
    sent.end(body);
  });
}
