// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Finding, parser, Finding as Schema } from '@bartizan/contracts';
import { ControllerProcess } from '@bartizan/testkit/attack';
import { AgentProcess, RuncContainers, until } from '@bartizan/testkit/host';
import { fillTemplate } from '@bartizan/testkit/secrets';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

// Real parts on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const MAIN = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));
/** Planted values: made here, so that no text of the repository looks like a secret. */
const CANARIES = {
  first: fillTemplate('glpat-{alnum:20}', 'environment of a container'),
  buffered: fillTemplate('glpat-{alnum:20}', 'environment while nobody takes records'),
};
/** A value, and what could be made of it on the way. */
const formsOf = (canary: string): readonly string[] => [
  canary,
  canary.slice(6),
  ...(['base64', 'hex'] as const).map((form) => Buffer.from(canary).toString(form)),
];
/** Every file below a folder, whole. */
const filesOf = (folder: string): readonly Buffer[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));

describe('the environment of a container of runc, from the agent to the command line', () => {
  const containers = new RuncContainers();
  const agent = new AgentProcess();
  const controller = new ControllerProcess();
  const told: string[] = [];
  const log = () => `${agent.log}\n${controller.log.slice(-2000)}`;
  let token = '';

  /** Runs the real program against the real controller. */
  const cli = async (...words: string[]): Promise<string> => {
    const child = spawn(process.execPath, [MAIN, ...words], {
      env: {
        PATH: process.env['PATH'],
        BARTIZAN_SERVER: `127.0.0.1:${controller.port}`,
        BARTIZAN_TOKEN: token,
        BARTIZAN_CA_SHA256: controller.caSha256,
        BARTIZAN_LANG: 'en',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => {
        out += part;
      });
    const code = await new Promise((resolve) => child.on('close', resolve));
    told.push(out);
    expect([words, code, code === 0 ? '' : out]).toEqual([words, 0, '']);
    return out;
  };
  const inEnvironment = async (): Promise<readonly Finding[]> => {
    const filter = encodeURIComponent('kind:secret state:open');
    const answer = await controller.call('GET', `/findings?limit=500&filter=${filter}`);
    told.push(JSON.stringify(answer));
    return (answer as { items: Finding[] }).items.filter(
      ({ location, subject }) => location?.kind === 'environment' && subject.container !== undefined,
    );
  };
  const findingOf = async (name: string): Promise<Finding> => {
    const endsAtMs = Date.now() + 150_000;
    while (Date.now() < endsAtMs) {
      const found = (await inEnvironment()).find(({ subject }) => subject.containerName === name);
      if (found !== undefined) return found;
      await sleep(100);
    }
    throw new Error(`nothing is told of ${name}\n${log()}`);
  };
  const start = (id: string, variable: string, value: string): Promise<void> =>
    containers.start({
      id,
      arguments: ['sleep', '600'],
      environment: [`${variable}=${value}`, 'LEVEL=debug'],
    });

  beforeAll(async () => {
    await controller.start();
    const key = await controller.call('POST', '/api-keys', { name: 'cli', role: 'admin', expiresInDays: 1 });
    token = (key as { secret: string }).secret;
    const joining = await controller.call('POST', '/join-tokens', { lifetimeMinutes: 10 });
    await start('shop', 'DEPLOY_TOKEN', CANARIES.first);
    await agent.start({
      controllerHost: '127.0.0.1',
      controllerPort: controller.agentPort,
      caSha256: controller.caSha256,
      joinToken: (joining as { token: string }).token,
      runcRoots: [containers.root],
      runtimes: [],
      searchRules: controller.contentDir,
    });
  });
  afterAll(async () => {
    await agent.close();
    await containers.close();
    await controller.close();
  });

  it('is a finding of the container, with the variable, a masked preview, a keyed hash and the fix', async () => {
    const startedMs = performance.now();
    const finding = await findingOf('shop');
    process.stdout.write(
      `environment of a container told ${Math.round(performance.now() - startedMs)} ms after the agent was ready\n`,
    );
    expect(parser(Schema)(finding)).toMatchObject({ ok: true });
    expect(finding).toMatchObject({
      ...{ check: 'secret.gitlab-personal-token', severity: 'critical', state: 'open' },
      title: { en: expect.stringContaining('in env[DEPLOY_TOKEN]') },
      location: { kind: 'environment', path: 'env[DEPLOY_TOKEN]' },
      secret: { preview: 'glpa…(26)', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
      fix: { action: { en: expect.stringContaining('as a file') } },
    });
    expect(finding.groupKey).toBe(`secret:${finding.secret?.fingerprint}`);
    expect(await inEnvironment()).toHaveLength(1);
  });

  it('is listed by the command line, in each of its forms', async () => {
    const filter = 'kind:secret state:open';
    expect(await cli('finding', 'list', '--filter', filter)).toContain('env[DEPLOY_TOKEN]');
    for (const form of ['json', 'yaml', 'csv'])
      expect(await cli('finding', 'list', '--filter', filter, '-o', form)).toContain('env[DEPLOY_TOKEN]');
  });

  it('waits on the disk of the node without its value while the controller is away, and comes then', async () => {
    await controller.stop();
    await start('later', 'BUFFERED_TOKEN', CANARIES.buffered);
    const held = (): readonly Buffer[] => filesOf(agent.stateDir);
    await until('the report is in the buffer', () => held().some((file) => file.includes('BUFFERED_TOKEN')), {
      ...{ log, timeoutMs: 150_000 },
    });
    const files = held();
    for (const [name, canary] of Object.entries(CANARIES))
      for (const form of formsOf(canary))
        expect([name, files.some((file) => file.includes(form))]).toEqual([name, false]);
    await controller.start();
    expect((await findingOf('later')).location?.path).toBe('env[BUFFERED_TOKEN]');
  });

  it('stands nowhere with its value: in no store, log, answer or export', async () => {
    const kept = [...filesOf(controller.folder), ...filesOf(agent.stateDir)];
    // What is looked for would be seen: the names of the variables lie in the store.
    expect(kept.some((file) => file.includes('env[BUFFERED_TOKEN]'))).toBe(true);
    const said = [...told, agent.log, controller.log];
    for (const [name, canary] of Object.entries(CANARIES))
      for (const form of formsOf(canary)) {
        expect([name, kept.some((file) => file.includes(form))]).toEqual([name, false]);
        expect([name, said.some((text) => text.includes(form))]).toEqual([name, false]);
      }
  });
});
