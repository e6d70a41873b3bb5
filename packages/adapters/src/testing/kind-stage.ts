// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ServerResponse } from 'node:http';
import type { Result } from '@bartizan/contracts';
import type { RegistryError } from '../registry/fault.ts';
import type { RegistryAccess } from '../registry/kinds/kind.ts';
import { type OpenedRegistry, type OpenOptions, openRegistry } from '../registry/open-registry.ts';
import { type Answers, FakeRegistry } from './fake-registry.ts';

/** Servers of one test; all of them end with it. */
export class KindStage {
  readonly #running: FakeRegistry[] = [];

  async serve(answers: Answers): Promise<FakeRegistry> {
    const server = await FakeRegistry.start(answers);
    this.#running.push(server);
    return server;
  }

  async end(): Promise<void> {
    for (const server of this.#running.splice(0)) await server.stop();
  }
}

/** Answers with JSON. */
export const json =
  (value: unknown, headers: Readonly<Record<string, string>> = {}): Answers[string] =>
  (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(value));

const challenge = (response: ServerResponse, header: string): void =>
  void response.writeHead(401, { 'www-authenticate': header }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');

/** Answers JSON to the right Authorization header, and a challenge to all others. */
export const guarded =
  (value: unknown, header: string, challengeWith: string): Answers[string] =>
  (request, response) =>
    request.headers.authorization === header
      ? void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      : challenge(response, challengeWith);

export const basicOf = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** Opens a registry of a kind, or fails the test. */
export async function openKind(
  access: Partial<RegistryAccess> & Pick<RegistryAccess, 'kind' | 'host'>,
  options: OpenOptions = {},
): Promise<OpenedRegistry> {
  const opened = await openRegistry({ plainHttp: true, ...access }, options);
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
  return opened.value;
}

export const codeOf = (result: Result<unknown, RegistryError>): string =>
  result.ok ? 'ok' : result.error.code;
