// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between a client and a registry on loopback, and keeps what was asked of it. */
export class CountingProxy {
  /** METHOD PATH of every request that the registry answered without asking for credentials. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(target: string) {
    const [host = '', port = ''] = target.split(':');
    this.#server = createServer((incoming, outgoing) => {
      const { method = 'GET', url = '/', headers } = incoming;
      const onward = request({ host, port: Number(port), method, path: url, headers }, (answer) => {
        if (answer.statusCode !== 401) this.asked.push(`${method} ${url}`);
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    });
  }

  static async start(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
