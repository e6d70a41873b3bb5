// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { AgentProcess, FakeController, until } from '@bartizan/testkit/host';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { builtSensor } from './built-sensor.ts';
import { type PodmanEngine, startPodman } from './engine-processes.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const TOKEN = 'bzj_podmanbusy_0123456789';
const IMAGE = 'localhost/bartizan/busybox:1';
const LOOPS = 4;
const COMPOSE = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' };

/** An agent with its controller, and what it told of a container. */
class Watcher {
  readonly controller = new FakeController({ token: TOKEN });
  readonly agent = new AgentProcess();

  async start(runtimes: readonly { readonly runtime: string; readonly endpoint: string }[]): Promise<void> {
    await this.controller.start();
    await this.agent.start({
      controllerHost: '127.0.0.1',
      controllerPort: this.controller.port,
      caSha256: this.controller.authority.sha256,
      joinToken: TOKEN,
      sensorPath: builtSensor(),
      runtimes,
    });
    await until(
      'the sensor runs and the runtimes were asked',
      () =>
        this.controller
          .inventory('node')
          .some(({ node }) => node.sensor.state === 'running' && node.uplink.state === 'connected'),
      { log: () => this.agent.log },
    );
  }

  async close(): Promise<void> {
    await this.agent.close();
    await this.controller.stop();
  }

  /** Workloads of all processes of the container that were told, its own program among them. */
  async workloadsOf(id: string) {
    const inIt = () =>
      this.controller
        .events('process')
        .filter(({ workload }) => workload.container === id || workload.name.includes(id));
    await until(
      'the program of the container was told',
      () => inIt().find((one) => one.chain.process.arguments.at(-1) === '600'),
      { log: () => this.agent.log },
    );
    return inIt().map(({ workload }) => workload);
  }
}

describe('a real Podman beside other work, seen by real agents', () => {
  const asking = new Watcher();
  const alone = new Watcher();
  let engine: PodmanEngine | undefined;
  let loops: ChildProcess[] = [];

  const startNamed = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> => {
    const started = await engine?.start(`${name}-${Math.random().toString(36).slice(2, 8)}`, labels);
    if (started === undefined) throw new Error('there is no Podman');
    return started;
  };

  beforeAll(async () => {
    engine = await startPodman();
    await asking.start([{ runtime: 'podman', endpoint: engine.socket }]);
    await alone.start([]);
    await until('Podman is connected', () =>
      asking.controller
        .inventory('node')
        .at(-1)
        ?.node.runtimes.some(({ runtime, state }) => runtime === 'podman' && state === 'connected'),
    );
  }, 240_000);

  afterEach(() => {
    for (const loop of loops) loop.kill('SIGKILL');
    loops = [];
    engine?.wake();
  });

  afterAll(async () => {
    await asking.close();
    await alone.close();
    await engine?.close();
  }, 120_000);

  const keepBusy = (): void => {
    loops = Array.from({ length: LOOPS }, () =>
      spawn('nice', ['-n', '5', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' }),
    );
  };

  it.each([1, 2, 3, 4])('gives every process its name, image and service: container %i', async () => {
    keepBusy();
    const id = await startNamed('busy', COMPOSE);
    for (const workload of await asking.workloadsOf(id)) {
      expect(workload).toMatchObject({
        kind: 'ComposeService',
        namespace: 'shop',
        name: 'web',
        image: IMAGE,
      });
      expect(workload.containerName).toMatch(/^busy-/);
    }
  });

  it('names the container, and its image, while its service answers nothing', async () => {
    engine?.freeze();
    const id = await startNamed('frozen');
    for (const workload of await asking.workloadsOf(id)) {
      expect(workload).toMatchObject({ kind: 'Container', container: id, image: IMAGE });
      expect(workload.containerName).toMatch(/^frozen-/);
    }
  });

  it.each([1, 2, 3, 4])(
    'names the container, and its image, where it has no service: container %i',
    async () => {
      keepBusy();
      const id = await startNamed('alone');
      for (const workload of await alone.workloadsOf(id)) {
        expect(workload).toMatchObject({ kind: 'Container', container: id, image: IMAGE });
        expect(workload.containerName).toMatch(/^alone-/);
      }
    },
  );

  it('sends nothing the contracts refuse', () => {
    expect([...asking.controller.invalid, ...alone.controller.invalid]).toEqual([]);
  });
});
