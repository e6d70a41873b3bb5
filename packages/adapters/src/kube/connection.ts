// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { isIP } from 'node:net';
import type { KubeAccess } from './access.ts';
import { asKubeError, KubeFault, kubeError } from './fault.ts';

/** Bounds of every exchange with an API server. */
export interface KubeLimits {
  /** Until a connection stands. */
  readonly connectMs: number;
  /** Until the first byte of an answer. */
  readonly answerMs: number;
  /** For one whole exchange but a watch. */
  readonly exchangeMs: number;
  /** Between two pings; a ping without an answer for that long ends the connection. */
  readonly pingMs: number;
  /** Largest body of one answer, bytes. */
  readonly bodyBytes: number;
  /** Largest event of a watch, bytes. */
  readonly eventBytes: number;
  /** How often an answer "too many requests" is waited for. */
  readonly retries: number;
  /** Longest wait a server may ask for. */
  readonly retryAfterMaxMs: number;
}

const MIB = 1024 * 1024;
export const KUBE_LIMITS: KubeLimits = {
  connectMs: 10_000,
  answerMs: 30_000,
  exchangeMs: 60_000,
  pingMs: 5_000,
  bodyBytes: 64 * MIB,
  eventBytes: 8 * MIB,
  retries: 4,
  retryAfterMaxMs: 30_000,
};

/** One request. */
export interface KubeAsk {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: Buffer;
  readonly contentType?: string;
  /** Form of the answer; JSON as it is when not given. */
  readonly accept?: string;
}

/** The head of an answer, its body still to be read. */
export interface KubeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: ClientHttp2Stream;
}

const WINDOW_BYTES = 4 * MIB;
/** In units of Node: MB that a session may hold. */
const SESSION_MEMORY = 96;

/**
 * One HTTP/2 connection for all requests and watches, made again when it is lost. Pings tell a dead peer from a quiet
 * one: without them a watch over a cut line would look healthy for ever.
 */
export class KubeConnection {
  readonly #access: KubeAccess;
  readonly #limits: KubeLimits;
  #opening: Promise<ClientHttp2Session> | undefined;
  /** Also those that only finish what runs on them. */
  readonly #sessions = new Set<ClientHttp2Session>();
  #closed = false;
  #heardAtMs: number | undefined;

  constructor(access: KubeAccess, limits: KubeLimits) {
    this.#access = access;
    this.#limits = limits;
  }

  /** Host and port, for messages. */
  get where(): string {
    return this.#access.server.host;
  }

  /** When the server last answered anything, a ping at least; undefined = never, or the connection is lost. */
  get heardAtMs(): number | undefined {
    return this.#heardAtMs;
  }

