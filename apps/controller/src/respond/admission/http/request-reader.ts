// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { BodyGatherer } from './body-gatherer.ts';
import {
  BARE_LF,
  endOfFields,
  HttpFault,
  isFieldText,
  type RequestHead,
  readFields,
  readHead,
} from './request-head.ts';

/** A request that is there as a whole. The body may be a part of what came in: it is read before more is given. */
export interface ReadRequest {
  readonly head: RequestHead;
  readonly body: Buffer;
}
export interface ReaderLimits {
  readonly headBytes: number;
  readonly bodyBytes: number;
}
/** Asked once a head is there: why the request is refused before its body is read. */
type Accepts = (head: RequestHead) => HttpFault | undefined;

const LF = 0x0a;
const CR = 0x0d;
const SEMICOLON = 0x3b;
/** The line that begins a chunk, with extensions that nobody reads. */
const CHUNK_LINE_MAX = 256;
const CHUNK_SIZE = /^[0-9A-Fa-f]{1,8}$/;

const NO_CHUNK = new HttpFault(400, 'a chunk of the body is malformed');
const HEAD_TOO_LARGE = new HttpFault(431, 'the header fields are too large');

/** What comes next: a head, bytes of a body, or what stands between them. */
type Stage = 'head' | 'length' | 'chunk-line' | 'chunk' | 'chunk-end' | 'trailer' | 'over';

const EMPTY = Buffer.alloc(0);

/**
 * Takes bytes of one connection in and gives requests, by RFC 9112, and no other: what others might read in another way
 * is a fault, and nothing is read after one. No I/O, no clock.
 */
export class RequestReader {
  readonly #limits: ReaderLimits;
  readonly #accepts: Accepts;
  #bytes: Buffer = EMPTY;
  /** So many of the bytes are used up. */
  #at = 0;
  /** Up to here the end of the fields was looked for. */
  #seen = 0;
  #stage: Stage = 'head';
  #head: RequestHead | undefined;
  #body: BodyGatherer | undefined;
  /** Bytes that the body, or the chunk, still needs. */
  #missing = 0;
  #fault: HttpFault | undefined;

  constructor(limits: ReaderLimits, accepts: Accepts) {
    this.#limits = limits;
    this.#accepts = accepts;
  }

  /** Whether a request is begun that is not there as a whole. */
  get isWithin(): boolean {
    return this.#stage !== 'over' && (this.#stage !== 'head' || this.#at < this.#bytes.length);
  }

  /** Bytes of a body that wait in here for the rest. */
  get held(): number {
    return this.#body?.size ?? 0;
  }

