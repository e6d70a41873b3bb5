// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openCgroupIndex } from '../cgroups/cgroup-index.ts';
import { systemClock } from '../clock/system-clock.ts';
import { silentLogger } from '../log/logger.ts';
import { openProcfs } from '../procfs/procfs.ts';
import { MonitoredContainer } from '../testing/monitored-container.ts';
import type { KnownContainer } from './container-table.ts';
import { type Discovery, startDiscovery } from './discovery.ts';

const ID = 'cd'.repeat(32);
const ROW = { Id: ID, Names: ['/web-1'], Image: 'nginx:1', State: 'running', Labels: { app: 'web' } };

/** An engine that is busy starting a container: it tells that it made one, and answers nothing about it. */
class BusyEngine {
  readonly folder = mkdtempSync(join(tmpdir(), 'bartizan-engine-'));
  readonly socket = join(this.folder, 's');
  /** What it says of its only container; undefined: it has none, and answers nothing. */
  answer: object | undefined;
  /** The status of that answer. */
  status = 200;
  /** Times it was asked about its container. */
  asked = 0;
  #events: ServerResponse | undefined;
  readonly #server = createServer((request, response) => {
    if (request.url === '/version') response.end('{"Version":"4"}');
    else if (request.url?.includes('/containers/json'))
      response.end(this.answer === undefined ? '[]' : JSON.stringify([ROW]));
    else if (this.answer !== undefined && request.url?.includes(`/containers/${ID}/json`)) {
      this.asked += 1;
      response.writeHead(this.status).end(JSON.stringify(this.answer));
    } else if (request.url?.includes('/events')) {
      response.write('\n');
      this.#events = response;
    }
  });

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.socket, resolve));
  }

  async tell(event: object): Promise<void> {
    await vi.waitUntil(() => this.#events !== undefined);
    this.#events?.write(`${JSON.stringify({ Type: 'container', time: 1, ...event })}\n`);
  }

  made(name: string): Promise<void> {
    const attributes = { name, image: 'nginx:1', 'com.docker.compose.service': 'web' };
    return this.tell({ Action: 'create', Actor: { ID, Attributes: attributes } });
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
    cgroups.created('43', '/space/plain-1');
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

  it('is waited for by an id of any form, once it told of that and of nothing else', async () => {
    const found = await start();
    expect(found.placeOf('43')).toEqual({ kind: 'host' });
    await engine.tell({ Action: 'pause', Actor: { ID: 'plain-1' } });
    await vi.waitUntil(() => found.placeOf('43').kind !== 'unknown' && 'awaited' in found.placeOf('43'));
    expect(found.placeOf('43')).toEqual({ kind: 'host', awaited: true, unmet: true });
  });

  it('is told once, with its end, when it names a process that is gone', async () => {
    engine.answer = { Id: ID, Name: '/web-1', State: { Status: 'running', Pid: 4_000_000 } };
    await start();
    expect(changes.map(({ id, isRunning }) => [id, isRunning])).toEqual([[ID, false]]);
    expect(changes[0]?.endedAtMs).toBeGreaterThan(0);
  });

  it.each([
    ['fails', 500, { message: 'the storage driver is busy' }],
    ['is no container', 200, ['nonsense']],
  ])(
    'and whose answer about it %s later has not ended it: the list still names it',
    async (_how, status, answer) => {
      engine.answer = { Id: ID, Name: '/web-1', Config: { Image: 'nginx:1' }, State: { Status: 'running' } };
      const found = await start();
      Object.assign(engine, { status, answer });
      const before = engine.asked;
      found.refresh();
      await vi.waitUntil(() => engine.asked > before);
      // What is listed after it was asked about: the list is taken only once all its answers are there.
      found.refresh();
      await vi.waitUntil(() => engine.asked > before + 1);
      expect(found.containers()).toMatchObject([
        { id: ID, isRunning: true, description: { name: 'web-1', image: 'nginx:1', state: 'running' } },
      ]);
      expect(changes.map(({ isRunning }) => isRunning)).not.toContain(false);
    },
  );

  it('is told by what the list says as long as nothing else is known', async () => {
    Object.assign(engine, { status: 500, answer: {} });
    const found = await start();
    expect(found.containers()).toMatchObject([
      { id: ID, isRunning: true, description: { name: 'web-1', image: 'nginx:1', labels: { app: 'web' } } },
    ]);
  });

  it('has ended when the engine no longer knows it', async () => {
    engine.answer = { Id: ID, Name: '/web-1', State: { Status: 'running' } };
    const found = await start();
    engine.status = 404;
    found.refresh();
    await vi.waitUntil(() => found.containers()[0]?.isRunning === false);
  });

  it('is not waited for again once it was too late', async () => {
    const found = await start();
    found.giveUp('42');
    expect(found.placeOf('42')).toEqual({ kind: 'host', unmet: true });
  });
});

describe('a container of Podman without a service, whose first processes are gone', () => {
  it('has its name by those that live in its control group', () => {
    const container = new MonitoredContainer();
    const keyRoot = mkdtempSync(join(tmpdir(), 'bartizan-cgroups-'));
    const path = `/libpod_parent/libpod-${container.id}`;
    mkdirSync(join(keyRoot, path), { recursive: true });
    writeFileSync(join(keyRoot, path, 'cgroup.procs'), '101\n');
    const cgroups = openCgroupIndex({
      mode: 'v2',
      keyRoot,
      keyHierarchy: 'unified',
      unifiedRoot: keyRoot,
    });
    cgroups.created('42', path);
    const found = startDiscovery({
      places: [],
      procfs: container.procfs,
      cgroups,
      host: { namespaces: {}, root: container.machine.root },
      clock: systemClock(),
      logger: silentLogger,
      onChange: () => undefined,
      onRuntimes: () => undefined,
    });
    try {
      expect(found.placeOf('42')).toEqual({ kind: 'host', unmet: true });
      found.meet({ cgroupId: '42', pids: [555, 554] });
      expect(found.placeOf('42')).toMatchObject({
        kind: 'container',
        container: {
          id: container.id,
          teller: 'conmon',
          description: { name: 'web', image: container.image },
        },
      });
    } finally {
      found.stop();
      container.remove();
      rmSync(keyRoot, { recursive: true, force: true });
    }
  });
});
