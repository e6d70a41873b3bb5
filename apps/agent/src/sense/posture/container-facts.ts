// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type KnownContainer, type Procfs, readCgroupLayout, SOCKET_LISTEN } from '@bartizan/host';
import { DirectoryTree } from '@bartizan/scan/tree';
import { type HostMounts, hostMountsOf, sensitiveMounts } from './container-mounts.ts';
import { socketsIn } from './container-sockets.ts';
import { type FactSheet, fileText } from './fact-sheet.ts';
import { RUNTIME_SOCKETS } from './runtime-sockets.ts';

const DAY_MS = 86_400_000;

type Kernel = NonNullable<KnownContainer['kernel']>;

const mappedUid = (euid: number, map: string | undefined): number | undefined => {
  for (const line of (map ?? '').split('\n', 64)) {
    const [inside = Number.NaN, outside = Number.NaN, count = 0] = line.trim().split(/\s+/).map(Number);
    if (euid >= outside && euid < outside + count) return inside + euid - outside;
  }
  return map === undefined ? undefined : euid;
};

const collectRights = (sheet: FactSheet, container: KnownContainer, kernel: Kernel, procfs: Procfs): void => {
  const { pid } = kernel;
  const status = procfs.status(pid);
  const gone = 'the first process of the container is gone';
  const known = BigInt(
    `0x${status.ok && status.value.capsEffective !== '' ? status.value.capsEffective : '0'}`,
  );
  const last = Number(fileText('/', '/proc/sys/kernel/cap_last_cap')?.trim() ?? '40');
  const all = (1n << BigInt(last + 1)) - 1n;
  const hasAll = status.ok ? (known & all) === all && status.value.seccomp === 0 : undefined;
  sheet.setOr('container.privileged', container.description.privileged ?? hasAll, gone);
  const map = fileText('/', `/proc/${pid}/uid_map`);
  sheet.setOr('container.user-id', status.ok ? mappedUid(status.value.euid, map) : undefined, gone);
  sheet.setOr('container.capabilities', kernel.capabilities, gone);
  sheet.set('container.user-namespace', !kernel.hostNamespaces.includes('user'));
  sheet.set(
    'container.host-namespaces',
    kernel.hostNamespaces.filter((one) => one !== 'user'),
  );
  const seccomp = status.ok ? ['disabled', 'strict', 'filter'][status.value.seccomp ?? -1] : undefined;
  sheet.setOr('container.seccomp', seccomp, status.ok ? 'the kernel does not say' : gone);
  sheet.setOr('container.no-new-privileges', status.ok ? status.value.noNewPrivileges : undefined, gone);
  const profile =
    fileText('/', `/proc/${pid}/attr/apparmor/current`) ?? fileText('/', `/proc/${pid}/attr/current`);
  const named = profile
    ?.replaceAll('\0', '')
    .replace(/\s*\([a-z]+\)\s*$/, '')
    .trim();
  sheet.setOr(
    'container.security-profile',
    named === '' ? undefined : named,
    'the kernel has no such module',
  );
};

const collectMounts = (sheet: FactSheet, kernel: Kernel, procfs: Procfs): void => {
  const mounts = procfs.mounts(kernel.pid);
  const gone = 'the mounts of the container cannot be read';
  const root = mounts.ok ? mounts.value.find((one) => one.target === '/') : undefined;
  sheet.setOr('container.root-writable', root ? !root.readOnly : undefined, gone);
  const covers = mounts.ok
    ? mounts.value.filter((one) => one.target === '/proc' || one.target === '/proc/sys')
    : [];
  sheet.setOr(
    'container.proc-sys-writable',
    mounts.ok ? !covers.some((one) => one.readOnly) : undefined,
    gone,
  );
};

/** What is found counts although there may be more; that nothing was found only counts when all was seen. */
const setFound = (sheet: FactSheet, name: string, found: string[], isComplete: boolean): void =>
  sheet.setOr(
    name,
    isComplete || found.length > 0 ? found : undefined,
    'neither the kernel nor the runtime tells all mounts of the container',
  );

const collectHostMounts = (sheet: FactSheet, host: HostMounts | undefined): void => {
  const { mounts, isComplete } = host ?? { mounts: [], isComplete: false };
  const writable = mounts.filter(({ readOnly }) => !readOnly);
  setFound(sheet, 'container.host-mounts-writable', sensitiveMounts(writable), isComplete);
  setFound(sheet, 'container.host-mounts', sensitiveMounts(mounts), isComplete);
};

/** Looks inside the container's file system: paths are resolved below its root, never on the host. */
const collectInside = (
  sheet: FactSheet,
  root: string,
  host: HostMounts | undefined,
  runtimeSockets: readonly string[],
): void => {
  const tree = new DirectoryTree(root);
  try {
    const known = [...new Set([...RUNTIME_SOCKETS, ...runtimeSockets])];
    const sockets = socketsIn(tree, host?.mounts ?? [], known);
    setFound(sheet, 'container.runtime-sockets', sockets, host?.isComplete === true);
    const token = tree.stat('/var/run/secrets/kubernetes.io/serviceaccount/token');
    sheet.set('container.service-account-token', token.ok);
    const devices = tree.list('/dev');
    sheet.setOr(
      'container.devices',
      devices.ok
        ? devices.value
            .filter(
              (one) =>
                one.kind === 'other' &&
                /^(mem|kmem|port|sd[a-z]+\d*|vd[a-z]+\d*|xvd[a-z]+\d*|nvme\d+n\d+(p\d+)?|dm-\d+|md\d+|loop\d+)$/.test(
                  one.name,
                ),
            )
            .map((one) => `/dev/${one.name}`)
        : undefined,
      '/dev of the container cannot be read',
    );
  } finally {
    tree.close();
  }
};

