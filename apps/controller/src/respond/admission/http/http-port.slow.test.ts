// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Agent, request } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { issueAuthority, issueServer } from '@bartizan/adapters/pki';
import { afterEach, describe, expect, it } from 'vitest';
import type { RequestHandler } from './http-connection.ts';
import { HttpPort, type PortLimits } from './http-port.ts';
import { HttpFault } from './request-head.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const LIMITS: PortLimits = {
  headBytes: 1_000,
  bodyBytes: 4 * 1024 * 1024,
  openBytes: 8 * 1024 * 1024,
  requestMs: 10_000,
  idleMs: 10_000,
  handshakeMs: 10_000,
};
const HEAD = 'POST /echo HTTP/1.1\r\nHost: a\r\n';

/** A port that answers how many bytes a body has, or with what `answer` says; with `waits` once it is told to. */
async function stage(limits: Partial<PortLimits> = {}, answer?: (body: Buffer) => string, waits = false) {
  const faults: number[] = [];
  const served: string[] = [];
  const waiting: (() => void)[] = [];
  const answerAll = (): void => {
    for (const send of waiting.splice(0)) send();
  };
  const handler: RequestHandler = {
    accepts: ({ target }) => (target === '/no' ? new HttpFault(404, 'no such thing') : undefined),
    serve: ({ head, body }, startedAt, send) => {
      served.push(`${head.method} ${body.length}`);
      expect(startedAt).toBeLessThanOrEqual(performance.now());
      waiting.push(() => send(200, answer?.(body) ?? JSON.stringify({ bytes: body.length, 文: '字' })));
      if (!waits) answerAll();
    },
    hurry: answerAll,
    onFault: ({ status }) => void faults.push(status),
  };
  const validity = { nowMs: Date.now(), lifetimeMs: 86_400_000 };
  const authority = await issueAuthority('test', validity);
  const tls = await issueServer(authority, ['127.0.0.1'], validity);
  let noTls = 0;
  const port = new HttpPort({
    tls,
    limits: { ...LIMITS, ...limits },
    handler,
    onNoTls: () => {
      noTls += 1;
    },
  });
  const at = await port.listen('127.0.0.1', 0);
  open.push(() => port.close());
  const ca = authority.certificatePem;
  /** A connection, what came over it so far, and whether it is over. */
  const dial = async () => {
    const socket: TLSSocket = connectTls({ host: '127.0.0.1', port: at, ca });
    const state = { text: '', isOver: false };
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      state.text += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      state.isOver = true;
    });
    open.push(() => socket.destroy());
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    return { socket, state };
  };
  return { port, at, ca, dial, faults, served, answerAll, noTls: () => noTls };
}

const answersIn = (text: string): number => text.split('HTTP/1.1 200 OK\r\n').length - 1;

