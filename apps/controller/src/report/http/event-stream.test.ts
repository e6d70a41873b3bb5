// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../access/caller.ts';
import { LiveHub } from '../live/hub.ts';
import { openEventStream } from './event-stream.ts';

const caller: Caller = {
  ...{ kind: 'key', name: 'key', id: 'k-1', tenant: 'default', cluster: 'local' },
  permissions: ['events:read'],
};
type Raw = FastifyReply['raw'];

let hub: LiveHub;
let stop: (() => unknown)[] = [];
beforeEach(() => {
  hub = new LiveHub({ nowMs: () => 1_000_000 }, () => Promise.resolve(true));
});
afterEach(() => {
  hub.close();
  for (const one of stop.reverse()) one();
  stop = [];
});

/** Opens the stream of a request as the gate does: after the login was looked up, which `lookUp` stands for. */
async function open(raw: Raw, lookUp: (raw: Raw) => Promise<unknown>): Promise<void> {
  await lookUp(raw);
  const opened = hub.subscribe(caller, '');
  if (!opened.ok) throw new Error(opened.error.code);
  const request: Partial<FastifyRequest> = { headers: {} };
  const getHeaders = () => ({}) as ReturnType<FastifyReply['getHeaders']>;
  const reply: Partial<FastifyReply> = { raw, hijack: () => reply as FastifyReply, getHeaders };
  openEventStream(request as FastifyRequest, reply as FastifyReply, opened.value);
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Asks for a stream; `asked` is called when the server has the request. */
const VERSIONS = {
  'HTTP/1.1': async (asked: (raw: Raw) => void) => {
    const port = await listening(createServer((_, response) => asked(response)));
    const request = get({ host: '127.0.0.1', port });
    request.on('error', () => undefined);
    return () => request.destroy();
  },
  'HTTP/2': async (asked: (raw: Raw) => void) => {
    const port = await listening(createHttp2Server((_, response) => asked(response as unknown as Raw)));
    const session = connect(`http://127.0.0.1:${port}`);
    stop.push(() => session.destroy());
    const request = session.request({ ':path': '/' });
    request.on('error', () => undefined);
    return () => request.close();
  },
};

describe.each(['HTTP/1.1', 'HTTP/2'] as const)('a live stream over %s', (version) => {
  it('is not opened for a client that is gone before its login was looked up', async () => {
    const { promise, resolve } = Promise.withResolvers<Raw>();
    const leave = await VERSIONS[version](resolve);
    await open(await promise, async (raw) => {
      const closed = once(raw, 'close');
      leave();
      await closed;
    });
    expect(hub.counts().open).toBe(0);
  });

  it('is open until its client leaves', async () => {
    const { promise, resolve } = Promise.withResolvers<Raw>();
    const leave = await VERSIONS[version](resolve);
    const raw = await promise;
    await open(raw, () => Promise.resolve());
    expect(hub.counts().open).toBe(1);
    const closed = once(raw, 'close');
    leave();
    await closed;
    expect(hub.counts().open).toBe(0);
  });
});
