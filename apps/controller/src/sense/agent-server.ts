// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Store } from '@bartizan/adapters/store';
import {
  type Configure,
  EnrollRequest,
  type EnrollRequest as EnrollRequestType,
  type EnrollResponse,
  ERRORS,
  type ErrorCode,
  type Failure,
  failure,
  parser,
  RenewRequest,
  type RenewRequest as RenewRequestType,
  type Result,
  WIRE_ENROLL_PATH,
  WIRE_RENEW_PATH,
  WIRE_STREAM_PATH,
} from '@bartizan/contracts';
import type { AgentCommand, AgentDirectory, Clock, IngestCounters, Log } from '../ports.ts';
import { type AgentIdentity, identifyAgent } from './agent-identity.ts';
import { AgentSession } from './agent-session.ts';
import { EnrolmentGate } from './enrolment-gate.ts';
import type { Ingest } from './ingest.ts';
import { readJson } from './request-body.ts';

/** Certificate, key and authority of the server, PEM. */
export interface AgentTls {
  readonly keyPem: string;
  readonly chainPem: string;
  readonly caPem: string;
}
/** Who gives out certificates. */
export interface Enrolment {
  readonly enroll: (
    request: EnrollRequestType,
    address: string,
  ) => Promise<Result<EnrollResponse, Failure<ErrorCode>>>;
  readonly renew: (
    agent: AgentIdentity,
    request: RenewRequestType,
  ) => Promise<Result<EnrollResponse, Failure<ErrorCode>>>;
}
interface Parts {
  readonly tls: AgentTls;
  readonly store: Store;
  readonly ingest: Ingest;
  readonly enrolment: Enrolment;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: IngestCounters;
  /** What an agent is to do, as the version of its wire has it. */
  readonly configuration: (agent: AgentIdentity, version: number) => Configure;
  readonly onPresence: (agent: AgentIdentity, present: boolean, skewMs?: number) => void;
  readonly onState: (agent: AgentIdentity, node: unknown) => void;
}

const STREAMS_PER_SESSION = 8;
const SESSIONS_PER_NODE = 4;
/** A connection without traffic ends after this time, in milliseconds. */
const IDLE_MS = 60_000;

const parseEnroll = parser(EnrollRequest);
const parseRenew = parser(RenewRequest);

