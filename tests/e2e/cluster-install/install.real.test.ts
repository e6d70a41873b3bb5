// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node } from '@bartizan/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, eventually } from '../first-run/product.ts';
import { must, run } from '../first-run/run.ts';
import { Person } from './api.ts';
import { hasKubebox, Kubebox } from './kubebox.ts';

const cluster = new Kubebox('install', 13);
const folder = mkdtempSync(join(tmpdir(), 'bartizan-cluster-'));
const images = join(folder, 'images');
const passwordFile = join(folder, 'password');
let before: string[] = [];

beforeAll(async () => {
  if (!hasKubebox) return;
  await cluster.up();
  must('sh', ['tools/pinned.sh', 'node', 'tools/images.ts', '--out', images], { cwd: CHECKOUT });
  for (const part of ['controller', 'agent']) cluster.load(join(images, `bartizan-${part}.tar`));
  before = cluster.objects();
}, 1_800_000);
afterAll(() => {
  cluster.down();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const serviceAddress = (): string =>
  cluster.kubectl(
    '-n',
    'bartizan',
    'get',
    'service',
    'bartizan-controller',
    '-o',
    'jsonpath={.spec.clusterIP}',
  );

describe.skipIf(!hasKubebox)('an install into a Kubernetes cluster', () => {
  it('shows what it would do and does nothing when only asked', async () => {
    const end = await cluster.command('install', '--images', images, '--dry-run');
    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toContain('31 to create, 0 to change');
    expect(cluster.objects()).toEqual(before);
  }, 120_000);

  it('names the nodes that have no image, and what to do', async () => {
    const end = await cluster.command('install', '--registry', 'localhost/absent', '--yes', '--wait', '60');
    expect([end.code, end.stderr]).toEqual([1, expect.stringContaining('E_CLUSTER_IMAGES')]);
    expect(end.stderr).toMatch(/install-1: .*absent.*\n +Remedy: Load the archives/);
  }, 180_000);

  it('works by one command, and a node is seen with what it can do', async () => {
    const end = await cluster.command(
      'install',
      '--images',
      images,
      '--yes',
      '--password-file',
      passwordFile,
    );
    expect(end.code, end.stderr).toBe(0);
    console.log(/Bartizan runs, after .*/.exec(end.stderr)?.[0]);
    expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
    const password = readFileSync(passwordFile, 'utf8').trim();
    expect(end.stderr).not.toContain(password);
    const person = new Person(serviceAddress());
    expect(await person.signIn(password)).toBe(200);
    expect(person.authority).toBe(
      cluster.kubectl(
        '-n',
        'bartizan-agent',
        'get',
        'configmap',
        'bartizan-trust',
        '-o',
        'jsonpath={.data.caSha256}',
      ),
    );
    const node = await eventually('a connected node', async () => {
      const { items }: { items: Node[] } = JSON.parse((await person.ask('GET', '/nodes')).text);
      return items.find(
        (one) => one.uplink.state === 'connected' && one.levels.length > 1 && one.sensor.state !== 'starting',
      );
    });
    console.log(
      `node ${node.name}: ${node.state}, sensor ${node.sensor.state}, ` +
        node.levels.map(({ action, level }) => `${action}=${level}`).join(' '),
    );
    expect(node.name).toBe('install-1');
    expect(node.runtimes.map((runtime) => runtime.runtime)).toContain('containerd');
    const containers: { items: { name: string }[] } = JSON.parse(
      (await person.ask('GET', '/containers')).text,
    );
    expect(containers.items.map((one) => one.name).join(' ')).toContain('coredns');
  }, 300_000);

  it('is made of images whose packages our own scanner sees', async () => {
    for (const [part, packages] of [
      ['controller', ['fastify', 'libc6', 'libstdc++6', 'node']],
      ['agent', ['libelf1', 'node', 'typebox', 'util-linux']],
    ] as const) {
      const archive = join(images, `bartizan-${part}.tar`);
      const end = await run(join(CHECKOUT, 'bartizan'), ['scan', 'image', archive, '-o', 'cyclonedx'], {
        cwd: CHECKOUT,
        env: { LANG: 'C.UTF-8', BARTIZAN_DEPENDENCIES: 'as-is' },
      });
      expect(end.code, end.stderr).toBe(0);
      const bill: { components: { name: string }[] } = JSON.parse(end.stdout);
      const names = bill.components.map((one) => one.name);
      expect(names).toEqual(expect.arrayContaining([...packages]));
      // Nothing of the controller runs as root on a node.
      if (part === 'agent') expect(names).not.toContain('fastify');
    }
  }, 400_000);

  it('keeps no password in the cluster and shows none again', async () => {
    const keys = cluster.kubectl('-n', 'bartizan', 'get', 'secret', 'bartizan-keys', '-o', 'json');
    const { data }: { data: object } = JSON.parse(keys);
    expect(Object.keys(data).sort()).toEqual(['dataKey', 'localRootToken']);
  });

  it('runs with no more rights than it says', () => {
    const account = 'bartizan/bartizan-controller';
    expect(cluster.may(account, 'list', 'pods', '-A')).toBe(true);
    expect(cluster.may(account, 'get', 'secrets', '-A')).toBe(false);
    expect(cluster.may(account, 'create', 'pods', '-A')).toBe(false);
    expect(cluster.may(account, 'patch', 'configmaps', '-n', 'bartizan-agent')).toBe(false);
    expect(cluster.may('bartizan-agent/bartizan-agent', 'list', 'pods', '-A')).toBe(false);
    const webhook = (name: string): boolean =>
      cluster.may(account, 'patch', `validatingwebhookconfigurations/${name}`);
    expect([webhook('bartizan-main-validate'), webhook('of-somebody-else')]).toEqual([true, false]);
  });

  it('changes nothing when it is done again', async () => {
    const versions = () =>
      cluster.kubectl(
        'get',
        'deployment,daemonset,configmap,service,secret',
        '-A',
        '-l',
        'app.kubernetes.io/part-of=bartizan',
        '-o',
        'jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.generation}{.data}{"\\n"}{end}',
      );
    const earlier = versions();
    const end = await cluster.command('install', '--images', images, '--yes');
    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toContain('0 to create, 0 to change, 31 as they should be');
    expect(versions()).toBe(earlier);
    expect((await cluster.command('status')).code).toBe(0);
  }, 120_000);

  it('leaves nothing when it is removed', async () => {
    const end = await cluster.command('uninstall', '--purge', '--yes');
    expect(end.code, end.stderr).toBe(0);
    expect(cluster.objects()).toEqual(before);
  }, 200_000);
});
