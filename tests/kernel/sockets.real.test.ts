// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Watching, watch } from './watching.ts';

let seen: Watching;
const started: ChildProcess[] = [];

beforeAll(async () => {
  seen = await watch();
}, 300_000);

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await seen?.sensor.stop();
});

function python(...lines: string[]): string {
  const run = spawnSync('/usr/bin/python3', ['-c', lines.join('\n')], { encoding: 'utf8', timeout: 20_000 });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

/** A process that listens until its input ends; gives its port. */
async function listener(address: string, port: number): Promise<{ child: ChildProcess; port: number }> {
  const code = [
    'import socket, sys',
    's = socket.socket()',
    's.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)',
    `s.bind(("${address}", ${port}))`,
    's.listen()',
    'print(s.getsockname()[1], flush=True)',
    'sys.stdin.read()',
  ].join('\n');
  const child = spawn('/usr/bin/python3', ['-c', code], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  const [told] = await once(child.stdout, 'data');
  return { child, port: Number(String(told)) };
}

describe('sockets on the kernel of this machine', { timeout: 120_000 }, () => {
  it('tells a connection that its program gave up as closed, without an error', async () => {
    // The queue of who is not accepted is full: the kernel answers no more.
    const [port, local] = python(
      'import socket, time',
      's = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(0)',
      'clients = [socket.socket() for _ in range(4)]',
      'for c in clients: c.setblocking(False); c.connect_ex(s.getsockname())',
      'time.sleep(0.2)',
      'last = clients[-1]; local = last.getsockname()[1]; last.close()',
      'print(s.getsockname()[1], local)',
    ).split(' ');
    const given = await seen.find(
      'connect',
      (event) => event.remotePort === Number(port) && event.localPort === Number(local),
    );
    expect(given).toMatchObject({ state: 'closed', error: 0, process: { known: true } });
  });

  it('tells no connection where a datagram socket is dissolved', async () => {
    const pid = Number(
      python(
        'import ctypes, os, socket',
        's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
        's.connect(("127.0.0.1", 9))',
        'assert ctypes.CDLL(None).connect(s.fileno(), bytes(16), 16) == 0',
        's.connect(("127.0.0.1", 10))',
        'print(os.getpid())',
      ),
    );
    // Elsewhere datagram sockets are not told at all.
    const { programs } = seen.sensor.stats();
    if (!programs.some(({ name, loaded }) => name === 'on_sys_exit' && loaded)) return;
    await seen.find('exit', ({ process }) => process.pid === pid);
    const told = seen.all('connect').filter(({ process }) => process.pid === pid);
    expect(told.map(({ remotePort }) => remotePort)).toEqual([9, 10]);
  });

  it('tells whose socket took a connection when others share its port or had it', async () => {
    const first = await listener('127.0.0.1', 0);
    const { port } = first;
    const second = await listener('127.0.0.1', port);
    const other = await listener('127.0.0.2', port);
    first.child.kill('SIGKILL');
    await seen.find('exit', (event) => event.process.pid === first.child.pid);
    for (const [address, { child }] of [
      ['127.0.0.1', second],
      ['127.0.0.2', other],
    ] as const) {
      python('import socket', `socket.create_connection(("${address}", ${port}))`);
      const taken = await seen.find(
        'accept',
        (event) => event.localPort === port && event.localAddress === address,
      );
      expect(taken.process.pid).toBe(child.pid);
    }
  });
});
