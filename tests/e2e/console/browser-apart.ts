// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { DOOR_PORT, readPort } from './browser-door.ts';

const READY_MS = 60_000;
const DOOR = fileURLToPath(new URL('browser-door.ts', import.meta.url));

/**
 * Chromium drops every connection that is being opened when an interface or an address comes or goes
 * (`net::ERR_NETWORK_CHANGED`), and tests beside it make and remove the interfaces of containers and clusters all the
 * time. So the browser gets a network namespace of its own, in which nothing changes once it starts (the kernel would
 * give IPv6 addresses a second later): a pair of interfaces that lead nowhere, so that it believes to be online, and a
 * door (SOCKS) to the loopback ports of this machine, which is all that pages of tests ask for.
 */
export async function launchApart(chromiumPath: string, args: readonly string[]): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-browser-'));
  const socket = join(folder, 'door');
  const wrapper = join(folder, 'chromium');
  writeFileSync(wrapper, scriptOf({ socket, chromiumPath }));
  chmodSync(wrapper, 0o700);
  const relay = new Relay();
  try {
    await relay.listen(socket);
    const browser = await chromium.launch({
      executablePath: wrapper,
      args: [...args],
      proxy: { server: `socks5://127.0.0.1:${DOOR_PORT}`, bypass: '<-loopback>' },
    });
    browser.on('disconnected', () => {
      relay.close();
      rmSync(folder, { recursive: true, force: true });
    });
    await relay.ready();
    return browser;
  } catch (cause) {
    relay.close();
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  }
}

const scriptOf = ({ socket, chromiumPath }: { socket: string; chromiumPath: string }): string => `#!/bin/sh
if [ "$1" != apart ]; then exec unshare --net -- "$0" apart "$@"; fi
shift
ip link set lo up
ip link add apart0 type veth peer name apart1
ip link set apart0 addrgenmode none
ip link set apart1 addrgenmode none
ip address add 192.0.2.1/24 dev apart0
ip link set apart0 up
ip link set apart1 up
until ip -o link show apart0 | grep -q 'state UP'; do sleep 0.05; done
'${process.execPath}' '${DOOR}' '${socket}' </dev/null >/dev/null 2>&1 3<&- 4>&- &
exec '${chromiumPath}' "$@"
`;

/** The end of the door on this side: takes what comes out of the namespace to loopback. */
class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #ready = Promise.withResolvers<void>();

  constructor() {
    this.#server = createServer((inner) => this.#take(inner));
    // Whoever waits hears of it; nobody waits when the browser itself did not start.
    this.#ready.promise.catch(() => undefined);
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => resolve());
    });
  }

  async ready(): Promise<void> {
    const timer = setTimeout(
      () => this.#ready.reject(new Error('the door of the browser is shut')),
      READY_MS,
    );
    await this.#ready.promise.finally(() => clearTimeout(timer));
  }

  /** The first connection tells that the door is open, and keeps it open; each other names its port first. */
  #take(inner: Socket): void {
    this.#keep(inner);
    inner.once('data', (head) => {
      const port = readPort(head);
      if (port === undefined) {
        this.#ready.resolve();
        return;
      }
      inner.pause();
      const outer = this.#keep(connect({ host: 'localhost', port, noDelay: true }));
      outer.once('connect', () => {
        inner.write(Uint8Array.of(0));
        inner.pipe(outer).pipe(inner);
      });
      // An end is passed on behind the last byte; a connection that breaks takes the other with it.
      outer.once('error', () => inner.destroy());
      inner.once('error', () => outer.destroy());
    });
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  close(): void {
    this.#ready.reject(new Error('the browser is gone'));
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
