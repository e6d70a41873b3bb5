// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Store } from '@bartizan/adapters/store';
import { DEFAULT_TENANT, err, failure, LOCAL_CLUSTER, ok, WIRE_VERSION } from '@bartizan/contracts';
import { openStoreInPlace } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { AgentSession, marksFor } from './agent-session.ts';
import { Ingest, noCounts } from './ingest.ts';

const mark = (bootId: string, sequence: number) => ({ stream: 'security' as const, bootId, sequence });

describe('what a node hears of its records that are stored', () => {
  it('is of the boot that runs and of those before', () => {
    expect(marksFor('boot-1', [mark('boot-0', 900), mark('boot-1', 5)])).toEqual([
      mark('boot-1', 5),
      mark('boot-0', 900),
    ]);
  });

  it('has room for 64: the boot that runs, and the latest of the others', () => {
    const others = Array.from({ length: 100 }, (_, boot) => mark(`boot-${boot}`, boot * 1000));
    const told = marksFor('boot-0', others);
    expect(told).toHaveLength(64);
    expect(told.slice(0, 2)).toEqual([mark('boot-0', 0), mark('boot-99', 99_000)]);
    expect(told.at(-1)).toEqual(mark('boot-37', 37_000));
  });
});

/** What a node that says hello is answered, when the store says so how far its records are. */
async function answerTo(acknowledged: Store['events']['acknowledged']): Promise<string> {
  const test = await openStoreInPlace();
  const events: Store['events'] = Object.create(test.store.events, { acknowledged: { value: acknowledged } });
  const store: Store = Object.create(test.store, { events: { value: events } });
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const clock = { nowMs: () => Date.now() };
  const owner = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
  const inventory = { take: async () => ok({ rejected: 0 }), heldFrom: quiet };
  const begin = (stream: ServerHttp2Stream): AgentSession =>
    new AgentSession({
      agent: { ...owner, node: 'n-1', serial: '1', notAfterMs: Number.MAX_SAFE_INTEGER },
      ...{ stream, store, clock, log },
      ingest: new Ingest({ store, clock, log, counters: noCounts(), publish: quiet, inventory }),
      configuration: () => ({
        ...{ type: 'configure', rulesRevision: '', rules: [], watchedPaths: [], processEvents: false },
        ...{ scanIntervalS: 60, postureIntervalS: 60 },
      }),
      ...{ onHello: quiet, onState: quiet, onClose: quiet },
    });
  const server = createServer().on('stream', begin);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
    const hello = {
      type: 'hello',
      version: WIRE_VERSION,
      oldest: 1,
      node: 'n-1',
      name: 'n',
      bootId: 'boot-1',
    };
    const body = Buffer.from(JSON.stringify({ ...hello, agentVersion: '0', clockMs: Date.now() }));
    const head = Buffer.alloc(5);
    head.writeUInt32BE(body.length + 1);
    stream.write(Buffer.concat([head, body]));
    let answer = '';
    stream.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (answer.includes('welcome')) stream.end();
    });
    await once(stream, 'end');
    return answer;
  } finally {
    session.destroy();
    server.close();
    await test.remove();
  }
}

describe('a node that says hello', () => {
  it('is welcomed with what is stored of it', async () => {
    expect(await answerTo(async () => ok([mark('boot-1', 42)]))).toContain('"sequence":42');
  });

  it('is not told that nothing is stored when that cannot be read: it comes again', async () => {
    expect(await answerTo(async () => err(failure('E_STORE_IO', 'no store')))).toBe('');
  });
});
