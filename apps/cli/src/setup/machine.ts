// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { arch, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

/** What the first look at a machine found. Unknown is undefined, never zero. */
export interface MachineFacts {
  readonly isRoot: boolean;
  readonly architecture: string;
  readonly kernel: string;
  readonly hasBtf: boolean;
  readonly cgroup: 'v1' | 'v2' | 'hybrid' | 'none';
  /** Effective capabilities as a bit set. */
  readonly capabilities: bigint | undefined;
  readonly isSysWritable: boolean;
  readonly freeDiskBytes: number | undefined;
  readonly memoryBytes: number;
  readonly availableMemoryBytes: number | undefined;
  readonly runtimes: readonly string[];
  readonly missingSensorPackages: readonly string[] | undefined;
  readonly hasSystemd: boolean;
  /** Proxy of the environment as `host:port`; null where what is set is no address of a proxy. */
  readonly proxy: string | null | undefined;
  /** Whether a route leads out of this machine. */
  readonly hasRoute: boolean | undefined;
}

/** Well-known runtime sockets and state folders. */
const RUNTIME_PATHS: readonly (readonly [string, string])[] = [
  ['containerd', 'run/containerd/containerd.sock'],
  ['docker', 'run/docker.sock'],
  ['podman', 'run/podman/podman.sock'],
  ['cri-o', 'run/crio/crio.sock'],
  ['runc', 'run/runc'],
];

/** What to look at; `root` lets tests look at a made-up machine. */
export interface ProbeOptions {
  readonly root?: string;
  readonly stateRoot: string;
  readonly missingSensorPackages?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

function cgroupMode(mounts: string): MachineFacts['cgroup'] {
  const hasV1 = /^\S+ \S+ cgroup /m.test(mounts);
  const hasV2 = /^\S+ \S+ cgroup2 /m.test(mounts);
  if (hasV1 && hasV2) return 'hybrid';
  if (hasV2) return 'v2';
  return hasV1 ? 'v1' : 'none';
}

function runtimesOf(root: string): string[] {
  const found = RUNTIME_PATHS.filter(([, path]) => existsSync(join(root, path))).map(([name]) => name);
  const hasRunc = ['usr/sbin/runc', 'usr/bin/runc', 'usr/local/sbin/runc'].some((path) =>
    existsSync(join(root, path)),
  );
  return hasRunc && !found.includes('runc') ? [...found, 'runc'] : found;
}

function freeDisk(path: string): number | undefined {
  for (let at = path; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at);
      return bavail * bsize;
    } catch {
      if (at === dirname(at)) return undefined;
    }
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return readdirSync(path).length >= 0;
  } catch {
    return false;
  }
}

/** Address of a proxy without who logs in to it; null where the text is none. */
function proxyOf(env: ProbeOptions['env']): MachineFacts['proxy'] {
  const text = env['HTTPS_PROXY'] ?? env['https_proxy'] ?? '';
  if (text === '') return undefined;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url.host : null;
}

/** Looks for a default route of IPv4 or IPv6. The kernel's own entries, which refuse, are those of `lo`. */
function defaultRoute(root: string): boolean | undefined {
  const four = read(join(root, 'proc/net/route'));
  const six = read(join(root, 'proc/net/ipv6_route'));
  if (four === undefined && six === undefined) return undefined;
  const hasFour = /^(?!lo\b)\S+\s+00000000\s+\S+(\s+\S+){4}\s+00000000\s/m.test(four ?? '');
  return hasFour || /^0{32} 00 .*\s(?!lo$)\S+$/m.test((six ?? '').replaceAll(/[ \t]+$/gm, ''));
}

/** Looks at the machine. Reads only; nothing is started or changed. */
export function probeMachine(options: ProbeOptions): MachineFacts {
  const root = options.root ?? '/';
  const capabilities = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(read(join(root, 'proc/self/status')) ?? '')?.[1];
  const available = /^MemAvailable:\s*(\d+) kB$/m.exec(read(join(root, 'proc/meminfo')) ?? '')?.[1];
  return {
    isRoot: process.getuid?.() === 0,
    architecture: arch(),
    kernel: read(join(root, 'proc/sys/kernel/osrelease'))?.trim() ?? release(),
    hasBtf: existsSync(join(root, 'sys/kernel/btf/vmlinux')),
    cgroup: cgroupMode(read(join(root, 'proc/self/mounts')) ?? ''),
    capabilities: capabilities === undefined ? undefined : BigInt(`0x${capabilities}`),
    isSysWritable: isWritable(join(root, 'sys/fs')),
    freeDiskBytes: freeDisk(options.stateRoot),
    memoryBytes: totalmem(),
    availableMemoryBytes: available === undefined ? undefined : Number(available) * 1024,
    runtimes: runtimesOf(root),
    missingSensorPackages: options.missingSensorPackages,
    hasSystemd: existsSync(join(root, 'run/systemd/system')),
    proxy: proxyOf(options.env),
    hasRoute: defaultRoute(root),
  };
}