/** The listener for agents: enrolment, renewal and streams over HTTP/2 with mutual TLS. */
export class AgentServer {
  readonly #parts: Parts;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Map<string, Set<AgentSession>>();
  readonly #sockets = new Set<TLSSocket>();
  readonly #enrolments: EnrolmentGate;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#enrolments = new EnrolmentGate(parts.clock);
    this.#server = createSecureServer({
      key: parts.tls.keyPem,
      cert: parts.tls.chainPem,
      ca: parts.tls.caPem,
      requestCert: true,
      // Enrolment comes without a certificate; every other path asks for one itself.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      settings: { maxConcurrentStreams: STREAMS_PER_SESSION, initialWindowSize: 1024 * 1024 },
      maxSessionMemory: 16,
    });
    this.#server.on('secureConnection', (socket: TLSSocket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('session', (session) => session.setTimeout(IDLE_MS, () => session.destroy()));
    this.#server.on('sessionError', (cause) => parts.log.debug({ err: cause }, 'an agent session failed'));
    this.#server.on('tlsClientError', (cause) =>
      parts.log.debug({ err: cause }, 'an agent TLS handshake failed'),
    );
    this.#server.on('stream', (stream, headers) => {
      this.#route(stream, headers).catch((cause: unknown) => {
        parts.log.error({ err: cause }, 'a request of an agent failed');
        refuse(stream, failure('E_INTERNAL', 'the request failed'));
      });
    });
  }

  /** Starts listening; resolves with the port. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        const address: AddressInfo | string | null = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Takes a new certificate into use without closing what is open. */
  useTls(tls: AgentTls): void {
    this.#server.setSecureContext({ key: tls.keyPem, cert: tls.chainPem, ca: tls.caPem });
  }

  /** The agents that are connected, for the other steps. */
  readonly directory: AgentDirectory = {
    connected: () => this.#sessions.size,
    send: (node, command: AgentCommand) => {
      const [session] = this.#sessions.get(node) ?? [];
      return session?.send(command) ?? false;
    },
    reconfigure: () => {
      for (const sessions of this.#sessions.values()) for (const session of sessions) session.configure();
    },
    drop: (node) => {
      for (const session of this.#sessions.get(node) ?? []) session.close();
    },
  };

  /** Ends everything. */
  close(): Promise<void> {
    for (const sessions of this.#sessions.values()) for (const session of sessions) session.close();
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #route(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    stream.on('error', () => undefined);
    const path = headers[':path'];
    if (headers[':method'] !== 'POST')
      return refuse(stream, failure('E_METHOD', 'only POST is possible here'));
    switch (path) {
      case WIRE_ENROLL_PATH:
        return this.#enroll(stream);
      case WIRE_RENEW_PATH:
        return this.#renew(stream);
      case WIRE_STREAM_PATH:
        return this.#stream(stream);
      default:
        return refuse(stream, failure('E_NOT_FOUND', 'there is nothing at this path'));
    }
  }

  async #enroll(stream: ServerHttp2Stream): Promise<void> {
    const address = stream.session?.socket.remoteAddress ?? '';
    if (!this.#enrolments.take(address))
      return refuse(stream, failure('E_RATE_LIMIT', 'too many enrolments from this address'));
    const request = parseEnroll(await readJson(stream));
    if (!request.ok) return refuse(stream, failure('E_BODY_INVALID', 'the request has another form'));
    const answer = await this.#parts.enrolment.enroll(request.value, address);
    if (!answer.ok) this.#parts.counters.refusedSessionsTotal += 1;
    return answer.ok ? respond(stream, 201, answer.value) : refuse(stream, answer.error);
  }

  async #renew(stream: ServerHttp2Stream): Promise<void> {
    const agent = await identifyAgent(stream, this.#parts.store, this.#parts.clock);
    if (!agent.ok) return refuse(stream, agent.error);
    // The certificate may end or be revoked while the body comes: who issues the new one asks again.
    const request = parseRenew(await readJson(stream));
    if (!request.ok) return refuse(stream, failure('E_BODY_INVALID', 'the request has another form'));
    const answer = await this.#parts.enrolment.renew(agent.value, request.value);
    return answer.ok ? respond(stream, 201, answer.value) : refuse(stream, answer.error);
  }

  async #stream(stream: ServerHttp2Stream): Promise<void> {
    const agent = await identifyAgent(stream, this.#parts.store, this.#parts.clock);
    if (!agent.ok) {
      this.#parts.counters.refusedSessionsTotal += 1;
      this.#parts.log.warn({ code: agent.error.code, detail: agent.error.detail }, 'an agent was refused');
      return refuse(stream, agent.error);
    }
    const { node } = agent.value;
    const sessions = this.#sessions.get(node) ?? new Set<AgentSession>();
    if (sessions.size >= SESSIONS_PER_NODE)
      return refuse(stream, failure('E_RATE_LIMIT', 'too many streams of this node'));
    const session: AgentSession = new AgentSession({
      ...this.#parts,
      agent: agent.value,
      stream,
      onHello: (skewMs) => this.#parts.onPresence(agent.value, true, skewMs),
      onState: (node) => this.#parts.onState(agent.value, node),
      onClose: () => {
        sessions.delete(session);
        if (sessions.size === 0) {
          this.#sessions.delete(node);
          this.#parts.onPresence(agent.value, false);
        }
      },
    });
    sessions.add(session);
    this.#sessions.set(node, sessions);
  }
}

function respond(stream: ServerHttp2Stream, status: number, body: unknown): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond({ ':status': status, 'content-type': 'application/json', 'cache-control': 'no-store' });
  stream.end(JSON.stringify(body));
}

function refuse(stream: ServerHttp2Stream, why: Failure<ErrorCode>): void {
  if (stream.destroyed || stream.headersSent) return;
  const entry = ERRORS[why.code];
  const status = 'status' in entry ? entry.status : 400;
  stream.respond({
    ':status': status,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  });
  stream.end(
    JSON.stringify({
      type: `urn:bartizan:error:${why.code}`,
      title: entry.title.en,
      status,
      code: why.code,
      detail: why.detail,
      detailLanguage: 'en',
      remedy: entry.remedy.en,
      traceId: '',
    }),
  );
}
