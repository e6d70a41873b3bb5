// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRootfs } from './rootfs.ts';
import { attempt, type Ended, must, run } from './run.ts';

/** One container of the stage. */
export interface StageContainer {
  readonly name: string;
  readonly address: string;
}

/**
 * Real containers of runc in network namespaces of their own, on one bridge. Everything has the stage's name in it and
 * goes with `close`.
 */
export class Stage {
  readonly name: string;
  readonly folder: string;
  readonly runcRoot: string;
  readonly subnet: string;
  readonly containers: StageContainer[] = [];

  constructor(name: string, folder: string, octet: number) {
    this.name = name;
    this.folder = folder;
    this.runcRoot = join(folder, 'runc');
    this.subnet = `10.213.${octet}`;
    mkdirSync(this.runcRoot, { recursive: true });
    must('ip', ['link', 'add', this.#bridge, 'type', 'bridge']);
    must('ip', ['addr', 'add', `${this.subnet}.1/24`, 'dev', this.#bridge]);
    must('ip', ['link', 'set', this.#bridge, 'up']);
  }

  get #bridge(): string {
    return `${this.name}br`.slice(0, 15);
  }

  /** Address of the host on the bridge. */
  get hostAddress(): string {
    return `${this.subnet}.1`;
  }

  #netns(name: string): string {
    return `${this.name}-${name}`;
  }

  #connect(name: string, number: number): string {
    const netns = this.#netns(name);
    const address = `${this.subnet}.${10 + number}`;
    const outer = `${this.name}v${number}`.slice(0, 15);
    must('ip', ['netns', 'add', netns]);
    must('ip', ['link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns]);
    must('ip', ['link', 'set', outer, 'master', this.#bridge, 'up']);
    must('ip', ['-n', netns, 'addr', 'add', `${address}/24`, 'dev', 'eth0']);
    must('ip', ['-n', netns, 'link', 'set', 'eth0', 'up']);
    must('ip', ['-n', netns, 'link', 'set', 'lo', 'up']);
    must('ip', ['-n', netns, 'route', 'add', 'default', 'via', this.hostAddress]);
    return address;
  }

  /** Starts a container that runs `args` until it is killed. */
  start(name: string, args: readonly string[]): StageContainer {
    const number = this.containers.length;
    const bundle = join(this.folder, name);
    mkdirSync(bundle, { recursive: true });
    makeRootfs(join(bundle, 'rootfs'));
    const address = this.#connect(name, number);
    must('runc', ['spec', '--bundle', bundle]);
    const path = join(bundle, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8'));
    config.process.terminal = false;
    config.process.args = args;
    config.process.env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'];
    delete config.process.rlimits;
    config.hostname = name;
    config.root.readonly = false;
    config.linux.cgroupsPath = `/${this.name}/${name}`;
    for (const namespace of config.linux.namespaces)
      if (namespace.type === 'network') namespace.path = `/run/netns/${this.#netns(name)}`;
    writeFileSync(path, JSON.stringify(config));
    must('sh', [
      '-c',
      'exec runc --root "$1" run -d --bundle "$2" "$3" </dev/null >"$2/log" 2>&1',
      'sh',
      this.runcRoot,
      bundle,
      this.#id(name),
    ]);
    const container = { name, address };
    this.containers.push(container);
    return container;
  }

  #id(name: string): string {
    return `${this.name}-${name}`;
  }

  /** Id of a container as runc knows it. */
  idOf(name: string): string {
    return this.#id(name);
  }

  /** Runs a program in a container and waits for its end. */
  exec(name: string, args: readonly string[], timeoutMs = 30_000): Promise<Ended> {
    return run('runc', ['--root', this.runcRoot, 'exec', this.#id(name), ...args], { timeoutMs });
  }

  /** Ends a container. */
  remove(name: string): void {
    attempt('runc', ['--root', this.runcRoot, 'delete', '--force', this.#id(name)]);
  }

  /** Removes everything this stage made; safe after a failure halfway. */
  close(): void {
    for (const { name } of this.containers) this.remove(name);
    for (const { name } of this.containers) attempt('ip', ['netns', 'del', this.#netns(name)]);
    attempt('ip', ['link', 'del', this.#bridge]);
    attempt('sh', [
      '-c',
      `find /sys/fs/cgroup -depth -type d -path '*/${this.name}*' -exec rmdir {} + 2>/dev/null`,
    ]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