  /** Sends a request; throws a KubeFault when no answer begins in time. */
  async send(ask: KubeAsk): Promise<KubeAnswer> {
    const session = await this.#session();
    const token = await this.#access.token().catch((cause: unknown) => {
      throw new KubeFault(kubeError('E_KUBE_CONFIG', 'the token cannot be read', cause));
    });
    const headers = {
      ':method': ask.method,
      ':path': `${this.#access.server.pathname.replace(/\/$/, '')}${ask.path}`,
      accept: ask.accept ?? 'application/json',
      'user-agent': 'bartizan',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(ask.body === undefined
        ? {}
        : { 'content-type': ask.contentType ?? 'application/json', 'content-length': ask.body.length }),
    };
    const stream = this.#open(session, headers, ask.body);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        stream.close(constants.NGHTTP2_CANCEL);
        reject(new KubeFault(kubeError('E_KUBE_UNREACHABLE', `${this.where}: no answer in time`)));
      }, this.#limits.answerMs);
      stream.once('response', (headers) => {
        clearTimeout(late);
        this.#heard();
        resolve({ status: headers[':status'] ?? 0, headers, body: stream });
      });
      stream.on('error', (cause) => {
        clearTimeout(late);
        reject(new KubeFault(asKubeError(cause, this.where)));
      });
      stream.once('close', () => {
        clearTimeout(late);
        reject(new KubeFault(kubeError('E_KUBE_UNREACHABLE', `${this.where}: the connection was lost`)));
      });
    });
  }

  /** Ends the connection; later requests fail. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    for (const session of this.#sessions) session.destroy();
  }

  #open(
    session: ClientHttp2Session,
    headers: Record<string, string | number>,
    body: Buffer | undefined,
  ): ClientHttp2Stream {
    try {
      const stream = session.request(headers, { endStream: body === undefined });
      if (body !== undefined) stream.end(body);
      return stream;
    } catch (cause) {
      this.#opening = undefined;
      throw new KubeFault(asKubeError(cause, this.where));
    }
  }

  #session(): Promise<ClientHttp2Session> {
    if (this.#closed)
      return Promise.reject(new KubeFault(kubeError('E_KUBE_UNREACHABLE', `${this.where}: closed`)));
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#connect();
    this.#opening = opening;
    opening.catch(() => this.#forget(opening));
    return opening;
  }

  #forget(opening: Promise<ClientHttp2Session>): void {
    if (this.#opening !== opening) return;
    this.#opening = undefined;
    this.#heardAtMs = undefined;
  }

  #heard(): void {
    this.#heardAtMs = Date.now();
  }

  async #connect(): Promise<ClientHttp2Session> {
    const { server, serverName } = this.#access;
    const credentials = await this.#access.credentials().catch((cause: unknown) => {
      throw new KubeFault(kubeError('E_KUBE_CONFIG', 'certificates or key cannot be read', cause));
    });
    const { caPem, certificatePem, keyPem } = credentials;
    const name = serverName ?? server.hostname.replace(/^\[|\]$/g, '');
    const session = this.#dial({
      ...(caPem === undefined ? {} : { ca: caPem }),
      ...(certificatePem === undefined ? {} : { cert: certificatePem }),
      ...(keyPem === undefined ? {} : { key: keyPem }),
      ...(isIP(name) === 0 ? { servername: name } : {}),
    });
    return this.#ready(session);
  }

  #dial(tls: object): ClientHttp2Session {
    try {
      return connect(this.#access.server, {
        ...tls,
        maxSessionMemory: SESSION_MEMORY,
        settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
      });
    } catch (cause) {
      throw new KubeFault(kubeError('E_KUBE_CONFIG', 'certificate or key is not valid', cause));
    }
  }

  #ready(session: ClientHttp2Session): Promise<ClientHttp2Session> {
    this.#sessions.add(session);
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => session.destroy(new Error('no connection in time')),
        this.#limits.connectMs,
      );
      session.once('connect', () => {
        clearTimeout(late);
        session.setLocalWindowSize(WINDOW_BYTES);
        this.#heard();
        this.#keepAlive(session);
        resolve(session);
      });
      session.on('error', (cause) => reject(new KubeFault(asKubeError(cause, this.where))));
      // A server that goes away finishes what runs; new requests take another connection.
      session.on('goaway', () => this.#leave(session));
      session.once('close', () => {
        clearTimeout(late);
        this.#sessions.delete(session);
        this.#leave(session);
        reject(new KubeFault(kubeError('E_KUBE_UNREACHABLE', `${this.where}: the connection was closed`)));
      });
    });
  }

  #leave(session: ClientHttp2Session): void {
    const opening = this.#opening;
    opening?.then(
      (current) => {
        if (current === session) this.#forget(opening);
      },
      () => undefined,
    );
  }

  #keepAlive(session: ClientHttp2Session): void {
    let waiting = false;
    const timer = setInterval(() => {
      // Destroyed, and not yet told that it is closed.
      if (session.destroyed) return;
      if (waiting) {
        session.destroy(new Error('the server does not answer pings'));
        return;
      }
      waiting = true;
      session.ping((problem) => {
        waiting = false;
        if (problem === null) this.#heard();
      });
    }, this.#limits.pingMs);
    timer.unref();
    session.once('close', () => clearInterval(timer));
  }
}
