// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AgentProcess, FakeController, RuncContainers, until } from '@bartizan/testkit/host';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { builtSensor } from '../engines/built-sensor.ts';
import { MARKED_CONFIGURE, markers, missingIn, storm } from './marked.ts';

// Real parts on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const run = promisify(execFile);
const TOKEN = 'bzj_degraded_0123456789';
const folder = mkdtempSync(join(tmpdir(), 'bartizan-degraded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened: { close: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
}, 60_000);

/** A program that stands in for the sensor. */
const fakeSensor = (name: string, script: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n[ "$1" = run ] || exit 2\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
};

const open = async (config: Readonly<Record<string, unknown>>, prepare = '') => {
  const controller = new FakeController({ token: TOKEN, configure: MARKED_CONFIGURE });
  await controller.start();
  const agent = new AgentProcess(prepare);
  opened.push({ close: () => agent.close() }, { close: () => controller.stop() });
  const first = await agent.start({
    controllerHost: '127.0.0.1',
    controllerPort: controller.port,
    caSha256: controller.authority.sha256,
    joinToken: TOKEN,
    ...config,
  });
  const log = () => agent.log;
  const node = () => controller.inventory('node').at(-1)?.node;
  const condition = (code: string) =>
    until(code, () => node()?.conditions.find((one) => one.code === code), { log, timeoutMs: 60_000 });
  return { controller, agent, first, log, node, condition };
};

describe('a node that lacks something', () => {
  it('without a sensor is limited, polls, and says of each event that it came from polling', async () => {
    const { controller, condition, node, log } = await open({});
    const found = await condition('E_SENSOR_MISSING');
    expect(found.remedy.en).toContain('doctor');
    expect(node()).toMatchObject({ state: 'limited', sensor: { state: 'off', eventsTotal: 0 } });
    const process = run('sleep', ['20', 'marked-poll-1']).catch(() => undefined);
    const event = await until(
      'the event from polling',
      () => controller.events('security').find((one) => one.rule === 'test.marked'),
      {
        log,
        timeoutMs: 30_000,
      },
    ).catch(() => undefined);
    void process;
    // `sleep` refuses its second argument at once: what is that short is missed, and nothing is made up.
    expect(event).toBeUndefined();
    const lasting = run('sh', ['-c', 'sleep 15; : marked-poll-2', 'marked-poll-2'], { timeout: 30_000 });
    const seen = await until(
      'the lasting one',
      () => controller.events('security').find((one) => one.rule === 'test.marked'),
      {
        log,
        timeoutMs: 30_000,
      },
    );
    expect(seen.source).toBe('fallback');
    await lasting;
  }, 120_000);

  it('whose sensor is being built says so', async () => {
    const statusPath = join(folder, 'build.json');
    writeFileSync(statusPath, JSON.stringify({ state: 'building', reason: 'crate 5 of 40' }));
    const { node, log } = await open({ sensorStatusPath: statusPath });
    const sensor = await until(
      'the state of the build',
      () => node()?.sensor.state === 'building' && node()?.sensor,
      { log },
    );
    expect(sensor.reason).toBe('crate 5 of 40');
  }, 60_000);

  it('whose sensor ends at once starts it again and says why it ended', async () => {
    const { condition, node } = await open({
      sensorPath: fakeSensor('ends', 'echo "no permission for bpf" >&2; exit 1'),
    });
    const found = await condition('E_SENSOR_EXIT');
    expect(found.message.en).toContain('no permission for bpf');
    expect(found.message.ja).toContain('終了コード 1 で終了しました：no permission for bpf');
    expect(node()?.sensor.state).toBe('failed');
  }, 60_000);

  it.each([
    [
      'malformed',
      'printf "this is no frame, and it goes on and on and on and on and on" >&3; sleep 5',
      'does not start as a frame does',
    ],
    [
      'oversized',
      'printf "\\377\\377\\377\\177\\102\\132\\002\\020................................................" >&3; sleep 5',
      'a frame claims 2147483647 bytes',
    ],
    [
      'truncated',
      'printf "\\310\\000\\000\\000\\102\\132\\002\\020................................................" >&3; exit 3',
      'ended with status 3',
    ],
  ])(
    'survives %s frames of its sensor, counts them, and says why and what follows',
    async (name, script, reason) => {
      const { agent, condition, node, log } = await open({ sensorPath: fakeSensor(name, script) });
      const found = await condition('E_SENSOR_FRAME');
      expect(found.remedy.en).toContain('restarted by itself');
      expect(found.remedy.ja).toMatch(/[\u3040-\u30ff]/u);
      const counted = node()?.sensor.malformedTotal ?? 0;
      expect(counted).toBeGreaterThan(0);
      const ended = await condition('E_SENSOR_EXIT');
      expect(ended.message.en).toContain(reason);
      // It lives on, starts the program again and hears it again.
      await until('the next life of the program', () => (node()?.sensor.malformedTotal ?? 0) > counted, {
        log,
        timeoutMs: 60_000,
      });
      expect(agent.pid).toBeDefined();
    },
    150_000,
  );

  it('without type information in its kernel says so, and goes on by polling', async () => {
    const { condition, node } = await open(
      { sensorPath: builtSensor() },
      'mount -t tmpfs none /sys/kernel/btf',
    );
    const found = await condition('E_NO_BTF');
    expect(found.remedy.ja).toContain('CONFIG_DEBUG_INFO_BTF');
    expect(node()?.sensor.state).not.toBe('running');
  }, 60_000);

  it('without control groups says so', async () => {
    const { condition, node } = await open({}, 'umount -R -l /sys/fs/cgroup');
    await condition('E_CGROUP');
    expect(node()?.cgroupMode).toBe('unknown');
  }, 60_000);

  it('with a read-only /sys works as ever', async () => {
    const { node, log } = await open({ sensorPath: builtSensor() }, 'mount -o remount,ro,bind /sys');
    await until('the sensor runs', () => node()?.sensor.state === 'running', { log, timeoutMs: 60_000 });
  }, 90_000);

  it('with a full disk keeps every verdict, says so, and recovers', async () => {
    const agentFolder = 'size=1500k';
    const { controller, agent, log, node } = await open(
      { sensorPath: builtSensor(), segmentBytes: 128 * 1024 },
      `mount -t tmpfs -o ${agentFolder} none "$STATE_DIR"`,
    );
    await until(
      'the sensor runs',
      () => node()?.sensor.state === 'running' && node()?.rulesRevision === 'marked',
      {
        log,
        timeoutMs: 60_000,
      },
    );
    await controller.stop();
    await storm('full', 1200);
    await controller.start();
    await until('all verdicts', () => markers(controller, 'full').size === 1200, { log, timeoutMs: 90_000 });
    expect(missingIn(controller, 'security')).toBe(0);
    // What was shed is told with the inventory, a moment after the verdicts.
    const losses = () => controller.inventory('loss').filter((one) => one.reason === 'disk-full');
    const shed = await until('what was shed', () => losses().length > 0 && losses(), { log });
    expect(shed.every((one) => one.stream !== 'security' && one.stream !== 'inventory')).toBe(true);
    const said = controller
      .inventory('node')
      .some((one) => one.node.conditions.some((each) => each.code === 'E_BUFFER_FULL'));
    expect(said).toBe(true);
    expect(agent.pid).toBeDefined();
  }, 240_000);
});

