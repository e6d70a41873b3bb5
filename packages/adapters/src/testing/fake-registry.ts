// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one test's registry answers to a path; more of it than the paths named is 404. */
export type Answers = Readonly<
  Record<string, (request: IncomingMessage, response: ServerResponse, body: string) => void>
>;

/** A server on loopback that answers as told, and keeps what was asked. For tests only. */
export class FakeRegistry {
  readonly asked: {
    readonly path: string;
    readonly authorization: string | undefined;
    readonly body: string;
  }[] = [];
  /** Headers of what was asked, in the same order. */
  readonly headers: IncomingHttpHeaders[] = [];
  readonly #server: Server;

  private constructor(answers: Answers) {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const path = `${request.method} ${request.url ?? ''}`;
        const body = Buffer.concat(parts).toString();
        this.headers.push(request.headers);
        this.asked.push({ path, authorization: request.headers.authorization, body });
        const answer = answers[path] ?? answers[path.split('?')[0] ?? ''];
        if (answer !== undefined) answer(request, response, body);
        else response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
      });
    });
  }

  static async start(answers: Answers): Promise<FakeRegistry> {
    const registry = new FakeRegistry(answers);
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
