// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const APPLETS = ['sh', 'sleep', 'cat', 'ls', 'true', 'echo', 'id', 'nc', 'wget', 'httpd', 'ip', 'mkdir'];
const LIMIT = { timeout: 30_000, maxBuffer: 4 * 1024 * 1024 };

/** How a container is made. */
export interface RuncWish {
  readonly id: string;
  readonly arguments: readonly string[];
  readonly environment?: readonly string[];
  /** A file system of the caller's; otherwise one with busybox alone. */
  readonly rootPath?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Setuid programs work inside; otherwise no_new_privs is set. */
  readonly mayGainPrivileges?: boolean;
  /** Capabilities programs inside can gain, beyond the usual ones that all have. */
  readonly boundingCapabilities?: readonly string[];
}

const CAPABILITIES = [
  'CAP_AUDIT_WRITE',
  'CAP_KILL',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_CHOWN',
  'CAP_SETUID',
  'CAP_SETGID',
];
const SAFE = ['nosuid', 'noexec', 'nodev'];

/** A runtime specification (OCI runtime-spec 1.0.2). No rlimits: machines without the right to raise them refuse the usual ones. */
const ociConfig = (
  wish: RuncWish,
  place: { readonly rootPath: string; readonly cgroupsPath: string },
): object => ({
  ociVersion: '1.0.2',
  process: {
    terminal: false,
    user: { uid: 0, gid: 0 },
    args: wish.arguments,
    env: ['PATH=/bin:/usr/bin:/sbin:/usr/sbin', ...(wish.environment ?? [])],
    cwd: '/',
    capabilities: {
      bounding: [...CAPABILITIES, ...(wish.boundingCapabilities ?? [])],
      effective: CAPABILITIES,
      permitted: CAPABILITIES,
    },
    noNewPrivileges: wish.mayGainPrivileges !== true,
  },
  root: { path: place.rootPath, readonly: false },
  hostname: wish.id,
  annotations: wish.annotations ?? {},
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...SAFE, 'ro'] },
  ],
  linux: {
    cgroupsPath: place.cgroupsPath,
    resources: { devices: [{ allow: false, access: 'rwm' }] },
    namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
    maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'],
    readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
  },
});

/** Containers of runc for one test: in folders and cgroups of their own, all gone after `close`. */
export class RuncContainers {
  /** State folder: what an agent gets as `runcRoots`. */
  readonly root: string;
  readonly cgroup: string;
  readonly #folder: string;
  readonly #ids = new Set<string>();

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'bartizan-runc-'));
    this.root = join(this.#folder, 'state');
    this.cgroup = `/bartizan-test-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    mkdirSync(this.root, { recursive: true });
  }

  /** Makes a root file system with busybox. */
  busyboxRoot(name: string): string {
    const root = join(this.#folder, `root-${name}`);
    for (const folder of ['bin', 'proc', 'sys', 'dev', 'tmp', 'etc', 'run', 'var'])
      mkdirSync(join(root, folder), { recursive: true });
    copyFileSync('/usr/bin/busybox', join(root, 'bin/busybox'));
    chmodSync(join(root, 'bin/busybox'), 0o755);
    for (const applet of APPLETS) symlinkSync('busybox', join(root, 'bin', applet));
    writeFileSync(
      join(root, 'etc/os-release'),
      'ID=busybox-test\nVERSION_ID=1\nPRETTY_NAME="Busybox test"\n',
    );
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
    return root;
  }

  /** Starts a container in the background. */
  async start(wish: RuncWish): Promise<void> {
    const bundle = this.#bundle(wish);
    this.#ids.add(wish.id);
    await new Promise<void>((resolve, reject) => {
      // The container keeps the descriptors it is given: none of ours.
      const child = spawn('runc', ['--root', this.root, 'run', '-d', '--bundle', bundle, wish.id], {
        stdio: 'ignore',
      });
      child.on('error', reject);
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`runc run ended with ${code}`))));
    });
  }

  /** Runs a container to its end and removes it. */
  async runToEnd(wish: RuncWish): Promise<void> {
    const bundle = this.#bundle(wish);
    await run('runc', ['--root', this.root, 'run', '--bundle', bundle, wish.id], LIMIT);
  }

  /** Runs a program in a running container; gives what it printed. */
  async exec(id: string, words: readonly string[]): Promise<string> {
    const { stdout } = await run('runc', ['--root', this.root, 'exec', id, ...words], LIMIT);
    return stdout;
  }

  async pid(id: string): Promise<number> {
    const { stdout } = await run('runc', ['--root', this.root, 'state', id], LIMIT);
    return Number(/"pid": (\d+)/.exec(stdout)?.[1]);
  }

  /** Joins two containers by a pair of virtual interfaces, each with an address of a /24; both end with the containers. */
  async join(one: string, oneAddress: string, other: string, otherAddress: string): Promise<void> {
    const suffix = Math.random().toString(36).slice(2, 8);
    const ends = [
      { id: one, address: oneAddress, device: `bza${suffix}` },
      { id: other, address: otherAddress, device: `bzb${suffix}` },
    ];
    const pids = await Promise.all(ends.map(({ id }) => this.pid(id)));
    await run(
      'ip',
      [
        'link',
        'add',
        `bza${suffix}`,
        'netns',
        String(pids[0]),
        'type',
        'veth',
        'peer',
        'name',
        `bzb${suffix}`,
        'netns',
        String(pids[1]),
      ],
      LIMIT,
    );
    for (const [index, { address, device }] of ends.entries()) {
      const inside = ['--target', String(pids[index]), '--net', 'ip'];
      await run('nsenter', [...inside, 'address', 'add', `${address}/24`, 'dev', device], LIMIT);
      await run('nsenter', [...inside, 'link', 'set', device, 'up'], LIMIT);
      await run('nsenter', [...inside, 'link', 'set', 'lo', 'up'], LIMIT);
    }
  }

  /** Ends a container and removes it. */
  async remove(id: string): Promise<void> {
    this.#ids.delete(id);
    await run('runc', ['--root', this.root, 'delete', '--force', id], LIMIT).catch(() => undefined);
  }

  /** Removes everything this made, also after a failure. */
  async close(): Promise<void> {
    for (const id of [...this.#ids]) await this.remove(id);
    for (const controller of [
      'memory',
      'cpu',
      'cpuacct',
      'cpuset',
      'devices',
      'freezer',
      'blkio',
      'pids',
      'systemd',
      'unified',
      '',
    ]) {
      try {
        rmdirSync(join('/sys/fs/cgroup', controller, this.cgroup));
      } catch {
        // Not every layout has every hierarchy.
      }
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #bundle(wish: RuncWish): string {
    const bundle = join(this.#folder, `bundle-${wish.id}`);
    mkdirSync(bundle, { recursive: true });
    const rootPath = wish.rootPath ?? this.busyboxRoot(wish.id);
    const config = ociConfig(wish, { rootPath, cgroupsPath: `${this.cgroup}/${wish.id}` });
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
    return bundle;
  }
}
