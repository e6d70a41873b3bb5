// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { AdmissionAnswer, AdmissionAsk, AdmissionDirection, AdmissionJudge, Log } from '../../ports.ts';
import { readReview, writeReview } from './review.ts';

/** What the port needs; PEM. */
export interface WebhookTls {
  readonly keyPem: string;
  readonly certificatePem: string;
}
/** What became of requests since start. */
export interface WebhookCounters {
  requestsTotal: number;
  deniedTotal: number;
  /** Left to the failure policy: not decided, too large, too many at once, no review, a fault of ours. */
  failedTotal: number;
  lastCallAtMs: number | undefined;
}
/** Told of each answer, after it was sent. */
export type OnDecision = (ask: AdmissionAsk, answer: AdmissionAnswer) => void;

interface Parts {
  readonly judge: AdmissionJudge;
  readonly onDecision: OnDecision;
  readonly log: Log;
  readonly tls: WebhookTls;
  readonly limits?: Partial<WebhookLimits>;
}
export interface WebhookLimits {
  /** One review: an object, the one before it, and what is around them. */
  readonly bodyBytes: number;
  /** All reviews that are being read together. */
  readonly openBytes: number;
  /** For one whole request, reading and judging. */
  readonly requestMs: number;
}

const MIB = 1024 * 1024;
/** An object of the API server has at most 3 MiB. */
const OBJECT_BYTES = 3 * MIB;
const LIMITS: WebhookLimits = {
  bodyBytes: 2 * OBJECT_BYTES + MIB / 2,
  openBytes: 96 * MIB,
  requestMs: 4_000,
};
const DIRECTIONS: Readonly<Record<string, AdmissionDirection>> = {
  '/validate': 'validate',
  '/mutate': 'mutate',
  '/connect': 'connect',
};
const KEEP_ALIVE_MS = 120_000;

/** What is known of a request before its body. */
interface Received {
  readonly direction: AdmissionDirection;
  readonly startedAt: number;
}

/** Why a request is left to the failure policy. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The HTTPS port that API servers ask. Bodies are bounded and never logged. */
export class WebhookServer {
  readonly counters: WebhookCounters = {
    requestsTotal: 0,
    deniedTotal: 0,
    failedTotal: 0,
    lastCallAtMs: undefined,
  };
  readonly #parts: Parts;
  readonly #limits: WebhookLimits;
  readonly #server: Server;
  #openBytes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#limits = { ...LIMITS, ...parts.limits };
    this.#server = createServer(
      {
        key: parts.tls.keyPem,
        cert: parts.tls.certificatePem,
        minVersion: 'TLSv1.2',
        requestTimeout: this.#limits.requestMs,
        headersTimeout: this.#limits.requestMs,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: 16 * 1024,
      },
      (request, response) => this.#receive(request, response),
    );
    this.#server.on('tlsClientError', (cause) =>
      parts.log.debug({ err: cause }, 'a connection to the webhook was no TLS, or did not trust us'),
    );
  }

  /** Begins to listen; the port that it became. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.removeListener('error', reject);
        const address: AddressInfo | string | null = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  /** Takes a new certificate into use; open connections go on. */
  useTls({ keyPem, certificatePem }: WebhookTls): void {
    this.#server.setSecureContext({ key: keyPem, cert: certificatePem, minVersion: 'TLSv1.2' });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (path === '/healthz') {
      request.resume();
      send(response, 200, { ok: true });
      return;
    }
    const startedAt = performance.now();
    this.counters.requestsTotal += 1;
    this.counters.lastCallAtMs = Date.now();
    const direction = DIRECTIONS[path];
    if (direction === undefined || request.method !== 'POST') {
      this.#fail(request, response, new Refusal(404, 'no such webhook'));
      return;
    }
    this.#read(request, (body) => {
      try {
        if (body instanceof Error) throw body;
        this.#answer(response, parse(body), { direction, startedAt });
      } catch (cause) {
        this.#fail(request, response, cause);
      }
    });
  }

  #answer(response: ServerResponse, ask: AdmissionAsk, { direction, startedAt }: Received): void {
    const answer = this.#judged(ask, direction, startedAt);
    send(response, 200, writeReview(ask.uid, answer));
    if (!answer.allowed) this.counters.deniedTotal += 1;
    this.#parts.onDecision(ask, answer);
  }

  #judged(ask: AdmissionAsk, direction: AdmissionDirection, startedAt: number): AdmissionAnswer {
    const answer = this.#parts.judge.judge(ask, direction);
    // Here, and nowhere else, undecided becomes what the failure policy of the webhook says.
    if (answer.decision.verdict === 'undecided') throw new Refusal(500, answer.message ?? 'undecided');
    const elapsedUs = Math.round((performance.now() - startedAt) * 1000);
    return { ...answer, decision: { ...answer.decision, elapsedUs } };
  }

  /**
   * Gives the body, or why there is none, once. By its events: an iterator over the request takes more than twice the
   * time, a promise for each of many requests shows as well.
   */
  #read(request: IncomingMessage, give: (body: Buffer | Error) => void): void {
    const { bodyBytes, openBytes } = this.#limits;
    const chunks: Buffer[] = [];
    let size = 0;
    let isOver = false;
    const end = (body: Buffer | Error): void => {
      isOver = true;
      this.#openBytes -= size;
      give(body);
    };
    request.on('data', (chunk: Buffer) => {
      if (isOver) return;
      size += chunk.length;
      this.#openBytes += chunk.length;
      if (size > bodyBytes) end(new Refusal(413, `a review of more than ${bodyBytes} bytes`));
      else if (this.#openBytes > openBytes) end(new Refusal(503, 'too many large reviews at once'));
      else chunks.push(chunk);
    });
    request.on('end', () => {
      if (!isOver) end(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('error', (cause) => {
      if (!isOver) end(cause);
    });
    // Each request closes, after its answer as well: an error is made only where one is needed.
    request.on('close', () => {
      if (!isOver) end(new Error('the request ended before its body'));
    });
  }

  #fail(request: IncomingMessage, response: ServerResponse, cause: unknown): void {
    this.counters.failedTotal += 1;
    const isOurs = !(cause instanceof Refusal);
    const status = isOurs ? 500 : cause.status;
    const message = cause instanceof Error && !isOurs ? cause.message : 'the webhook failed';
    if (isOurs) this.#parts.log.error({ err: cause }, 'a review failed');
    else this.#parts.log.warn({ status, reason: message }, 'a review is left to the failure policy');
    if (!response.headersSent) send(response, status, { message });
    if (!request.complete) request.destroy();
  }
}

function parse(body: Buffer): AdmissionAsk {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
  const ask = readReview(json);
  if (typeof ask === 'string') throw new Refusal(400, ask);
  return ask;
}

function send(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
