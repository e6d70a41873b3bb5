// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KnownContainer, Mount, Procfs, RuntimeMount } from '@bartizan/host';

type Kernel = NonNullable<KnownContainer['kernel']>;

/** Parts of the host that a container sees, as paths of the host, and whether there may be more of them. */
export interface HostMounts {
  readonly mounts: readonly RuntimeMount[];
  readonly isComplete: boolean;
}

/** So many mounts of a process are read. */
const MOUNTS_MAX = 4096;
const SENSITIVE = [
  '/etc',
  '/root',
  '/home',
  '/boot',
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/var/run',
  '/run',
  '/var/lib/kubelet',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/log',
  '/proc',
  '/sys',
  '/dev',
];
/** What every runtime mounts, and volumes that are a runtime's or a kubelet's own. */
const USUAL =
  /\/(resolv\.conf|hosts|hostname)$|\/volumes\/|\/containers\/[^/]+\/mounts\/|\/kubelet\/pods\/|\/kubelet\/plugins\/kubernetes\.io\/|\/io\.containerd\.[^/]+\/sandboxes\/|\/userdata\//;
const PSEUDO = new Set([
  'proc',
  'sysfs',
  'tmpfs',
  'devpts',
  'mqueue',
  'cgroup',
  'cgroup2',
  'devtmpfs',
  'none',
]);

/** Whether a path is a folder or lies below it. */
export const isBelow = (path: string, folder: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);

/** Whether whoever writes there has left the container. */
const isSensitive = (source: string): boolean =>
  source === '/' || (SENSITIVE.some((one) => isBelow(source, one)) && !USUAL.test(source));

/** Every distribution has the one as a link to the other. */
export const withoutVar = (path: string): string => path.replace(/^\/var\/run(?=\/|$)/, '/run');

const joined = (folder: string, rest: string): string =>
  rest === '' || rest === '/' ? folder : folder === '/' ? rest : `${folder}${rest}`;

/**
 * What the kernel gives a container of its own although it is the same file system on the host: that of a namespace which
 * both share, the tree of control groups, terminals, and devices (those have a fact of their own).
 */
const isGiven = ({ filesystem, root, target }: Mount, { hostNamespaces }: Kernel): boolean => {
  switch (filesystem) {
    case 'proc':
      return hostNamespaces.includes('pid') && isBelow(target, '/proc');
    case 'sysfs':
      return hostNamespaces.includes('network') && isBelow(target, '/sys');
    case 'cgroup':
    case 'cgroup2':
      return isBelow(target, '/sys/fs/cgroup');
    case 'devtmpfs':
      return root !== '/';
    case 'devpts':
      return isBelow(target, '/dev');
    default:
      return hostNamespaces.includes('ipc') && (target === '/dev/mqueue' || target === '/dev/shm');
  }
};

/** Where on the host a mount of a container is: the places of its file system there that hold what it shows, widest first. */
const placesOf = (mount: Mount, ofHost: readonly Mount[]): string[] =>
  ofHost
    .filter((one) => mount.filesystem.startsWith('cgroup') || isBelow(mount.root, one.root))
    .sort((one, other) => one.root.length - other.root.length)
    .map((one) =>
      mount.filesystem.startsWith('cgroup')
        ? one.target
        : joined(one.target, one.root === '/' ? mount.root : mount.root.slice(one.root.length)),
    );

const fromKernel = (mounts: readonly Mount[], ofHost: readonly Mount[], kernel: Kernel): RuntimeMount[] => {
  const byDevice = Map.groupBy(ofHost, ({ device }) => device);
  return mounts.flatMap((mount) => {
    if (isGiven(mount, kernel)) return [];
    const places = placesOf(mount, byDevice.get(mount.device) ?? []);
    const source = places.find(isSensitive) ?? places[0];
    // A root that is no overlay lies in a folder of its runtime.
    if (source === undefined || (mount.target === '/' && source !== '/')) return [];
    return [{ source, target: mount.target, readOnly: mount.readOnly }];
  });
};

/**
 * Mounts of the host in a container as the kernel has them: a runtime tells the path that it was given, which may be a
 * link, and not every teller knows of mounts. What runtimes tell counts where the kernel does not say more of it.
 * Undefined when neither is known.
 */
export const hostMountsOf = (
  container: KnownContainer,
  kernel: Kernel,
  procfs: Procfs,
): HostMounts | undefined => {
  const told = container.description.mounts?.filter(
    ({ source }) => source.startsWith('/') && !PSEUDO.has(source),
  );
  const [own, host] = [procfs.mounts(kernel.pid), procfs.mounts(1)];
  if (!own.ok || !host.ok) return told && { mounts: told, isComplete: true };
  const seen = fromKernel(own.value, host.value, kernel);
  const targets = new Set(seen.map(({ target }) => withoutVar(target)));
  return {
    mounts: [...seen, ...(told ?? []).filter(({ target }) => !targets.has(withoutVar(target)))],
    isComplete: own.value.length < MOUNTS_MAX && host.value.length < MOUNTS_MAX,
  };
};

/** "source -> target" of those that are sensitive; what only goes on below another one of them is not named again. */
export const sensitiveMounts = (mounts: readonly RuntimeMount[]): string[] => {
  const sensitive = mounts.filter(({ source }) => isSensitive(source));
  const goesOn = ({ source, target }: RuntimeMount): boolean =>
    sensitive.some(
      (one) =>
        one.target !== target &&
        isBelow(target, one.target) &&
        joined(one.source, one.target === '/' ? target : target.slice(one.target.length)) === source,
    );
  return sensitive.filter((one) => !goesOn(one)).map(({ source, target }) => `${source} -> ${target}`);
};