describe('an agent that is killed in the middle of a survey', () => {
  it('leaves no process behind', async () => {
    const { agent, log } = await open({});
    const pid = agent.pid ?? 0;
    const children = () =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
        .split(' ')
        .map(Number)
        .filter((one) => one > 0);
    const [surveyor = 0] = await until('the survey', () => children().length > 0 && children(), { log });
    await agent.stop('SIGKILL');
    await until('the survey has ended too', () => !existsSync(`/proc/${surveyor}`), { timeoutMs: 10_000 });
  });
});

describe('a container that ends while it is read', () => {
  const containers = new RuncContainers();
  afterAll(() => containers.close());

  it('leaves the agent alive, and its scan is never a clean one', async () => {
    const { controller, log } = await open({ runcRoots: [containers.root] });
    for (let index = 0; index < 5; index += 1) {
      const id = `gone-${index}`;
      await containers.start({ id, arguments: ['sleep', '60'] });
      await until(
        `${id} is found`,
        () => controller.inventory('container').some((one) => one.container.id === id),
        { log },
      );
      // Between 1.5 s (the scan begins) and its end.
      await new Promise((resolve) => setTimeout(resolve, 1400 + index * 150));
      await containers.remove(id);
    }
    await until(
      'all ended',
      () => controller.inventory('container').filter((one) => one.container.state === 'exited').length >= 5,
      { log },
    );
    const reports = controller
      .inventory('packages')
      .filter((one) => one.subject.container?.startsWith('gone-'));
    for (const report of reports) {
      const isWhole = report.distribution === 'busybox-test 1' && report.incomplete.length === 0;
      expect(isWhole || report.incomplete.length > 0).toBe(true);
    }
    expect(controller.invalid).toEqual([]);
  }, 120_000);
});
