// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPublicKey, verify } from 'node:crypto';
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { zstdDecompressSync } from 'node:zlib';
import {
  AgentEvent,
  AgentMessage,
  type Command,
  type Configure,
  type ControllerMessage,
  EnrollRequest,
  enrollProof,
  InventoryRecord,
  joinTokenId,
  parser,
  RenewRequest,
  renewProof,
  type Stream,
  WIRE_ENROLL_PATH,
  WIRE_RENEW_PATH,
  WIRE_STREAM_PATH,
  WIRE_VERSION,
} from '@bartizan/contracts';
import { makeAuthority, type TestAuthority } from './certificates.ts';

const parseMessage = parser(AgentMessage);
const parseEnroll = parser(EnrollRequest);
const parseRenew = parser(RenewRequest);
const parseEvent = parser(AgentEvent);
const parseInventory = parser(InventoryRecord);

/** A record as it came, with its place. */
export interface Received {
  readonly stream: Stream;
  readonly bootId: string;
  readonly sequence: number;
  readonly record: unknown;
}

/** How the fake behaves. */
export interface FakeControllerOptions {
  readonly token?: string;
  readonly certificateLifetimeMs?: number;
  readonly configure?: Configure;
  readonly credit?: number;
  readonly authority?: TestAuthority;
  readonly port?: number;
  /** Wire version it speaks; the newest unless said otherwise. */
  readonly version?: number;
  /** So many enrolments are put off first, as those of a caller that comes too often are. */
  readonly putOff?: number;
}

/**
 * A controller that keeps what it gets in memory: the same wire, the same checks of proof, certificate and schema, no
 * store. Records are idempotent by place; invalid ones are kept apart with the reason.
 */
export class FakeController {
  readonly authority: TestAuthority;
  readonly received = new Map<string, Received>();
  readonly invalid: { readonly record: unknown; readonly reason: string }[] = [];
  readonly certificates: string[] = [];
  /** What nodes told beside their records. */
  readonly states: unknown[] = [];
  pings = 0;
  duplicates = 0;
  connections = 0;
  #configure: Configure | undefined;
  readonly #options: FakeControllerOptions;
  readonly #acknowledged = new Map<string, { stream: Stream; bootId: string; sequence: number }>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #streams = new Set<ServerHttp2Stream>();
  #server: Http2SecureServer | undefined;
  #port: number;
  #tokenUsed = false;
  #putOff: number;

  constructor(options: FakeControllerOptions = {}) {
    this.#options = options;
    this.authority = options.authority ?? makeAuthority();
    this.#configure = options.configure;
    this.#port = options.port ?? 0;
    this.#putOff = options.putOff ?? 0;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens; again on the same port after `stop`. */
  async start(): Promise<this> {
    const { certificatePem, keyPem } = this.authority.server();
    const server = createSecureServer({
      key: keyPem,
      cert: `${certificatePem}${this.authority.certificatePem}`,
      ca: this.authority.certificatePem,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
    });
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      session.on('error', () => undefined);
    });
    server.on('stream', (stream, headers) => this.#take(stream, String(headers[':path'])));
    server.on('error', () => undefined);
    server.on('sessionError', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    const address = server.address();
    if (isAddress(address)) this.#port = address.port;
    this.#server = server;
    return this;
  }

  /** Cuts every connection and stops to listen. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const session of this.#sessions) session.destroy();
    await new Promise<void>((resolve) => {
      if (server) server.close(() => resolve());
      else resolve();
    });
  }

  send(message: ControllerMessage): void {
    for (const stream of this.#streams) writeFrame(stream, message);
  }

  configure(configure: Configure): void {
    this.#configure = configure;
    this.send(configure);
  }

  command(command: Command['command']): void {
    this.send({ type: 'command', id: `c${Date.now()}`, command });
  }

  /** Records of a stream that passed the schema, in order of sequence. */
  records(stream: Stream): Received[] {
    return [...this.received.values()]
      .filter((one) => one.stream === stream)
      .sort((one, other) => one.sequence - other.sequence);
  }

  /** Records of the inventory of one type, oldest first. */
  inventory<K extends InventoryRecord['type']>(type: K): Extract<InventoryRecord, { type: K }>[] {
    return this.records('inventory').flatMap(({ record }) => {
      const parsed = parseInventory(record);
      return parsed.ok && isOfType(parsed.value, type) ? [parsed.value] : [];
    });
  }

  /** Events of one kind, oldest first. */
  events<K extends AgentEvent['kind']>(kind: K): Extract<AgentEvent, { kind: K }>[] {
    return [...this.received.values()].flatMap(({ record }) => {
      const parsed = parseEvent(record);
      return parsed.ok && isOfKind(parsed.value, kind) ? [parsed.value] : [];
    });
  }

  #take(stream: ServerHttp2Stream, path: string): void {
    stream.on('error', () => undefined);
    if (path === WIRE_STREAM_PATH) this.#takeStream(stream);
    else if (path === WIRE_ENROLL_PATH || path === WIRE_RENEW_PATH) this.#takePost(stream, path);
    else answer(stream, 404, { code: 'E_NOT_FOUND' });
  }

