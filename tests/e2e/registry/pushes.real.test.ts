// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Image, Registry } from '@bartizan/contracts';
import { ControllerProcess } from '@bartizan/testkit/attack';
import { type BuiltImage, builtImage } from '@bartizan/testkit/registry';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RegistryServer } from './server.ts';
import { skopeoPush } from './skopeo.ts';

const PUSH_SECRET = 'the secret of pushes of the test';
/** Five times what is promised would be 25 s; threads start slowly on a busy machine. */
const SCANNED_WITHIN_MS = 90_000;
vi.setConfig({ testTimeout: 120_000 });

const withPackage = (name: string, version: string): BuiltImage =>
  builtImage([
    { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' },
    { [`app/node_modules/${name}/package.json`]: JSON.stringify({ name, version }) },
  ]);

/** Passes notes on from a registry that does not trust the certificate of the controller, bytes unchanged. */
class NoteRelay {
  readonly statuses: number[] = [];
  target = '';
  readonly #server: Server;
  url = '';

  private constructor(port: () => number) {
    this.#server = createServer((incoming, answer) => {
      const onward = request(
        {
          ...{ host: '127.0.0.1', port: port(), path: this.target, method: 'POST' },
          headers: { ...incoming.headers, host: 'localhost' },
          rejectUnauthorized: false,
        },
        (response) => {
          this.statuses.push(response.statusCode ?? 0);
          answer.writeHead(response.statusCode ?? 502);
          response.pipe(answer);
        },
      );
      onward.on('error', () => answer.writeHead(502).end());
      incoming.pipe(onward);
    });
  }

  static async start(port: () => number): Promise<NoteRelay> {
    const relay = new NoteRelay(port);
    await new Promise<void>((resolve) => {
      relay.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = relay.#server.address();
    relay.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/notes`;
    return relay;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

describe('a real registry that tells about pushes', () => {
  let controller: ControllerProcess;
  let relay: NoteRelay;
  let server: RegistryServer;
  let login: { name: string; password: string };

  const imageAt = async (digest: string): Promise<Image | undefined> => {
    const { items } = (await controller.call('GET', '/images?limit=1000')) as { items: readonly object[] };
    return items
      .map((item) => ('image' in item ? item.image : item) as Image)
      .find((image) => image.digest === digest);
  };

  beforeAll(async () => {
    controller = new ControllerProcess();
    await controller.start();
    relay = await NoteRelay.start(() => controller.port);
    const endpoint = {
      ...{ name: 'bartizan', url: relay.url, timeout: '5s', threshold: 3, backoff: '1s' },
      headers: { Authorization: [`Bearer ${PUSH_SECRET}`] },
    };
    server = await RegistryServer.start(undefined, { notifications: { endpoints: [endpoint] } });
    login = { name: 'tester', password: server.password };
    const made = (await controller.call('POST', '/registries', {
      ...{ name: 'of the test', kind: 'docker', host: server.host, plainHttp: true },
      ...{ username: 'tester', secret: login.password, pushSecret: PUSH_SECRET },
      ...{ includes: [{ repository: 'shop/*', tag: '*' }], excludes: [], platforms: [], concurrency: 2 },
      schedule: { kind: 'manual' },
    })) as Registry;
    relay.target = `/hooks/registries/${made.id}`;
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await relay?.stop();
    await controller?.close();
  });

  it('has what was pushed scanned without a run, and nothing that its filters leave out', async () => {
    const [wanted, other] = [withPackage('minimist', '1.2.5'), withPackage('lodash', '4.17.20')];
    await skopeoPush(other, `${server.host}/other/api:v1`, login);
    const startedMs = Date.now();
    await skopeoPush(wanted, `${server.host}/shop/web:v1`, login);
    await vi.waitFor(async () => expect((await imageAt(wanted.digest))?.scan?.state).toBe('done'), {
      timeout: SCANNED_WITHIN_MS,
      interval: 200,
    });
    process.stdout.write(`pushes: scanned ${Date.now() - startedMs} ms after the push began\n`);
    expect(relay.statuses.length).toBeGreaterThan(0);
    expect(new Set(relay.statuses)).toEqual(new Set([202]));
    await sleep(500);
    expect(await imageAt(other.digest)).toBeUndefined();
    const { items } = (await controller.call('GET', '/registries')) as { items: readonly Registry[] };
    expect(items[0]).toMatchObject({ hasPushSecret: true, run: { state: 'never' } });
    expect(JSON.stringify(items)).not.toContain(PUSH_SECRET);
  });
});
