// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { performance } from 'node:perf_hooks';
import type { AdmissionAnswer, AdmissionAsk, AdmissionDirection, AdmissionJudge, Log } from '../../ports.ts';
import type { Send } from './http/http-connection.ts';
import { HttpPort, type PortTls } from './http/http-port.ts';
import { HttpFault, type RequestHead } from './http/request-head.ts';
import type { ReadRequest } from './http/request-reader.ts';
import { readReview, writeReview } from './review.ts';
import { ReviewBatch } from './review-batch.ts';

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
  readonly tls: PortTls;
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
const HANDSHAKE_MS = 30_000;
const HEAD_BYTES = 16 * 1024;
const HEALTH = '/healthz';
const HEALTHY = JSON.stringify({ ok: true });

const pathOf = ({ target }: RequestHead): string => {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
};

/** Why a request is left to the failure policy. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One review on its way to an answer. */
interface Turn {
  readonly body: Buffer;
  readonly direction: AdmissionDirection;
  readonly startedAt: number;
  readonly send: Send;
  ask?: AdmissionAsk;
  answer?: AdmissionAnswer;
  isSent: boolean;
  /** Nothing more is to be done: something failed, and was answered. */
  isOver: boolean;
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
  readonly #port: HttpPort;
  readonly #batch = new ReviewBatch<Turn>((turns) => this.#answerAll(turns));
  /** From a review to its answer, and to who is told of it. */
  readonly #steps: readonly ((turn: Turn) => void)[] = [
    (turn) => {
      turn.ask = parse(turn.body);
    },
    (turn) => {
      if (turn.ask !== undefined) turn.answer = this.#judged(turn.ask, turn);
    },
    (turn) => {
      const { ask, answer, send } = turn;
      if (ask === undefined || answer === undefined) return;
      const text = JSON.stringify(writeReview(ask.uid, answer));
      turn.isSent = true;
      send(200, text);
      if (!answer.allowed) this.counters.deniedTotal += 1;
    },
    ({ ask, answer }) => {
      if (ask !== undefined && answer !== undefined) this.#parts.onDecision(ask, answer);
    },
  ];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#port = new HttpPort({
      tls: parts.tls,
      limits: {
        ...LIMITS,
        ...parts.limits,
        headBytes: HEAD_BYTES,
        idleMs: KEEP_ALIVE_MS,
        handshakeMs: HANDSHAKE_MS,
      },
      handler: {
        accepts,
        serve: (request, startedAt, send) => this.#serve(request, startedAt, send),
        hurry: () => this.#batch.flush(),
        onFault: ({ status, message }) => {
          this.#count();
          this.#leave(status, message);
        },
      },
      onNoTls: (cause) =>
        parts.log.debug({ err: cause }, 'a connection to the webhook was no TLS, or did not trust us'),
    });
  }

  /** Begins to listen; the port that it became. */
  listen(host: string, port: number): Promise<number> {
    return this.#port.listen(host, port);
  }

  /** Takes a new certificate into use; open connections go on. */
  useTls(tls: PortTls): void {
    this.#port.useTls(tls);
  }

  close(): Promise<void> {
    this.#batch.flush();
    return this.#port.close();
  }

  #serve({ head, body }: ReadRequest, startedAt: number, send: Send): void {
    const direction = DIRECTIONS[pathOf(head)];
    if (direction === undefined) {
      send(200, HEALTHY);
      return;
    }
    this.#count();
    this.#batch.add({ body, direction, startedAt, send, isSent: false, isOver: false }, body.length);
  }

  /** Each step of all reviews before the next step: its code, and what it works on, is still in the caches then. */
  #answerAll(turns: readonly Turn[]): void {
    for (const step of this.#steps) for (const turn of turns) this.#take(turn, step);
  }

  #take(turn: Turn, step: (turn: Turn) => void): void {
    if (turn.isOver) return;
    try {
      step(turn);
    } catch (cause) {
      turn.isOver = true;
      const { status, message } = this.#fail(cause);
      if (!turn.isSent) turn.send(status, JSON.stringify({ message }));
    }
  }

  #judged(ask: AdmissionAsk, { direction, startedAt }: Turn): AdmissionAnswer {
    const answer = this.#parts.judge.judge(ask, direction);
    // Here, and nowhere else, undecided becomes what the failure policy of the webhook says.
    if (answer.decision.verdict === 'undecided') throw new Refusal(500, answer.message ?? 'undecided');
    const elapsedUs = Math.round((performance.now() - startedAt) * 1000);
    return { ...answer, decision: { ...answer.decision, elapsedUs } };
  }

  #count(): void {
    this.counters.requestsTotal += 1;
    this.counters.lastCallAtMs = Date.now();
  }

  #fail(cause: unknown): { readonly status: number; readonly message: string } {
    if (cause instanceof Refusal) {
      this.#leave(cause.status, cause.message);
      return cause;
    }
    this.counters.failedTotal += 1;
    this.#parts.log.error({ err: cause }, 'a review failed');
    return { status: 500, message: 'the webhook failed' };
  }

  #leave(status: number, reason: string): void {
    this.counters.failedTotal += 1;
    this.#parts.log.warn({ status, reason }, 'a review is left to the failure policy');
  }
}

const NO_WEBHOOK = new HttpFault(404, 'no such webhook');

function accepts(head: RequestHead): HttpFault | undefined {
  const path = pathOf(head);
  if (path === HEALTH) return undefined;
  return head.method === 'POST' && Object.hasOwn(DIRECTIONS, path) ? undefined : NO_WEBHOOK;
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
