// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type ConnectionLimits, HttpConnection, type RequestHandler } from './http-connection.ts';
import { HttpFault } from './request-head.ts';

/** What the port needs to be trusted; PEM. */
export interface PortTls {
  readonly keyPem: string;
  readonly certificatePem: string;
}
export interface PortLimits extends ConnectionLimits {
  /** Bytes of all bodies together that wait for their rest. */
  readonly openBytes: number;
  /** For a connection to become one of TLS. */
  readonly handshakeMs: number;
}
interface Parts {
  readonly tls: PortTls;
  readonly limits: PortLimits;
  readonly handler: RequestHandler;
  /** Told of connections that were no TLS, or did not trust us. */
  readonly onNoTls: (cause: Error) => void;
}

/** How often it is looked for connections that take too long. */
const LOOK_MS = 1_000;
const TOO_MUCH = new HttpFault(503, 'too many large reviews at once');

const contextOf = ({ keyPem, certificatePem }: PortTls) => ({
  key: keyPem,
  cert: certificatePem,
  minVersion: 'TLSv1.2' as const,
});

/** A port that speaks HTTP/1.1 over TLS with whoever asks for answers that are at hand: no more of either than that takes. */
export class HttpPort {
  readonly #parts: Parts;
  readonly #server: Server;
  /** All of them, also those that do not speak TLS yet. */
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<HttpConnection>();
  #openBytes = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { handshakeMs } = parts.limits;
    const options = { ALPNProtocols: ['http/1.1'], noDelay: true, handshakeTimeout: handshakeMs };
    this.#server = createServer({ ...contextOf(parts.tls), ...options }, (socket) => this.#open(socket));
    this.#server.on('tlsClientError', (cause, socket) => {
      socket.destroy();
      parts.onNoTls(cause);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
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
  useTls(tls: PortTls): void {
    this.#server.setSecureContext(contextOf(tls));
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const connection of this.#connections) connection.destroy();
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #open(socket: TLSSocket): void {
    const { limits, handler } = this.#parts;
    const connection = new HttpConnection(socket, {
      limits,
      handler,
      hold: (bytes) => {
        this.#openBytes += bytes;
        return this.#openBytes > limits.openBytes ? TOO_MUCH : undefined;
      },
      onClose: () => this.#forget(connection),
    });
    this.#connections.add(connection);
    // Where this thread was busy, what came in meanwhile is read first: whoever sent it was not slow.
    const look = (): NodeJS.Immediate => setImmediate(() => this.#look());
    this.#watch ??= setInterval(look, Math.min(LOOK_MS, limits.requestMs)).unref();
  }

  #forget(connection: HttpConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #look(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.look(now);
  }
}
