// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { enrollProof, joinTokenId, WIRE_ENROLL_PATH, WIRE_STREAM_PATH } from '@bartizan/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Running, startRunning } from './running.ts';

interface Identity {
  readonly key: string;
  readonly cert: string;
}
const NODE = 'n-0123456789abcdef';
let running: Running;
const sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  running = await startRunning();
}, 60_000);
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy();
});
afterAll(() => running?.close());

function open(identity?: Identity): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${running.controller.agentPort}`, {
    rejectUnauthorized: false,
    ...identity,
  });
  session.on('error', () => undefined);
  sessions.push(session);
  return session;
}

function post(
  session: ClientHttp2Session,
  path: string,
  body: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': path });
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
    stream.end(JSON.stringify(body));
  });
}

async function token(): Promise<string> {
  const made = await running.call({ method: 'POST', path: 'join-tokens', body: { lifetimeMinutes: 5 } });
  return String(made.json['token']);
}

const signed = (key: KeyObject, text: string): string =>
  sign(null, Buffer.from(text), key).toString('base64');

function request(joinToken: string, node = NODE) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const body = {
    token: joinToken,
    node,
    name: 'test',
    publicKeyPem,
    signature: signed(privateKey, enrollProof(joinTokenId(joinToken), node, publicKeyPem)),
  };
  return { body, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

async function enrolled(node = NODE): Promise<Identity> {
  const { body, key } = request(await token(), node);
  const answer = await post(open(), WIRE_ENROLL_PATH, body);
  expect(answer.status).toBe(201);
  return { key, cert: String(answer.json['certificatePem']) };
}

const frame = (message: unknown): Buffer => {
  const json = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(json.length + 1, 0);
  return Buffer.concat([head, json]);
};
const hello = (node = NODE, version = 1) => ({
  type: 'hello',
  version,
  oldest: version,
  node,
  name: 'test',
  bootId: 'boot-1',
  agentVersion: '0',
  clockMs: Date.now(),
});

/** A stream whose answers can be waited for. Compressed frames (a large configure) are passed over. */
class Talk {
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
    this.stream.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      while (this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readUInt32BE(0)) {
        const length = this.#bytes.readUInt32BE(0);
        if (this.#bytes[4] === 0) this.heard.push(JSON.parse(this.#bytes.subarray(5, 4 + length).toString()));
        this.#bytes = this.#bytes.subarray(4 + length);
      }
    });
  }

  async hear(type: string): Promise<Record<string, unknown>> {
    for (let waited = 0; waited < 10_000; waited += 20) {
      const found = this.heard.find((message) => message['type'] === type);
      if (found !== undefined) return this.heard.splice(this.heard.indexOf(found), 1)[0] ?? found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no ${type}; status ${this.status}; heard ${JSON.stringify(this.heard).slice(0, 300)}`);
  }

  say(message: unknown): void {
    this.stream.write(frame(message));
  }
}

const report = {
  type: 'workload',
  workload: {
    id: 'w-1',
    cluster: 'elsewhere',
    tenant: 'somebody',
    kind: 'Host',
    namespace: '',
    name: 'test',
    nodes: ['n-other'],
    labels: {},
    modes: { process: 'monitor', file: 'monitor', network: 'monitor' },
    running: 1,
    firstSeenAtMs: 1,
    lastSeenAtMs: 1,
  },
};

describe('joining', () => {
  it('gives a certificate once for a token', async () => {
    const joinToken = await token();
    expect((await post(open(), WIRE_ENROLL_PATH, request(joinToken).body)).status).toBe(201);
    const again = await post(open(), WIRE_ENROLL_PATH, request(joinToken).body);
    expect([again.status, again.json['code']]).toEqual([401, 'E_JOIN_TOKEN']);
  });

  it('does not use a token up on a proof that does not fit', async () => {
    const joinToken = await token();
    const { body } = request(joinToken);
    const forged = await post(open(), WIRE_ENROLL_PATH, {
      ...body,
      signature: randomBytes(64).toString('base64'),
    });
    expect([forged.status, forged.json['code']]).toEqual([401, 'E_JOIN_PROOF']);
    expect((await post(open(), WIRE_ENROLL_PATH, body)).status).toBe(201);
  });

  it('refuses a made-up token and a request of another form', async () => {
    expect((await post(open(), WIRE_ENROLL_PATH, request('bzj_0000_made-up').body)).json['code']).toBe(
      'E_JOIN_TOKEN',
    );
    expect((await post(open(), WIRE_ENROLL_PATH, { token: 1 })).json['code']).toBe('E_BODY_INVALID');
  });
});