describe('the port', () => {
  it('answers as a client of Node.js understands it, over one connection, sized or in chunks', async () => {
    const { at, ca, served } = await stage();
    const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
    open.push(() => agent.destroy());
    const ask = (method: string, pieces: readonly Buffer[]) =>
      new Promise<readonly unknown[]>((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port: at, path: '/echo', method, agent }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const { date, connection } = answer.headers;
            resolve([
              answer.statusCode,
              Buffer.concat(chunks).toString(),
              Date.parse(date ?? ''),
              connection,
            ]);
          });
        });
        asked.on('error', reject);
        for (const piece of pieces) asked.write(piece);
        asked.end();
      });
    const large = Buffer.alloc(1024 * 1024, 'x');
    for (const [pieces, bytes] of [
      [[], 0],
      [[Buffer.from('abc')], 3],
      [[large, Buffer.from('y'), large], 2 * large.length + 1],
    ] as const) {
      const [status, text, date, connection] = await ask('POST', pieces);
      expect([status, text, connection]).toEqual([200, JSON.stringify({ bytes, 文: '字' }), undefined]);
      expect(Math.abs(Number(date) - Date.now())).toBeLessThan(5_000);
    }
    // To a question for the head alone the head is the answer: the next one is read from where it ends.
    expect((await ask('HEAD', [])).slice(0, 2)).toEqual([200, '']);
    expect((await ask('POST', [Buffer.from('z')])).slice(0, 2)).toEqual([200, '{"bytes":1,"文":"字"}']);
    expect(served).toEqual(['POST 0', 'POST 3', `POST ${2 * large.length + 1}`, 'HEAD 0', 'POST 1']);
    expect(Object.values(agent.sockets).flat().length + Object.values(agent.freeSockets).flat().length).toBe(
      1,
    );
  });

  it('answers requests that come together in their order, and closes when it is asked to', async () => {
    const { dial } = await stage({}, (body) => JSON.stringify(body.toString()));
    const { socket, state } = await dial();
    const one = (text: string, more = '') => `${HEAD}${more}Content-Length: ${text.length}\r\n\r\n${text}`;
    socket.write(`${one('a')}${one('bc')}${one('d', 'Connection: close\r\n')}${one('never')}`);
    await expect.poll(() => state.isOver).toBe(true);
    const bodies = [...state.text.matchAll(/\r\n\r\n("\w+")/g)].map(([, body]) => body);
    expect(bodies).toEqual(['"a"', '"bc"', '"d"']);
    expect(state.text.match(/connection: close/g)).toHaveLength(1);
  });

  it('reads the next request of a connection once the one before it is answered', async () => {
    const { dial, served, answerAll } = await stage({}, (body) => JSON.stringify(body.toString()), true);
    const [{ socket, state }, other] = [await dial(), await dial()];
    const one = (text: string) => `${HEAD}Content-Length: ${text.length}\r\n\r\n${text}`;
    socket.write(`${one('a')}${one('bc')}`);
    await expect.poll(() => served).toEqual(['POST 1']);
    // What comes meanwhile waits behind it, and holds up no other connection.
    socket.write(one('def'));
    other.socket.write(one('other'));
    await expect.poll(() => served).toEqual(['POST 1', 'POST 5']);
    answerAll();
    expect(served).toEqual(['POST 1', 'POST 5', 'POST 2']);
    answerAll();
    answerAll();
    await expect.poll(() => answersIn(state.text)).toBe(3);
    expect([...state.text.matchAll(/\r\n\r\n("\w+")/g)].map(([, body]) => body)).toEqual([
      '"a"',
      '"bc"',
      '"def"',
    ]);
    await expect.poll(() => other.state.text).toContain('"other"');
  });

  it('answers at once where whoever asked sends no more, and nobody where the connection is gone', async () => {
    const { dial, served, answerAll, faults } = await stage({}, undefined, true);
    const [ended, gone] = [await dial(), await dial()];
    ended.socket.end(`${HEAD}Content-Length: 1\r\n\r\na`);
    await expect.poll(() => ended.state.isOver).toBe(true);
    expect(ended.state.text).toContain('{"bytes":1');
    gone.socket.write(`${HEAD}Content-Length: 2\r\n\r\nab`);
    await expect.poll(() => served).toEqual(['POST 1', 'POST 2']);
    gone.socket.destroy();
    await expect.poll(() => gone.state.isOver).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    answerAll();
    expect([gone.state.text, faults]).toEqual(['', []]);
  });

  it('says the word that a client waits for before its body, and not where it refuses', async () => {
    const { dial } = await stage();
    const { socket, state } = await dial();
    socket.write(`${HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
    await expect.poll(() => state.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('ab');
    await expect.poll(() => state.text).toContain('{"bytes":2');
    const other = await dial();
    other.socket.write('POST /no HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
    await expect.poll(() => other.state.isOver).toBe(true);
    expect(other.state.text).toMatch(
      /^HTTP\/1\.1 404 Not Found\r\n[\s\S]*connection: close\r\n[\s\S]*no such thing/,
    );
  });

  it('answers what is no request once, closes, and reads nothing behind it', async () => {
    const { dial, faults, served } = await stage();
    const { socket, state } = await dial();
    socket.write(`${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HEAD}\r\n`);
    await expect.poll(() => state.isOver).toBe(true);
    expect(state.text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(state.text.match(/HTTP\//g)).toHaveLength(1);
    expect([faults, served]).toEqual([[400], []]);
  });

  it('gives who sends byte by byte no more time than others, and who sends nothing no connection for good', async () => {
    const { dial, faults } = await stage({ requestMs: 300, idleMs: 600 });
    const [slow, within, silent] = [await dial(), await dial(), await dial()];
    const text = `${HEAD}X: ${'x'.repeat(500)}`;
    let at = 0;
    const drip = setInterval(() => {
      if (!slow.socket.destroyed) slow.socket.write(text[at++ % text.length] ?? '');
    }, 20);
    open.push(() => clearInterval(drip));
    within.socket.write(`${HEAD}Content-Length: 9\r\n\r\nabc`);
    await expect
      .poll(() => [slow, within, silent].every(({ state }) => state.isOver), { timeout: 5_000 })
      .toBe(true);
    expect(slow.state.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(within.state.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(silent.state.text).toBe('');
    expect(faults).toEqual([408, 408]);
  });

  it('takes a request that was sent in time, also where this thread was too busy to read it', async () => {
    const { dial, faults } = await stage({ requestMs: 300 });
    const { socket, state } = await dial();
    socket.write(`${HEAD}Content-Length: 4\r\n\r\nab`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // From an immediate: the timers that are due come before what is to be read.
    await new Promise((resolve) => setImmediate(resolve));
    socket.write('cd');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    await expect.poll(() => state.text).toContain('{"bytes":4');
    expect(faults).toEqual([]);
  });

  it('keeps a connection for the next request as long as it may be idle', async () => {
    const { dial, faults } = await stage({ requestMs: 200, idleMs: 60_000 });
    const { socket, state } = await dial();
    socket.write(`${HEAD}Content-Length: 1\r\n\r\na`);
    await expect.poll(() => answersIn(state.text)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    socket.write(`${HEAD}Content-Length: 1\r\n\r\na`);
    await expect.poll(() => answersIn(state.text)).toBe(2);
    expect(faults).toEqual([]);
  });

  it('bounds the bodies of all connections together, and counts down when they are gone', async () => {
    const { dial, faults } = await stage({ openBytes: 100_000 });
    const piece = 'x'.repeat(60_000);
    const [first, second] = [await dial(), await dial()];
    first.socket.write(`${HEAD}Content-Length: 60001\r\n\r\n${piece}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    second.socket.write(`${HEAD}Content-Length: 60001\r\n\r\n${piece}`);
    await expect.poll(() => second.state.isOver).toBe(true);
    expect(second.state.text).toMatch(/^HTTP\/1\.1 503 /);
    first.socket.destroy();
    await expect.poll(() => faults).toEqual([503, 400]);
    const third = await dial();
    third.socket.write(`${HEAD}Content-Length: 60001\r\n\r\n${piece}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    third.socket.write('x');
    await expect.poll(() => third.state.text).toContain('{"bytes":60001');
    expect(faults).toEqual([503, 400]);
  });

  it('reads no more while answers are not taken, and goes on once they are', async () => {
    const answer = JSON.stringify('y'.repeat(200_000));
    const { dial, served } = await stage({}, () => answer);
    const { socket, state } = await dial();
    socket.pause();
    const asked = 150;
    for (let sent = 0; sent < asked; sent += 1) socket.write(`${HEAD}Content-Length: 1\r\n\r\na`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = served.length;
    expect(before).toBeLessThan(asked);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(served.length).toBe(before);
    socket.resume();
    await expect.poll(() => answersIn(state.text), { timeout: 15_000 }).toBe(asked);
    expect(served.length).toBe(asked);
  });

  it('ends a connection whose answers are never taken', async () => {
    const { dial } = await stage({ requestMs: 300 }, () => JSON.stringify('y'.repeat(24_000_000)));
    const { socket, state } = await dial();
    socket.pause();
    socket.write(`${HEAD}Content-Length: 1\r\n\r\na`);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    socket.resume();
    await expect.poll(() => state.isOver, { timeout: 5_000 }).toBe(true);
    expect(state.text.length).toBeLessThan(24_000_000);
  });

  it('closes with all its connections, also those that speak no TLS', async () => {
    const { port, at, dial, noTls } = await stage({ handshakeMs: 300 });
    const { socket, state } = await dial();
    socket.write(`${HEAD}Content-Length: 9\r\n\r\n`);
    const plain = connect(at, '127.0.0.1');
    plain.on('error', () => {});
    plain.write('GET / HTTP/1.1\r\n\r\n');
    await expect.poll(() => noTls()).toBe(1);
    // Who says nothing at all is not waited for either.
    connect(at, '127.0.0.1').on('error', () => {});
    await expect.poll(() => noTls(), { timeout: 5_000 }).toBe(2);
    const late = connect(at, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => late.once('connect', resolve));
    await port.close();
    await expect.poll(() => state.isOver).toBe(true);
  });
});
