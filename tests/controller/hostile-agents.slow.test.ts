// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { request } from 'node:https';
import { zstdCompressSync } from 'node:zlib';
import { aContainer, aNode, aSecurityEvent, aWorkload } from '@bartizan/testkit/store';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AgentLine, hello, NODE, Talk } from './agent-line.ts';
import { LOCAL_ROOT, type Running, startRunning } from './running.ts';

/** Agent certificates of this test end after this time. */
const LIFETIME_MS = 10_000;
let running: Running;
let brief: Running;
let line: AgentLine;
let briefLine: AgentLine;

beforeAll(async () => {
  running = await startRunning();
  brief = await startRunning({ nodeCertificateMs: LIFETIME_MS });
  line = new AgentLine(running);
  briefLine = new AgentLine(brief);
}, 60_000);
afterEach(() => {
  line.close();
  briefLine.close();
});
afterAll(async () => {
  await running?.close();
  await brief?.close();
});

const event = (sequence: number, node = NODE) => ({ ...aSecurityEvent(sequence), node });
const listed = async (path: string): Promise<unknown[]> => {
  const { items } = (await running.call({ path })).json;
  return Array.isArray(items) ? items : [];
};
const alive = async () => (await running.call({ path: '/livez', token: null })).status;

describe('a certificate', () => {
  it('that has ended ends the stream that began with it, and opens no other', {
    timeout: 60_000,
  }, async () => {
    const identity = await briefLine.join();
    const talk = await briefLine.greet(identity);
    await new Promise((resolve) => setTimeout(resolve, LIFETIME_MS + 1500));
    talk.say({ type: 'ping', clockMs: Date.now() });
    await expect.poll(() => talk.closed, { timeout: 10_000 }).toBe(true);
    const late = new Talk(briefLine.open(identity));
    await expect.poll(() => late.status, { timeout: 10_000 }).toBe(401);
    expect((await briefLine.renew(identity)).status).toBe(401);
  });

  it('is renewed for a new key by the one before', async () => {
    const identity = await line.join();
    const renewed = await line.renew(identity);
    expect(renewed.status).toBe(201);
    await line.greet({ key: renewed.key, cert: String(renewed.json['certificatePem']) });
    expect((await line.renew(identity, 'n-of-somebody-else')).json['code']).toBe('E_JOIN_PROOF');
  });

  it('counts no more when its node joins again, also on a stream that is open', async () => {
    const before = await line.join('n-twice');
    const talk = await line.greet(before, 'n-twice');
    await line.join('n-twice');
    await expect.poll(() => talk.closed, { timeout: 10_000 }).toBe(true);
    const again = new Talk(line.open(before));
    await expect.poll(() => again.status, { timeout: 10_000 }).toBe(401);
  });

  it('is not renewed when its node joins again while the request is under way', async () => {
    const before = await line.join('n-slow');
    const renewal = line.beginRenewal(before, 'n-slow');
    // The certificate counted when this byte came.
    await renewal.sent(' ');
    await expect.poll(alive).toBe(200);
    await line.join('n-slow');
    expect(await renewal.end()).toMatchObject({ status: 401, json: { code: 'E_CERTIFICATE' } });
  });
});