const cgroupNumber = (kernel: Kernel, controller: string, file: string): string | undefined => {
  const layout = readCgroupLayout();
  const path = kernel.cgroupPath;
  if (path === undefined) return undefined;
  if (layout.mode === 'v2') return fileText('/', `${layout.unifiedRoot}${path}/${file}`)?.trim();
  const keyRoot = layout.keyRoot?.replace(/[^/]+$/, controller);
  return fileText('/', `${keyRoot}${path}/${file}`)?.trim();
};

const limitOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  return text === 'max' || value >= 2 ** 62 || value < 0 ? 0 : Number.isFinite(value) ? value : undefined;
};

const collectLimits = (sheet: FactSheet, kernel: Kernel): void => {
  const none = 'the control group cannot be read';
  const memory =
    cgroupNumber(kernel, 'memory', 'memory.max') ?? cgroupNumber(kernel, 'memory', 'memory.limit_in_bytes');
  sheet.setOr('container.memory-limit-bytes', limitOf(memory), none);
  sheet.setOr('container.pids-limit', limitOf(cgroupNumber(kernel, 'pids', 'pids.max')), none);
  const unified = cgroupNumber(kernel, 'cpu', 'cpu.max')?.split(' ');
  const quota = unified?.[0] ?? cgroupNumber(kernel, 'cpu', 'cpu.cfs_quota_us');
  const period = Number(unified?.[1] ?? cgroupNumber(kernel, 'cpu', 'cpu.cfs_period_us') ?? '100000');
  const limit = limitOf(quota);
  sheet.setOr(
    'container.cpu-limit-milli',
    limit === undefined ? undefined : Math.round((limit / period) * 1000),
    none,
  );
};

const collectNetwork = (sheet: FactSheet, kernel: Kernel, procfs: Procfs): void => {
  const sockets = kernel.hostNamespaces.includes('network') ? undefined : procfs.sockets(kernel.pid);
  const isOpen = (address: string): boolean => !address.startsWith('127.') && address !== '::1';
  sheet.setOr(
    'container.listeners',
    sockets?.ok
      ? [
          ...new Set(
            sockets.value
              .filter(
                (one) => one.protocol === 'tcp' && one.state === SOCKET_LISTEN && isOpen(one.localAddress),
              )
              .map((one) => `tcp/${one.localPort}`),
          ),
        ].sort()
      : undefined,
    sockets === undefined ? 'the container shares the network of the host' : 'sockets cannot be read',
  );
  const namespace = procfs.namespace(kernel.pid, 'pid');
  const own = namespace.ok && !kernel.hostNamespaces.includes('pid') ? namespace.value : undefined;
  const servesSsh = procfs.pids().some((pid) => {
    const other = own === undefined ? undefined : procfs.namespace(pid, 'pid');
    const executable = other?.ok && other.value === own ? procfs.executable(pid) : undefined;
    return executable?.ok === true && /\/(sshd|dropbear)$/.test(executable.value);
  });
  sheet.setOr(
    'container.ssh-server',
    own === undefined ? undefined : servesSsh,
    'the container shares the processes of the host',
  );
};

const collectImage = (sheet: FactSheet, container: KnownContainer): void => {
  const { image, imageDigest } = container.description;
  const reason = 'the runtime names no image';
  const last = image?.split('@')[0]?.split('/').at(-1) ?? '';
  const tag = last.includes(':') ? last.split(':').at(-1) : image?.includes('@') ? '' : 'latest';
  sheet.setOr('container.image-tag', image === undefined ? undefined : tag, reason);
  sheet.setOr('container.image-digest', imageDigest, reason);
};

/** Facts of one container. */
export const collectContainer = (
  sheet: FactSheet,
  container: KnownContainer,
  at: {
    readonly root: string;
    readonly nowMs: number;
    readonly procfs: Procfs;
    /** Where the runtimes of this host listen. */
    readonly runtimeSockets: readonly string[];
  },
): void => {
  const { kernel } = container;
  if (!kernel) return;
  const { procfs } = at;
  const host = hostMountsOf(container, kernel, procfs);
  collectRights(sheet, container, kernel, procfs);
  collectMounts(sheet, kernel, procfs);
  collectHostMounts(sheet, host);
  collectInside(sheet, at.root, host, at.runtimeSockets);
  collectLimits(sheet, kernel);
  collectNetwork(sheet, kernel, procfs);
  collectImage(sheet, container);
  sheet.set('container.environment-secrets', [...kernel.environmentSecrets]);
  const uptimeS = Number(fileText('/', '/proc/uptime')?.split(' ')[0] ?? 'NaN');
  const ageMs = uptimeS * 1000 - kernel.startBootUs / 1000;
  sheet.setOr(
    'container.runtime-age-days',
    Number.isFinite(ageMs) ? Math.max(0, Math.floor(ageMs / DAY_MS)) : undefined,
    '/proc/uptime cannot be read',
  );
};