  /** More bytes; what was given before and is not used up stands before them. */
  feed(chunk: Buffer): void {
    if (this.#stage === 'over') return;
    const isUsedUp = this.#at === this.#bytes.length;
    this.#seen = isUsedUp ? 0 : Math.max(0, this.#seen - this.#at);
    this.#bytes = isUsedUp ? chunk : Buffer.concat([this.#bytes.subarray(this.#at), chunk]);
    this.#at = 0;
  }

  /** The next request, why there is none and never will be, or undefined: more bytes are needed. */
  next(): ReadRequest | HttpFault | undefined {
    while (this.#fault === undefined) {
      const step = this.#step();
      if (step === undefined) {
        // An idle connection keeps no bytes.
        if (this.#at === this.#bytes.length) [this.#bytes, this.#at, this.#seen] = [EMPTY, 0, 0];
        return undefined;
      }
      if (step instanceof HttpFault) this.fail(step);
      else if (step !== true) return step;
    }
    return this.#fault;
  }

  /** Nothing is read any more. */
  fail(fault: HttpFault): void {
    this.#fault = fault;
    this.#stage = 'over';
    [this.#bytes, this.#body, this.#at] = [EMPTY, undefined, 0];
  }

  /** One step: true when there is another one. */
  #step(): ReadRequest | HttpFault | true | undefined {
    switch (this.#stage) {
      case 'head':
        return this.#readHead();
      case 'length':
      case 'chunk':
        return this.#readBody();
      case 'chunk-line':
        return this.#readChunkLine();
      case 'chunk-end':
        return this.#readChunkEnd();
      case 'trailer':
        return this.#readTrailer();
      case 'over':
        return undefined;
    }
  }

  /** Where the fields that begin here are over, within their bound. */
  #endOfFields(): number | HttpFault | undefined {
    const start = this.#at;
    const end = endOfFields(this.#bytes, start, Math.max(start, this.#seen));
    this.#seen = this.#bytes.length;
    if (end instanceof HttpFault) return end;
    const length = (end ?? this.#bytes.length) - start;
    return length > this.#limits.headBytes ? HEAD_TOO_LARGE : end;
  }

  #readHead(): HttpFault | true | undefined {
    const end = this.#endOfFields();
    if (end === undefined || end instanceof HttpFault) return end;
    const head = readHead(this.#bytes, this.#at, end);
    if (head instanceof HttpFault) return head;
    this.#use(end);
    const refused = this.#accepts(head);
    if (refused !== undefined) return refused;
    this.#head = head;
    if (head.body.kind === 'chunked') {
      this.#stage = 'chunk-line';
      this.#body = new BodyGatherer(undefined);
      return true;
    }
    if (head.body.bytes > this.#limits.bodyBytes) return this.#tooLarge();
    this.#stage = 'length';
    this.#missing = head.body.bytes;
    return true;
  }

  #readBody(): ReadRequest | true | undefined {
    const from = this.#at;
    const end = Math.min(this.#bytes.length, from + this.#missing);
    const isWhole = end - from === this.#missing;
    if (end === from && !isWhole) return undefined;
    // Most bodies come in one piece, with their head: they are not copied.
    if (isWhole && this.#body === undefined) return this.#give(this.#bytes.subarray(from, end), end);
    this.#body ??= new BodyGatherer(this.#missing);
    this.#body.add(this.#bytes, from, end);
    this.#missing -= end - from;
    this.#use(end);
    if (!isWhole) return undefined;
    if (this.#stage === 'length') return this.#give(this.#body.whole(), end);
    this.#stage = 'chunk-end';
    return true;
  }

  #readChunkLine(): HttpFault | true | undefined {
    const from = this.#at;
    const at = this.#bytes.indexOf(LF, from);
    const length = (at < 0 ? this.#bytes.length : at) - from;
    if (length > CHUNK_LINE_MAX) return NO_CHUNK;
    if (at < 0) return undefined;
    if (this.#bytes[at - 1] !== CR || length < 2) return BARE_LF;
    const semicolon = this.#bytes.subarray(from, at - 1).indexOf(SEMICOLON);
    const sizeEnd = semicolon < 0 ? at - 1 : from + semicolon;
    const size = this.#bytes.toString('latin1', from, sizeEnd);
    if (!CHUNK_SIZE.test(size) || !isFieldText(this.#bytes, sizeEnd, at - 1)) return NO_CHUNK;
    this.#use(at + 1);
    this.#missing = Number.parseInt(size, 16);
    if (this.held + this.#missing > this.#limits.bodyBytes) return this.#tooLarge();
    this.#stage = this.#missing === 0 ? 'trailer' : 'chunk';
    return true;
  }

  #readChunkEnd(): HttpFault | true | undefined {
    const [bytes, at] = [this.#bytes, this.#at];
    if (at < bytes.length && bytes[at] !== CR) return NO_CHUNK;
    if (at + 1 >= bytes.length) return undefined;
    if (bytes[at + 1] !== LF) return NO_CHUNK;
    this.#use(at + 2);
    this.#stage = 'chunk-line';
    return true;
  }

  /** Fields behind the last chunk: they have to be fields, and say nothing. */
  #readTrailer(): ReadRequest | HttpFault | undefined {
    const end = this.#endOfFields();
    if (end === undefined || end instanceof HttpFault) return end;
    return readFields(this.#bytes, this.#at, end) ?? this.#give(this.#body?.whole() ?? EMPTY, end);
  }

  #give(body: Buffer, end: number): ReadRequest | undefined {
    const head = this.#head;
    this.#use(end);
    [this.#head, this.#body, this.#stage] = [undefined, undefined, 'head'];
    return head === undefined ? undefined : { head, body };
  }

  #use(end: number): void {
    this.#at = end;
    this.#seen = end;
  }

  #tooLarge(): HttpFault {
    return new HttpFault(413, `a review of more than ${this.#limits.bodyBytes} bytes`);
  }
}
