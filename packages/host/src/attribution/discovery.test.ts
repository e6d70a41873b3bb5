// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openCgroupIndex } from '../cgroups/cgroup-index.ts';
import { systemClock } from '../clock/system-clock.ts';
import { silentLogger } from '../log/logger.ts';
import { openProcfs } from '../procfs/procfs.ts';
import type { KnownContainer } from './container-table.ts';
import { type Discovery, startDiscovery } from './discovery.ts';

const ID = 'cd'.repeat(32);

/** An engine that is busy starting a container: it tells that it made one, and answers nothing about it. */
class BusyEngine {
  readonly folder = mkdtempSync(join(tmpdir(), 'bartizan-engine-'));
  readonly socket = join(this.folder, 's');
  #events: ServerResponse | undefined;
  readonly #server = createServer((request, response) => {
    if (request.url === '/version') response.end('{"Version":"4"}');
    else if (request.url?.includes('/containers/json')) response.end('[]');
    else if (request.url?.includes('/events')) {
      response.write('\n');
      this.#events = response;
    }
  });

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.socket, resolve));
  }

  async made(name: string): Promise<void> {
    await vi.waitUntil(() => this.#events !== undefined);
    const attributes = { name, image: 'nginx:1', 'com.docker.compose.service': 'web' };
    const event = {
      Type: 'container',
      Action: 'create',
      time: 1,
      Actor: { ID, Attributes: attributes },
    };
    this.#events?.write(`${JSON.stringify(event)}\n`);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe('an engine that answers nothing about the container it starts', () => {
  let engine: BusyEngine;
  let discovery: Discovery | undefined;
  const changes: KnownContainer[] = [];
  beforeEach(async () => {
    changes.length = 0;
    engine = new BusyEngine();
    await engine.start();
  });
  afterEach(() => {
    discovery?.stop();
    engine.stop();
  });

  const start = async (): Promise<Discovery> => {
    const cgroups = openCgroupIndex({
      mode: 'unknown',
      keyRoot: undefined,
      keyHierarchy: 'none',
      unifiedRoot: undefined,
    });
    cgroups.created('42', `/libpod_parent/libpod-${ID}`);
    discovery = startDiscovery({
      places: [{ client: 'podman', endpoint: engine.socket }],
      procfs: openProcfs('/nonexistent'),
      cgroups,
      host: { namespaces: {}, root: undefined },
      clock: systemClock(),
      logger: silentLogger,
      onChange: (container) => changes.push(container),
      onRuntimes: () => undefined,
    });
    await discovery.settled;
    return discovery;
  };

  it('is waited for, and what its event says is the container at once', async () => {
    const found = await start();
    expect(found.placeOf('42')).toEqual({ kind: 'host', awaited: true, unmet: true });
    await engine.made('web-1');
    await vi.waitUntil(() => changes.length > 0);
    expect(found.placeOf('42')).toMatchObject({
      kind: 'container',
      container: {
        id: ID,
        teller: 'podman',
        description: { name: 'web-1', image: 'nginx:1', state: 'created' },
      },
    });
    expect(found.placeOf('42')).not.toHaveProperty('awaited');
  });

  it('is not waited for again once it was too late', async () => {
    const found = await start();
    found.giveUp('42');
    expect(found.placeOf('42')).toEqual({ kind: 'host', unmet: true });
  });
});
