// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { zstdDecompressSync } from 'node:zlib';
import {
  enrollProof,
  joinTokenId,
  renewProof,
  WIRE_ENROLL_PATH,
  WIRE_RENEW_PATH,
  WIRE_STREAM_PATH,
} from '@bartizan/contracts';
import type { Running } from './running.ts';

/** What an agent holds after it joined; PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}
/** The answer to one request. */
export interface Posted {
  readonly status: number;
  readonly json: Record<string, unknown>;
}
/** Node that tests join as, unless they say otherwise. */
export const NODE = 'n-0123456789abcdef';

/** A frame as agents send it, not compressed. */
export const frame = (message: unknown): Buffer => {
  const json = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(json.length + 1, 0);
  return Buffer.concat([head, json]);
};
/** The first message of an agent. */
export const hello = (node = NODE, version = 1) => ({
  type: 'hello',
  version,
  oldest: version,
  node,
  name: 'test',
  bootId: 'boot-1',
  agentVersion: '0',
  clockMs: Date.now(),
});
/** Sends JSON over a session. */
export function post(session: ClientHttp2Session, path: string, body: unknown): Promise<Posted> {
  const stream = session.request({ ':method': 'POST', ':path': path }, { endStream: false });
  const answer = answerOf(stream);
  stream.end(JSON.stringify(body));
  return answer;
}

function answerOf(stream: ClientHttp2Stream): Promise<Posted> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    stream.on('response', (headers) => {
      status = Number(headers[':status']);
    });
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    stream.on('error', reject);
    stream.on('end', () => resolve({ status, json: text === '' ? {} : JSON.parse(text) }));
  });
}

const signed = (key: KeyObject, text: string): string =>
  sign(null, Buffer.from(text), key).toString('base64');

function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    privateKey,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A request to join with a key made for it. */
export function joinRequest(joinToken: string, node = NODE) {
  const { privateKey, publicKeyPem, key } = newKey();
  const signature = signed(privateKey, enrollProof(joinTokenId(joinToken), node, publicKeyPem));
  return { body: { token: joinToken, node, name: 'test', publicKeyPem, signature }, key };
}

/** The agent side of the wire to one running controller. */
export class AgentLine {
  readonly #running: Running;
  readonly #sessions: ClientHttp2Session[] = [];

  constructor(running: Running) {
    this.#running = running;
  }

  /** Opens a connection. */
  open(identity?: Identity): ClientHttp2Session {
    const session = connect(`https://127.0.0.1:${this.#running.controller.agentPort}`, {
      rejectUnauthorized: false,
      ...identity,
    });
    session.on('error', () => undefined);
    this.#sessions.push(session);
    return session;
  }

  /** A new join token. */
  async token(): Promise<string> {
    const made = await this.#running.call({
      method: 'POST',
      path: 'join-tokens',
      body: { lifetimeMinutes: 5 },
    });
    return String(made.json['token']);
  }

  /** Joins as a node. */
  async join(node = NODE): Promise<Identity> {
    const { body, key } = joinRequest(await this.token(), node);
    const answer = await post(this.open(), WIRE_ENROLL_PATH, body);
    if (answer.status !== 201) throw new Error(`not joined: ${JSON.stringify(answer)}`);
    return { key, cert: String(answer.json['certificatePem']) };
  }

  /** Renews a certificate for a new key. */
  async renew(identity: Identity, node = NODE): Promise<Posted & { readonly key: string }> {
    const { privateKey, publicKeyPem, key } = newKey();
    const signature = signed(privateKey, renewProof(node, publicKeyPem));
    const answer = await post(this.open(identity), WIRE_RENEW_PATH, { publicKeyPem, signature });
    return { ...answer, key };
  }

  /** Opens a renewal whose body comes in parts; the request itself is what comes last. */
  beginRenewal(identity: Identity, node = NODE) {
    const { privateKey, publicKeyPem } = newKey();
    const signature = signed(privateKey, renewProof(node, publicKeyPem));
    const head = { ':method': 'POST', ':path': WIRE_RENEW_PATH };
    const stream = this.open(identity).request(head, { endStream: false });
    const answer = answerOf(stream);
    return {
      sent: (text: string) => new Promise<void>((resolve) => stream.write(text, () => resolve())),
      end: () => {
        stream.end(JSON.stringify({ publicKeyPem, signature }));
        return answer;
      },
    };
  }

  /** Opens a stream and says hello. */
  async greet(identity: Identity, node = NODE): Promise<Talk> {
    const talk = new Talk(this.open(identity));
    talk.say(hello(node));
    await talk.hear('welcome');
    return talk;
  }

  /** Ends every connection. */
  close(): void {
    for (const session of this.#sessions.splice(0)) session.destroy();
  }
}

/** A stream whose answers can be waited for. */
export class Talk {
  readonly stream: ClientHttp2Stream;
  readonly heard: Record<string, unknown>[] = [];
  status = 0;
  closed = false;
  #bytes = Buffer.alloc(0);

  constructor(session: ClientHttp2Session) {
    this.stream = session.request({ ':method': 'POST', ':path': WIRE_STREAM_PATH }, { endStream: false });
    this.stream.on('response', (headers) => {
      this.status = Number(headers[':status']);
    });
    this.stream.on('error', () => undefined);
    this.stream.on('close', () => {
      this.closed = true;
    });
    this.stream.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readUInt32BE(0)) {
      const length = this.#bytes.readUInt32BE(0);
      const content = this.#bytes.subarray(5, 4 + length);
      const text = this.#bytes[4] === 0 ? content : zstdDecompressSync(content);
      this.heard.push(JSON.parse(text.toString()));
      this.#bytes = this.#bytes.subarray(4 + length);
    }
  }

  /** Waits for a message of a type and takes it. */
  async hear(type: string): Promise<Record<string, unknown>> {
    for (let waited = 0; waited < 10_000; waited += 20) {
      const found = this.heard.find((message) => message['type'] === type);
      if (found !== undefined) return this.heard.splice(this.heard.indexOf(found), 1)[0] ?? found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no ${type}; status ${this.status}; heard ${JSON.stringify(this.heard).slice(0, 300)}`);
  }

  /** Sends a message. */
  say(message: unknown): void {
    this.stream.write(frame(message));
  }

  /** Sends a batch and waits for its acknowledgement. */
  async batch(stream: string, firstSequence: number, records: readonly unknown[]) {
    this.say({ type: 'batch', stream, bootId: 'boot-1', firstSequence, records });
    return this.hear('ack');
  }
}