describe('an agent that lies', () => {
  it('cannot speak for another node in its records', async () => {
    const talk = await line.greet(await line.join());
    expect(await talk.batch('security', 1, [event(1), event(2, 'n-other'), event(3)])).toMatchObject({
      sequence: 3,
      rejected: 1,
    });
    const reports = [
      { type: 'node', node: aNode({ id: 'n-other' }) },
      { type: 'container', container: aContainer({ id: 'c-foreign', node: 'n-other' }) },
      { type: 'container', container: aContainer({ id: 'c-own', node: NODE }) },
    ];
    expect(await talk.batch('inventory', 1, reports)).toMatchObject({ rejected: 2 });
    expect(await listed('containers')).toMatchObject([{ id: 'c-own', node: NODE, tenant: 'default' }]);
    const other = await line.greet(await line.join('n-second'), 'n-second');
    const theft = { type: 'container', container: aContainer({ id: 'c-own', node: 'n-second' }) };
    expect(await other.batch('inventory', 1, [theft])).toMatchObject({ rejected: 1 });
    expect(await listed('containers')).toMatchObject([{ id: 'c-own', node: NODE }]);
  });

  it('cannot report another host clean, nor run there', async () => {
    const [first, second] = ['n-first', 'n-thief'];
    const subject = { workload: 'w-host-first', kind: 'Host', namespace: '', name: 'first' };
    const host = (node: string) => ({
      type: 'workload',
      workload: aWorkload({
        ...{ id: subject.workload, kind: 'Host', namespace: '', name: 'first' },
        nodes: [node],
      }),
    });
    const facts = (isOpen: boolean) => ({
      type: 'posture-facts',
      ...{ subject, unknown: {}, collectedAtMs: Date.now() },
      facts: { 'os.reboot-required': JSON.stringify(isOpen) },
    });
    const list = (names: readonly string[]) => ({
      ...{ type: 'packages', scan: `scan-${names.length}`, part: 0, last: true, subject },
      ...{ distribution: 'debian 12', distributionName: 'Debian 12' },
      packages: names.map((name) => ({
        ...{ name, version: '1', ecosystem: 'Debian:12', purl: `pkg:deb/debian/${name}@1` },
        ...{ cataloger: 'dpkg', locations: [] },
      })),
      ...{ coverage: [], pendingUpdates: [], incomplete: [], scannedAtMs: Date.now() },
    });
    const node = (id: string) => ({ type: 'node', node: aNode({ id, lastSeenAtMs: Date.now() }) });
    const honest = await line.greet(await line.join(first), first);
    expect(
      await honest.batch('inventory', 1, [node(first), host(first), facts(true), list(['openssl'])]),
    ).toMatchObject({ sequence: 4, rejected: 0 });
    const open = async () =>
      (await listed(`findings?filter=workload:${subject.workload}%20state:open`)).length;
    await expect.poll(open).toBeGreaterThan(0);
    const before = await open();
    const packages = await listed(`workloads/${subject.workload}/packages`);
    const thief = await line.greet(await line.join(second), second);
    expect(
      await thief.batch('inventory', 1, [node(second), list([]), facts(false), host(second)]),
    ).toMatchObject({ sequence: 4, rejected: 3 });
    expect(await open()).toBe(before);
    expect(await listed(`workloads/${subject.workload}/packages`)).toEqual(packages);
    // Its own word still counts.
    expect(await honest.batch('inventory', 5, [host(first), list([])])).toMatchObject({ rejected: 0 });
  });

  it('gains nothing by sending the same batch twice', async () => {
    const node = 'n-replay';
    const talk = await line.greet(await line.join(node), node);
    const count = async () => (await listed(`events?filter=node:${node}`)).length;
    for (let times = 0; times < 3; times += 1)
      await talk.batch('security', 1, [event(1, node), event(2, node)]);
    expect(await count()).toBe(2);
  });

  it('is cut off after a second hello', async () => {
    const talk = await line.greet(await line.join());
    talk.say(hello());
    expect((await talk.hear('refused'))['code']).toBe('E_WIRE_FRAME');
  });

  it('is refused with a bomb, and with a frame that is cut off nothing happens', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bomb.length + 1, 0);
    head.writeUInt8(1, 4);
    const talk = await line.greet(await line.join());
    talk.stream.write(Buffer.concat([head, bomb]));
    expect((await talk.hear('refused'))['code']).toBe('E_WIRE_FRAME');
    const cut = await line.greet(await line.join());
    cut.stream.write(Buffer.from([0, 0, 1, 0, 0, 0x7b]));
    cut.stream.destroy();
    expect(await alive()).toBe(200);
  });

  it('is refused when it sends more batches than it was given credit for', async () => {
    const talk = await line.greet(await line.join());
    for (let at = 0; at < 200; at += 1)
      talk.say({
        type: 'batch',
        stream: 'flow',
        bootId: 'b',
        firstSequence: at * 2000 + 1,
        records: Array(2000).fill(0),
      });
    expect((await talk.hear('refused'))['detail']).toContain('credit');
  });
});

describe('parts of a package list', () => {
  const part = (number: number, last: boolean) => ({
    type: 'packages',
    scan: 'scan-1',
    part: number,
    last,
    subject: { workload: 'w-parts', kind: 'Host', namespace: '', name: 'parts' },
    distribution: 'debian 12',
    distributionName: 'Debian 12',
    packages: [
      {
        name: `p${number}`,
        version: '1',
        ecosystem: 'Debian:12',
        purl: 'p',
        cataloger: 'dpkg',
        locations: [],
      },
    ],
    coverage: [],
    pendingUpdates: [],
    incomplete: [],
    scannedAtMs: 1,
  });

  it('are not acknowledged before the last has come, and leave room for more batches', async () => {
    const node = 'n-parts';
    const talk = await line.greet(await line.join(node), node);
    const first = await talk.batch('inventory', 1, [part(0, false)]);
    expect([first['sequence'], Number(first['credit'])]).toEqual([0, 9]);
    talk.stream.end();
    const again = await line.greet(await line.join(node), node);
    await again.batch('inventory', 1, [part(0, false)]);
    const last = await again.batch('inventory', 2, [part(1, true)]);
    expect([last['sequence'], Number(last['credit'])]).toEqual([2, 8]);
  });
});

describe('the live stream', () => {
  /** Reads the stream of events until the text holds what is waited for. */
  function follow(headers: Record<string, string> = {}) {
    const state = { text: '', status: 0, type: '' };
    const sent = request(
      {
        host: '127.0.0.1',
        port: running.controller.port,
        path: '/api/v1/live?topics=security',
        rejectUnauthorized: false,
        agent: false,
        headers: { authorization: `Bearer ${LOCAL_ROOT}`, ...headers },
      },
      (response) => {
        state.status = response.statusCode ?? 0;
        state.type = String(response.headers['content-type']);
        response.on('data', (chunk: Buffer) => {
          state.text += chunk.toString();
        });
        response.on('error', () => undefined);
      },
    );
    sent.on('error', () => undefined);
    sent.end();
    return { state, close: () => sent.destroy() };
  }

  it('shows what an agent has just reported, and what was missed in between', async () => {
    const node = 'n-live';
    const talk = await line.greet(await line.join(node), node);
    const watching = follow();
    await expect.poll(() => watching.state.text).toContain(': connected');
    expect([watching.state.status, watching.state.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    await talk.batch('security', 1, [event(1, node)]);
    await expect.poll(() => watching.state.text).toContain(`"id":"${node}:boot-1:security:1"`);
    watching.close();
    const last = [...watching.state.text.matchAll(/^id: (.*)$/gmu)].at(-1)?.[1] ?? '';
    await talk.batch('security', 2, [event(2, node)]);
    const back = follow({ 'last-event-id': last });
    await expect.poll(() => back.state.text).toContain(`"id":"${node}:boot-1:security:2"`);
    expect(back.state.text).not.toContain(`"id":"${node}:boot-1:security:1"`);
    back.close();
  });
});