describe('a stream', () => {
  it('is refused without a certificate, and with one of another authority', async () => {
    const bare = new Talk(open());
    await expect.poll(() => bare.status).toBe(401);
    const other = await startRunning();
    const made = await other.call({ method: 'POST', path: 'join-tokens', body: { lifetimeMinutes: 5 } });
    const { body, key } = request(String(made.json['token']));
    const elsewhere = connect(`https://127.0.0.1:${other.controller.agentPort}`, {
      rejectUnauthorized: false,
    });
    const answer = await post(elsewhere, WIRE_ENROLL_PATH, body);
    elsewhere.destroy();
    await other.close();
    const foreign = new Talk(open({ key, cert: String(answer.json['certificatePem']) }));
    await expect.poll(() => foreign.status).toBe(401);
  });

  it('is welcomed, configured, and acknowledged after its records are stored; a replay changes nothing', async () => {
    const talk = new Talk(open(await enrolled()));
    talk.say(hello());
    expect(await talk.hear('welcome')).toMatchObject({ version: 1, cluster: 'local', tenant: 'default' });
    const batch = {
      type: 'batch',
      stream: 'inventory',
      bootId: 'boot-1',
      firstSequence: 1,
      records: [report, { type: 'nonsense' }],
    };
    for (let times = 0; times < 2; times += 1) {
      talk.say(batch);
      expect(await talk.hear('ack')).toMatchObject({ stream: 'inventory', sequence: 2, rejected: 1 });
    }
    const listed = await running.call({ path: 'workloads' });
    expect(listed.json['items']).toMatchObject([
      { workload: { id: 'w-1', cluster: 'local', tenant: 'default', nodes: [NODE] } },
    ]);
    expect((await running.call({ path: 'system' })).json['ingest']).toMatchObject({ rejectedTotal: 2 });
    talk.stream.end();
    const next = new Talk(open(await enrolled()));
    next.say(hello());
    expect((await next.hear('welcome'))['acknowledged']).toEqual([
      { stream: 'inventory', bootId: 'boot-1', sequence: 2 },
    ]);
  });

  it('may only speak for the node of its certificate', async () => {
    const talk = new Talk(open(await enrolled()));
    talk.say(hello('n-somebody-else'));
    expect((await talk.hear('refused'))['code']).toBe('E_NODE_MISMATCH');
  });

  it('is refused when it speaks no common version', async () => {
    const talk = new Talk(open(await enrolled()));
    talk.say(hello(NODE, 99));
    expect((await talk.hear('refused'))['code']).toBe('E_WIRE_VERSION');
  });

  it.each([
    ['a frame that claims a gigabyte', Buffer.from([0x40, 0, 0, 0, 0])],
    ['a frame without content', Buffer.from([0, 0, 0, 0])],
    ['unknown flags', Buffer.from([0, 0, 0, 3, 9, 0x7b, 0x7d])],
    ['broken JSON', Buffer.from([0, 0, 0, 3, 0, 0x7b, 0x7b])],
    ['bytes that are no zstd', Buffer.from([0, 0, 0, 5, 1, 1, 2, 3, 4])],
    ['nesting', frame(JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`))],
    ['a message of another form', frame({ type: 'batch', stream: 'nothing' })],
    [
      'a batch before hello',
      frame({ type: 'batch', stream: 'flow', bootId: 'b', firstSequence: 1, records: [] }),
    ],
  ])('refuses %s and lives on', async (_what, bytes) => {
    const talk = new Talk(open(await enrolled()));
    talk.stream.write(bytes);
    expect((await talk.hear('refused'))['code']).toBe('E_WIRE_FRAME');
    expect((await running.call({ path: '/livez', token: null })).status).toBe(200);
  });
});
