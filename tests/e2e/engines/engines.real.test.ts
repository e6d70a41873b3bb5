// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { fileURLToPath } from 'node:url';
import { AgentProcess, FakeController, until } from '@bartizan/testkit/host';
import { fillTemplate } from '@bartizan/testkit/secrets';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { builtSensor } from './built-sensor.ts';
import { type Engine, startContainerd, startDocker, startPodman } from './engine-processes.ts';

// Real parts on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const TOKEN = 'bzj_engines_0123456789';
const RULES = fileURLToPath(new URL('../../../content', import.meta.url));
/** Made here, so that no text of the repository looks like a secret. */
const PLANTED = fillTemplate('glpat-{alnum:20}', 'environment of an engine');

/** What differs between the engines; everything else is the same cases for each. */
const ENGINES = [
  { kind: 'containerd', open: startContainerd, image: /bartizan\/busybox:1$/, version: /^1\./ },
  { kind: 'docker', open: startDocker, image: /bartizan\/busybox:1$/, version: /^\d+\./ },
  { kind: 'podman', open: startPodman, image: /bartizan\/busybox:1$/, version: /^4\./ },
] as const;

describe.each(ENGINES)('a real $kind, seen by a real agent', ({ kind, open, image, version }) => {
  const agent = new AgentProcess();
  const controller = new FakeController({ token: TOKEN });
  const log = () => agent.log;
  const suffix = Math.random().toString(36).slice(2, 8);
  const older = `older-${suffix}`;
  const newer = `newer-${suffix}`;
  let engine: Engine | undefined;
  let olderId = '';

  const containers = () => controller.inventory('container').map((one) => one.container);
  const byName = (name: string) => containers().filter((one) => one.name === name);

  beforeAll(async () => {
    await controller.start();
    engine = await open();
    olderId = await engine.start(older, {}, `DEPLOY_TOKEN=${PLANTED}`);
    await agent.start({
      controllerHost: '127.0.0.1',
      controllerPort: controller.port,
      caSha256: controller.authority.sha256,
      joinToken: TOKEN,
      sensorPath: builtSensor(),
      runtimes: [{ runtime: kind, endpoint: engine.socket }],
      searchRules: RULES,
    });
    await until('the agent reports itself', () => controller.inventory('node').at(-1), { log });
  }, 240_000);

  afterAll(async () => {
    await agent.close();
    await engine?.close();
    await controller.stop();
  }, 120_000);

  it('says that the runtime is connected, with its version', async () => {
    const status = await until(
      'the runtime is connected',
      () =>
        controller
          .inventory('node')
          .at(-1)
          ?.node.runtimes.find((one) => one.endpoint === engine?.socket && one.state === 'connected'),
      { log },
    );
    expect(status.runtime).toBe(kind);
    expect(status.version).toMatch(version);
  });

  it('finds a container that is older than the agent: name, image, digest, pid, state, workload', async () => {
    const found = await until(
      'the older container, whose digest the engine alone knows',
      () => byName(older).find((one) => one.state === 'running' && one.imageDigest !== undefined),
      { log },
    );
    expect(found).toMatchObject({ id: olderId, runtime: kind, name: older });
    expect(found.image).toMatch(image);
    expect(found.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(found.pid).toBeGreaterThan(1);
    expect(found.cgroupPath).toContain(olderId);
    const workload = controller
      .inventory('workload')
      .find((one) => one.workload.id === found.workload)?.workload;
    expect(workload).toMatchObject({ kind: 'Container', name: older, running: 1 });
    if (kind !== 'containerd') expect(found.environmentSecrets).toEqual(['API_TOKEN', 'DEPLOY_TOKEN']);
    expect(JSON.stringify([...controller.received.values()])).not.toContain('canary-9b2c');
  });

  it('finds a secret in its environment, and sends no value', async () => {
    const told = await until(
      'its environment is searched',
      () => controller.inventory('environment-secrets').find((one) => one.subject.container === olderId),
      { log, timeoutMs: 150_000 },
    );
    expect(told.secrets.map(({ rule, variable }) => [rule, variable])).toEqual([
      ['secret.gitlab-personal-token', 'DEPLOY_TOKEN'],
    ]);
    expect(JSON.stringify([...controller.received.values()])).not.toContain(PLANTED.slice(6));
  });

  it('lists it once, although other clients and the kernel see it too', () => {
    const running = new Set(
      containers()
        .filter((one) => one.state === 'running' && one.cgroupPath?.includes(olderId))
        .map((one) => one.id),
    );
    expect([...running]).toEqual([olderId]);
  });

  it('sees a container that starts later, by its labels as a compose service', async () => {
    await engine?.start(newer, { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' });
    const found = await until(
      'the newer container',
      () => byName(newer).find((one) => one.state === 'running'),
      { log },
    );
    const workload = controller
      .inventory('workload')
      .find((one) => one.workload.id === found.workload)?.workload;
    expect(workload).toMatchObject({ kind: 'ComposeService', namespace: 'shop', name: 'web' });
  });

  it('attributes its processes to it', async () => {
    const seen = await until(
      'the process of the newer container',
      () =>
        controller
          .events('process')
          .find(
            (one) => one.workload.containerName === newer && one.chain.process.arguments.at(-1) === '600',
          ),
      { log },
    );
    expect(seen.workload).toMatchObject({ kind: 'ComposeService', namespace: 'shop', name: 'web' });
  });

  it('sees a container that lives 50 ms, and its end', async () => {
    const brief = `brief-${suffix}`;
    await engine?.runBriefly(brief);
    const ended = await until('its end', () => byName(brief).find((one) => one.state === 'exited'), { log });
    expect(ended.runtime).toBe(kind);
  });

  it('sees the end of a container', async () => {
    await engine?.remove(older);
    const ended = await until('its end', () => byName(older).find((one) => one.state === 'exited'), { log });
    expect(ended.endedAtMs).toBeGreaterThan(0);
  });

  it('sends nothing the contracts refuse', () => {
    expect(controller.invalid).toEqual([]);
  });
});
