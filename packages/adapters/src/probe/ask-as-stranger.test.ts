// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createServer, type Server } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askAsStranger } from './index.ts';

const open: { close: () => unknown }[] = [];
const listen = (server: Server | ReturnType<typeof createNetServer>): Promise<number> =>
  new Promise((resolve) => {
    open.push(server);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
const ask = (port: number, scheme: 'http' | 'https' = 'http') =>
  askAsStranger({ scheme, host: '127.0.0.1', port, path: '/pods' }, 300);

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

describe('a request of a stranger', () => {
  it('says the status, sends no credentials, follows nothing and reads no body', async () => {
    const seen: (string | undefined)[] = [];
    const port = await listen(
      createServer((request, response) => {
        seen.push(request.method, request.url, request.headers.authorization, request.headers.cookie);
        response.writeHead(302, { location: 'http://127.0.0.1:1/' });
        // A body that never ends.
        response.write('x'.repeat(1024));
      }),
    );
    expect(await ask(port)).toEqual({ kind: 'status', status: 302 });
    expect(seen).toEqual(['GET', '/pods', undefined, undefined]);
  });

  it('tells a closed port, a silent one and one that speaks something else apart', async () => {
    const closed = await listen(createServer());
    open.pop()?.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await ask(closed)).toEqual({ kind: 'fault', code: 'ECONNREFUSED' });
    const sockets: { destroy: () => unknown }[] = [];
    const silent = await listen(createNetServer((socket) => sockets.push(socket)));
    expect(await ask(silent)).toEqual({ kind: 'fault', code: 'ETIMEDOUT' });
    for (const socket of sockets) socket.destroy();
    const other = await listen(createNetServer((socket) => socket.end('SSH-2.0-x\r\n')));
    expect(await ask(other)).toMatchObject({
      kind: 'fault',
      code: expect.stringMatching(/HPE|EPROTO|RESET/),
    });
    expect(await ask(other, 'https')).toMatchObject({ kind: 'fault' });
  });
});