  #takePost(stream: ServerHttp2Stream, path: string): void {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      if (path === WIRE_ENROLL_PATH) this.#enroll(stream, body);
      else this.#renew(stream, body);
    });
  }

  #enroll(stream: ServerHttp2Stream, body: unknown): void {
    if (this.#putOff > 0) {
      this.#putOff -= 1;
      answer(stream, 429, { code: 'E_RATE_LIMIT' });
      return;
    }
    const request = parseEnroll(body);
    if (!request.ok || request.value.token !== this.#options.token || this.#tokenUsed) {
      answer(stream, 401, { code: 'E_JOIN_TOKEN' });
      return;
    }
    const { token, node, publicKeyPem, signature } = request.value;
    const proof = enrollProof(joinTokenId(token), node, publicKeyPem);
    if (!verify(null, Buffer.from(proof), createPublicKey(publicKeyPem), Buffer.from(signature, 'base64'))) {
      answer(stream, 401, { code: 'E_JOIN_PROOF' });
      return;
    }
    this.#tokenUsed = true;
    answer(stream, 200, this.#certify(node, publicKeyPem));
  }

  #renew(stream: ServerHttp2Stream, body: unknown): void {
    const request = parseRenew(body);
    const node = nodeOf(stream);
    if (!request.ok || node === undefined) {
      answer(stream, 401, { code: 'E_CERTIFICATE' });
      return;
    }
    const { publicKeyPem, signature } = request.value;
    const proof = renewProof(node, publicKeyPem);
    if (!verify(null, Buffer.from(proof), createPublicKey(publicKeyPem), Buffer.from(signature, 'base64'))) {
      answer(stream, 401, { code: 'E_JOIN_PROOF' });
      return;
    }
    answer(stream, 200, this.#certify(node, publicKeyPem));
  }

  #certify(node: string, publicKeyPem: string): object {
    const lifetimeMs = this.#options.certificateLifetimeMs ?? 3_600_000;
    const certificate = this.authority.certify(node, publicKeyPem, lifetimeMs);
    this.certificates.push(certificate.certificatePem);
    return { ...certificate, caPem: this.authority.certificatePem, cluster: 'local', tenant: 'default' };
  }

  #takeStream(stream: ServerHttp2Stream): void {
    if (nodeOf(stream) === undefined) {
      answer(stream, 401, { code: 'E_CERTIFICATE' });
      return;
    }
    stream.respond({ ':status': 200, 'content-type': 'application/octet-stream' });
    this.connections += 1;
    this.#streams.add(stream);
    stream.on('close', () => this.#streams.delete(stream));
    let held: Buffer = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
        const frame = held.subarray(4, 4 + held.readUInt32BE(0));
        held = held.subarray(4 + frame.length);
        const json = frame[0] === 1 ? zstdDecompressSync(frame.subarray(1)) : frame.subarray(1);
        this.#handle(stream, JSON.parse(json.toString('utf8')));
      }
    });
  }

  #handle(stream: ServerHttp2Stream, body: unknown): void {
    const message = parseMessage(body);
    if (!message.ok) {
      this.invalid.push({ record: body, reason: JSON.stringify(message.error[0]) });
      return;
    }
    const credit = this.#options.credit ?? 4;
    if (message.value.type === 'hello') {
      const acknowledged = [...this.#acknowledged.values()];
      writeFrame(stream, {
        type: 'welcome',
        version: Math.min(WIRE_VERSION, this.#options.version ?? WIRE_VERSION),
        cluster: 'local',
        tenant: 'default',
        acknowledged,
        credit,
        clockMs: Date.now(),
      });
      if (this.#configure) writeFrame(stream, this.#configure);
    } else if (message.value.type === 'ping') {
      this.pings += 1;
      writeFrame(stream, { type: 'pong', clockMs: Date.now() });
    } else if (message.value.type === 'state') this.states.push(message.value.node);
    else this.#store(stream, message.value, credit);
  }

  #store(stream: ServerHttp2Stream, batch: Extract<AgentMessage, { type: 'batch' }>, credit: number): void {
    let rejected = 0;
    for (const [index, record] of batch.records.entries()) {
      const place = { stream: batch.stream, bootId: batch.bootId, sequence: batch.firstSequence + index };
      const key = `${place.stream} ${place.bootId} ${place.sequence}`;
      const parsed = batch.stream === 'inventory' ? parseInventory(record) : parseEvent(record);
      if (!parsed.ok) {
        rejected += 1;
        this.invalid.push({ record, reason: JSON.stringify(parsed.error.slice(0, 4)) });
      } else if (this.received.has(key)) this.duplicates += 1;
      else this.received.set(key, { ...place, record });
    }
    const sequence = batch.firstSequence + batch.records.length - 1;
    this.#acknowledged.set(`${batch.stream} ${batch.bootId}`, {
      stream: batch.stream,
      bootId: batch.bootId,
      sequence,
    });
    writeFrame(stream, {
      type: 'ack',
      stream: batch.stream,
      bootId: batch.bootId,
      sequence,
      credit,
      rejected,
    });
  }
}

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;
const isOfType = <K extends InventoryRecord['type']>(
  record: InventoryRecord,
  type: K,
): record is Extract<InventoryRecord, { type: K }> => record.type === type;
const isOfKind = <K extends AgentEvent['kind']>(
  event: AgentEvent,
  kind: K,
): event is Extract<AgentEvent, { kind: K }> => event.kind === kind;

/** The node that the client's certificate names, when it is of this authority and still holds. The socket of HTTP/2 is a proxy. */
const nodeOf = (stream: ServerHttp2Stream): string | undefined => {
  const socket = stream.session?.socket;
  if (!socket || Reflect.get(socket, 'authorized') !== true) return undefined;
  const read: unknown = Reflect.get(socket, 'getPeerCertificate');
  const certificate: unknown = typeof read === 'function' ? read.call(socket) : undefined;
  const subject =
    typeof certificate === 'object' && certificate !== null ? Reflect.get(certificate, 'subject') : undefined;
  const name: unknown =
    typeof subject === 'object' && subject !== null ? Reflect.get(subject, 'CN') : undefined;
  return typeof name === 'string' ? name : undefined;
};

const answer = (stream: ServerHttp2Stream, status: number, body: object): void => {
  stream.respond({ ':status': status, 'content-type': 'application/json' });
  stream.end(JSON.stringify(body));
};

const writeFrame = (stream: ServerHttp2Stream, message: ControllerMessage): void => {
  if (!stream.writable) return;
  const json = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(json.length + 1, 0);
  stream.write(Buffer.concat([head, json]));
};
