// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStatus } from '@bartizan/cli';
import { afterAll, describe, expect, it } from 'vitest';
import { eventually, Product } from '../first-run/product.ts';
import { must, run } from '../first-run/run.ts';

/** Everything of ours that could stay behind on a machine, for names that contain `tag`. */
async function traces(tag: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (text.includes(tag) && Number(pid) !== process.pid) found.push(`process ${text.slice(0, 200)}`);
    } catch {
      // It ended in between.
    }
  }
  const files: readonly (readonly [string, string])[] = [
    ['mount', readFileSync('/proc/self/mounts', 'utf8')],
    ['user', readFileSync('/etc/passwd', 'utf8')],
    ['group', readFileSync('/etc/group', 'utf8')],
  ];
  for (const [kind, text] of files)
    found.push(
      ...text
        .split('\n')
        .filter((line) => line.includes(tag))
        .map((line) => `${kind} ${line}`),
    );
  const rules = await run('nft', ['list', 'ruleset']);
  if (rules.stdout.includes(tag)) found.push('nft rule');
  const paths = await run('find', [
    '/sys/fs/bpf',
    '/sys/fs/cgroup',
    '/run',
    '/var/lib',
    '/etc',
    '/var/cache',
    '/var/log',
    '-name',
    `*${tag}*`,
  ]);
  return [
    ...found,
    ...paths.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `file ${line}`),
  ];
}
const kernelObjects = (): string => {
  const pins = existsSync('/sys/fs/bpf') ? must('find', ['/sys/fs/bpf']) : '';
  return pins;
};

const TAG = `bzu${process.pid % 10_000}`;
/** Nothing but what Debian itself put there: its own nodejs and npm start everything. */
const DEBIAN = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const one = new Product(`${TAG}a`, DEBIAN);
const two = new Product(`${TAG}b`, {
  ...DEBIAN,
  BARTIZAN_STATE_DIR: one.paths.stateRoot,
  BARTIZAN_ETC_DIR: one.paths.etcRoot,
  BARTIZAN_RUN_DIR: one.paths.runRoot,
  BARTIZAN_CACHE_DIR: one.paths.cache,
  BARTIZAN_USER: one.paths.user,
});

describe.runIf(process.getuid?.() === 0)('down and uninstall', () => {
  afterAll(async () => {
    await two.close();
    await one.close();
  }, 120_000);

  it('run two instances side by side with only Debian\u2019s nodejs and npm on PATH, and leave no process or file of one behind while the other is whole', {
    timeout: 900_000,
  }, async () => {
    expect(await traces(TAG)).toEqual([]);
    const before = kernelObjects();
    for (const product of [one, two]) {
      const up = await product.command('up', '--yes', '--port', '0', '--wait', '60');
      expect([up.code, up.stderr]).toEqual([0, up.stderr]);
    }
    expect(one.url).not.toBe(two.url);
    const pid = readStatus(two.paths)?.controller.pid;

    expect((await one.command('down')).code).toBe(0);
    expect((await one.command('status')).code).toBe(1);
    expect((await traces(`/${TAG}a/`)).filter((trace) => trace.startsWith('process'))).toEqual([]);
    expect(existsSync(join(one.paths.controller, 'core.db'))).toBe(true);
    expect((await one.command('up', '--yes', '--wait', '30')).code).toBe(0);

    expect((await one.command('uninstall', '--purge', '--yes')).code).toBe(0);
    expect(await traces(`${TAG}a/`)).toEqual([]);
    expect([one.paths.state, one.paths.etc, one.paths.run].filter((path) => existsSync(path))).toEqual([]);
    expect(readStatus(two.paths)?.controller.pid).toBe(pid);
    await eventually('the other instance answers', async () => {
      const nodes = await (await two.client()).call('node.list');
      return nodes.ok && nodes.value.items.length > 0 ? nodes : undefined;
    });

    expect((await two.command('uninstall', '--purge', '--yes')).code).toBe(0);
    expect(await traces(TAG)).toEqual([]);
    expect(readdirSync(one.folder)).toEqual([]);
    expect(kernelObjects()).toBe(before);
  });
});
