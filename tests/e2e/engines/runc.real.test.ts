// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AgentProcess, FakeController, RuncContainers, until } from '@bartizan/testkit/host';
import { fillTemplate } from '@bartizan/testkit/secrets';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { builtSensor } from './built-sensor.ts';

// Real parts on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const TOKEN = 'bzj_runc_0123456789';
const sensorPath = builtSensor();
const RULES = fileURLToPath(new URL('../../../content', import.meta.url));
/** Made here, so that no text of the repository looks like a secret. */
const PLANTED = fillTemplate('glpat-{alnum:20}', 'environment on the wire');

describe('bare runc, seen by a real agent', () => {
  const containers = new RuncContainers();
  const agent = new AgentProcess();
  const controller = new FakeController({
    token: TOKEN,
    configure: {
      type: 'configure',
      rulesRevision: 'none',
      rules: [],
      watchedPaths: ['/etc/passwd'],
      scanIntervalS: 3600,
      postureIntervalS: 3600,
      processEvents: true,
    },
  });
  const log = () => agent.log;
  const byName = (name: string) =>
    controller
      .inventory('container')
      .filter((one) => one.container.name === name)
      .map((one) => one.container);

  beforeAll(async () => {
    await controller.start();
    await containers.start({
      id: 'older',
      arguments: ['sleep', '600'],
      environment: ['DB_PASSWORD=canary-7f3a', `DEPLOY_TOKEN=${PLANTED}`, 'LANG=C'],
    });
    await agent.start({
      controllerHost: '127.0.0.1',
      controllerPort: controller.port,
      caSha256: controller.authority.sha256,
      joinToken: TOKEN,
      sensorPath,
      runcRoots: [containers.root],
      searchRules: RULES,
    });
    await until('the agent reports itself', () => controller.inventory('node').at(-1), { log });
  });

  afterAll(async () => {
    await agent.close();
    await containers.close();
    await controller.stop();
  });

  it('needs a built sensor', () => {
    expect(existsSync(sensorPath), `${sensorPath}: run native/build.sh`).toBe(true);
  });

  it('finds a container that is older than the agent, with pid, cgroup and the names of its secrets only', async () => {
    const pid = await containers.pid('older');
    const found = await until('the older container', () => byName('older').at(-1), { log });
    expect(found).toMatchObject({
      id: 'older',
      runtime: 'runc',
      state: 'running',
      pid,
      cgroupPath: `${containers.cgroup}/older`,
      environmentSecrets: ['DB_PASSWORD', 'DEPLOY_TOKEN'],
      user: '0:0',
    });
    expect(found.capabilities).toContain('CAP_KILL');
    expect(found.hostNamespaces).not.toContain('network');
    expect(JSON.stringify([...controller.received.values()])).not.toContain('canary-7f3a');
  });

  it('sends of a secret in its environment the rule, the variable, a preview and a hash, and no value', async () => {
    const told = await until(
      'its environment is searched',
      () => controller.inventory('environment-secrets').find((one) => one.subject.container === 'older'),
      { log, timeoutMs: 150_000 },
    );
    expect(told.secrets.map(({ rule, variable, preview }) => [rule, variable, preview])).toEqual([
      ['secret.environment-password', 'DB_PASSWORD', '…(11)'],
      ['secret.gitlab-personal-token', 'DEPLOY_TOKEN', 'glpa…(26)'],
    ]);
    for (const { fingerprint } of told.secrets) expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const wire = JSON.stringify([...controller.received.values()]);
    for (const form of [PLANTED, PLANTED.slice(6), Buffer.from(PLANTED).toString('base64'), 'canary-7f3a'])
      expect(wire).not.toContain(form);
  });

  it('tells the processes that ran in it before', async () => {
    const pid = await containers.pid('older');
    const seen = await until(
      'its first process',
      () => controller.events('process').find((one) => one.chain.process.pid === pid),
      { log },
    );
    expect(seen).toMatchObject({
      action: 'existing',
      workload: { kind: 'Container', name: 'older', container: 'older' },
    });
  });

  it('attributes an exec in it within 5 s, with its ancestry', async () => {
    await until(
      'the sensor runs',
      () => controller.inventory('node').at(-1)?.node.sensor.state === 'running',
      {
        log,
        timeoutMs: 120_000,
      },
    );
    const startedMs = performance.now();
    await containers.exec('older', ['sh', '-c', 'id > /dev/null; echo marker-4711']);
    const seen = await until(
      'the exec',
      () =>
        controller
          .events('process')
          .find(
            ({ action, chain }) => action === 'exec' && chain.process.arguments[2]?.includes('marker-4711'),
          ),
      { log, timeoutMs: 5000 },
    );
    process.stdout.write(`exec to controller: ${Math.round(performance.now() - startedMs)} ms\n`);
    expect(seen.workload).toMatchObject({ kind: 'Container', name: 'older', container: 'older' });
    expect(seen.chain.process.arguments.slice(0, 2)).toEqual(['sh', '-c']);
    expect(seen.chain.ancestors.length).toBeGreaterThan(0);
  });

  it('sees a container that lives 50 ms, with its program and its end', async () => {
    await containers.runToEnd({ id: 'brief', arguments: ['sleep', '0.05'] });
    await containers.remove('brief');
    // What the runtime's folder and the kernel say of it may come in two reports.
    const ended = await until(
      'its end, with its control group',
      () => byName('brief').find((one) => one.state === 'exited' && one.cgroupPath !== undefined),
      { log },
    );
    expect(ended).toMatchObject({ id: 'brief', runtime: 'runc', cgroupPath: `${containers.cgroup}/brief` });
    const program = await until(
      'its program',
      () =>
        controller.events('process').find((one) => one.chain.process.arguments.join(' ') === 'sleep 0.05'),
      { log },
    );
    expect(program.workload).toMatchObject({ kind: 'Container', name: 'brief', container: 'brief' });
  });

  it('sees every one of twenty brief containers', async () => {
    for (let index = 0; index < 20; index += 1) {
      await containers.runToEnd({ id: `many-${index}`, arguments: ['sleep', '0.05'] });
      await containers.remove(`many-${index}`);
    }
    const lasting = () =>
      Array.from({ length: 20 }, (_, index) => `many-${index}`).filter(
        (name) => byName(name).at(-1)?.state !== 'exited',
      );
    await until('all twenty ended', () => lasting().length === 0, {
      log: () =>
        `${lasting()
          .map((name) => `${name}: ${JSON.stringify(byName(name))}`)
          .join('\n')}\n${log().slice(-500)}`,
    });
    const owners = () =>
      new Set(
        controller
          .events('process')
          .filter((one) => one.chain.process.arguments.join(' ') === 'sleep 0.05')
          .map((one) => one.workload.name)
          .filter((name) => name.startsWith('many-')),
      );
    await until('the program of each of the twenty', () => owners().size === 20, {
      log: () => `only of ${[...owners()].join(' ')}`,
    });
  });

  it('tells the flow between two containers that got their network after their start, each end as a workload', async () => {
    await containers.start({
      id: 'server',
      arguments: ['sh', '-c', 'echo fine > /tmp/index.html; exec httpd -f -p 8080 -h /tmp'],
    });
    await containers.start({ id: 'client', arguments: ['sleep', '600'] });
    const net = `10.${100 + (process.pid % 100)}.7`;
    await containers.join('server', `${net}.1`, 'client', `${net}.2`);
    await until(
      'both addresses',
      () =>
        byName('server').at(-1)?.addresses.includes(`${net}.1`) &&
        byName('client').at(-1)?.addresses.includes(`${net}.2`),
      {
        log,
      },
    );
    expect(
      await containers.exec('client', ['wget', '-q', '-O', '-', `http://${net}.1:8080/index.html`]),
    ).toBe('fine\n');
    const outbound = await until(
      'the flow of the client',
      () =>
        controller
          .events('flow')
          .find(
            (one) =>
              one.workload.name === 'client' && one.serverPort === 8080 && one.application !== undefined,
          ),
      { log, timeoutMs: 60_000 },
    );
    expect(outbound).toMatchObject({
      direction: 'outbound',
      protocol: 'tcp',
      remoteAddress: `${net}.1`,
      remoteWorkload: { name: 'server', kind: 'Container' },
      application: 'http',
      applicationHost: `${net}.1`,
      connections: 1,
    });
    expect(outbound.process?.name).toBe('busybox');
    const inbound = await until(
      'the flow of the server',
      () =>
        controller
          .events('flow')
          .find(
            (one) =>
              one.workload.name === 'server' && one.direction === 'inbound' && one.application !== undefined,
          ),
      { log, timeoutMs: 60_000 },
    );
    expect(inbound).toMatchObject({
      serverPort: 8080,
      remoteWorkload: { name: 'client' },
      application: 'http',
      applicationHost: `${net}.1`,
    });
    await containers.remove('server');
    await containers.remove('client');
  });

  it('sees the end of the older container', async () => {
    await containers.remove('older');
    const ended = await until('its end', () => byName('older').find((one) => one.state === 'exited'), {
      log,
    });
    expect(ended.endedAtMs).toBeGreaterThan(0);
    expect(ended.pid).toBeUndefined();
  });

  it('sends nothing the contracts refuse, and every loss is counted', () => {
    expect(controller.invalid).toEqual([]);
    const node = controller.inventory('node').at(-1)?.node;
    expect(node?.sensor).toMatchObject({ state: 'running', lostInKernelTotal: 0, shedTotal: 0 });
  });
});
