// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TLSSocket } from 'node:tls';
import { answerText } from './answer-text.ts';
import { HttpFault, type RequestHead } from './request-head.ts';
import { type ReaderLimits, type ReadRequest, RequestReader } from './request-reader.ts';

/** Sends the answer of a request: once. The next request of the connection is read after it. */
export type Send = (status: number, body: string) => void;

/** Who answers requests, at once or before the event loop reads on. */
export interface RequestHandler {
  /** Asked once a head is there: why the request is refused before its body is read. */
  readonly accepts: (head: RequestHead) => HttpFault | undefined;
  /** Answers a request; `startedAt` is when its head was there, by the monotonic clock. */
  readonly serve: (request: ReadRequest, startedAt: number, send: Send) => void;
  /** Answers all that is not answered yet: who asked sends no more, and takes answers only until that is read. */
  readonly hurry: () => void;
  /** Told of each request that was not served. */
  readonly onFault: (fault: HttpFault) => void;
}

export interface ConnectionLimits extends ReaderLimits {
  /** For a whole request to arrive, and for answers to be taken. */
  readonly requestMs: number;
  /** Between two requests. */
  readonly idleMs: number;
}

interface Parts {
  readonly limits: ConnectionLimits;
  readonly handler: RequestHandler;
  /** Takes note of bytes of bodies that wait, fewer or more; why there are too many. */
  readonly hold: (bytes: number) => HttpFault | undefined;
  readonly onClose: (connection: HttpConnection) => void;
}

/** Whoever was refused has so long to read why. */
const LINGER_MS = 1_000;
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const TOO_SLOW = new HttpFault(408, 'the request was not there in time');
const ENDED = new HttpFault(400, 'the connection ended before the request');

/** One connection of the port: reads requests, has them answered, and is bounded in bytes and time. */
export class HttpConnection {
  readonly #socket: TLSSocket;
  readonly #parts: Parts;
  readonly #reader: RequestReader;
  readonly #send: Send = (status, body) => this.#answer(status, body);
  #held = 0;
  #deadline: number;
  #startedAt = 0;
  /** Answers are not taken as fast as they are given. */
  #isStalled = false;
  #isEnding = false;
  /** Requests are being read: an answer that is given meanwhile need not see to the next one. */
  #isReading = false;
  /** The last request is not answered yet. */
  #isWaiting = false;
  /** Of the request that is answered now. */
  #isHead = false;
  #closes = false;

  constructor(socket: TLSSocket, parts: Parts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#reader = new RequestReader(parts.limits, (head) => this.#accept(head));
    this.#deadline = performance.now() + parts.limits.idleMs;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('drain', () => this.#goOn());
    // Before the socket ends its own side, too.
    socket.prependListener('end', () => {
      if (this.#isWaiting) parts.handler.hurry();
    });
    // What is wrong with a connection is over with it: `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#close());
  }

  /** Ends what takes too long. */
  look(now: number): void {
    if (now < this.#deadline) return;
    if (this.#isEnding || this.#isStalled || !this.#reader.isWithin) this.#socket.destroy();
    else this.#refuse(TOO_SLOW);
  }

  destroy(): void {
    this.#isEnding = true;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#isEnding) return;
    this.#startedAt = performance.now();
    const isNew = !this.#reader.isWithin;
    this.#reader.feed(chunk);
    if (isNew) this.#deadline = this.#startedAt + this.#parts.limits.requestMs;
    this.#readOn();
  }

  /** Has all requests that are there answered, one after the other, as long as the answers are taken. */
  #readOn(): void {
    this.#isReading = true;
    while (!this.#isStalled && !this.#isEnding && !this.#isWaiting) {
      const found = this.#reader.next();
      if (found === undefined) break;
      if (found instanceof HttpFault) this.#refuse(found);
      else this.#serve(found);
    }
    this.#isReading = false;
    if (this.#isEnding) return;
    if (!this.#isStalled && !this.#isWaiting && !this.#reader.isWithin)
      this.#deadline = this.#startedAt + this.#parts.limits.idleMs;
    const refused = this.#hold(this.#reader.held);
    if (refused !== undefined) this.#refuse(refused);
  }

  #serve(request: ReadRequest): void {
    const { handler, limits } = this.#parts;
    this.#isHead = request.head.method === 'HEAD';
    this.#closes = request.head.closes;
    this.#deadline = this.#startedAt + limits.requestMs;
    this.#isWaiting = true;
    handler.serve(request, this.#startedAt, this.#send);
  }

  #accept(head: RequestHead): HttpFault | undefined {
    const refused = this.#parts.handler.accepts(head);
    if (refused === undefined && head.expectsContinue) this.#socket.write(CONTINUE, 'latin1');
    return refused;
  }

  #answer(status: number, body: string): void {
    this.#isWaiting = false;
    if (this.#isEnding) return;
    const how = { closes: this.#closes, isHead: this.#isHead, nowMs: Date.now() };
    const { text, encoding } = answerText(status, body, how);
    if (this.#closes) this.#end(text, encoding);
    else if (!this.#socket.write(text, encoding)) {
      this.#isStalled = true;
      this.#socket.pause();
    }
    if (!this.#isReading) this.#readOn();
  }

  /** Says why nothing more is read here, and closes. */
  #refuse(fault: HttpFault): void {
    this.#reader.fail(fault);
    this.#hold(0);
    this.#parts.handler.onFault(fault);
    const { status, message } = fault;
    const how = { closes: true, isHead: false, nowMs: Date.now() };
    const { text } = answerText(status, JSON.stringify({ message }), how);
    this.#end(text, 'utf8');
  }

  /** What still comes in is dropped for a moment: to close at once might take the answer away from who has not read it. */
  #end(text: string, encoding: BufferEncoding): void {
    this.#isEnding = true;
    this.#deadline = performance.now() + LINGER_MS;
    this.#socket.end(text, encoding);
  }

  #goOn(): void {
    if (!this.#isStalled || this.#isEnding) return;
    this.#isStalled = false;
    this.#startedAt = performance.now();
    this.#deadline = this.#startedAt + this.#parts.limits.requestMs;
    this.#socket.resume();
    this.#readOn();
  }

  #hold(bytes: number): HttpFault | undefined {
    const more = bytes - this.#held;
    if (more === 0) return undefined;
    this.#held = bytes;
    return this.#parts.hold(more);
  }

  #close(): void {
    if (this.#reader.isWithin && !this.#isEnding) this.#parts.handler.onFault(ENDED);
    this.#isEnding = true;
    this.#hold(0);
    this.#parts.onClose(this);
  }
}
