// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { connect } from 'node:http2';
import { WIRE_ENROLL_PATH } from '@bartizan/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AgentLine, frame, hello, NODE, post, joinRequest as request, Talk } from './agent-line.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let line: AgentLine;

beforeAll(async () => {
  running = await startRunning();
  line = new AgentLine(running);
}, 60_000);
afterEach(() => line.close());
afterAll(() => running?.close());

const open = (identity?: { readonly key: string; readonly cert: string }) => line.open(identity);
const token = () => line.token();
const enrolled = (node = NODE) => line.join(node);

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
    // After a reboot, too: what the disk of the node still holds of the boot before is stored.
    for (const bootId of ['boot-1', 'boot-2']) {
      const next = new Talk(open(await enrolled()));
      next.say({ ...hello(), bootId });
      expect((await next.hear('welcome'))['acknowledged']).toEqual([
        { stream: 'inventory', bootId: 'boot-1', sequence: 2 },
      ]);
      next.stream.end();
    }
  });

  it('is given the key of the fingerprints of its tenant, where its version knows of it', async () => {
    const keys: unknown[] = [];
    for (const version of [2, 3, 3]) {
      const talk = new Talk(open(await enrolled()));
      talk.say(hello(NODE, version));
      keys.push((await talk.hear('configure'))['fingerprintKey']);
      talk.stream.end();
    }
    expect(keys).toEqual([undefined, expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/), keys[1]]);
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
    ['a state before hello', frame({ type: 'state', node: {} })],
  ])('refuses %s and lives on', async (_what, bytes) => {
    const talk = new Talk(open(await enrolled()));
    talk.stream.write(bytes);
    expect((await talk.hear('refused'))['code']).toBe('E_WIRE_FRAME');
    expect((await running.call({ path: '/livez', token: null })).status).toBe(200);
  });
});
