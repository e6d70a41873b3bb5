// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { statSync } from 'node:fs';
import type { Container } from '@bartizan/contracts';
import type { CgroupIndex } from '../cgroups/cgroup-index.ts';
import { capabilityNames } from '../procfs/capability-names.ts';
import { NAMESPACE_FILES, type NamespaceKind, type Procfs } from '../procfs/procfs.ts';

/** What the kernel says of a container, read through its first process. What could not be read is absent. */
export interface KernelFacts {
  readonly pid: number;
  readonly startBootUs: number;
  readonly cgroupPath: string | undefined;
  readonly cgroupId: string | undefined;
  readonly networkNamespace: string | undefined;
  readonly hostNamespaces: Container['hostNamespaces'];
  readonly capabilities: string[] | undefined;
  readonly user: string | undefined;
  readonly addresses: string[];
  readonly environmentSecrets: string[];
}

const KINDS: readonly NamespaceKind[] = ['network', 'pid', 'ipc', 'uts', 'mount', 'user'];

/** Namespaces and root folder of the host itself, against which containers are held. */
export interface HostIdentity {
  readonly namespaces: Readonly<Partial<Record<NamespaceKind, string>>>;
  readonly root: string | undefined;
}

/** Reads the identity of the host from its first process, or from this one where that is not allowed. */
export const readHostIdentity = (procfs: Procfs): HostIdentity => {
  const namespaces: Partial<Record<NamespaceKind, string>> = {};
  for (const kind of Object.keys(NAMESPACE_FILES).filter(
    (one): one is NamespaceKind => one in NAMESPACE_FILES,
  )) {
    const first = procfs.namespace(1, kind);
    const link = first.ok ? first : procfs.namespace(process.pid, kind);
    if (link.ok) namespaces[kind] = link.value;
  }
  const first = procfs.rootIdentity(1);
  const root = first.ok ? first : procfs.rootIdentity(process.pid);
  return { namespaces, root: root.ok ? root.value : undefined };
};

/** Reads a container through a process of it; undefined when that process is gone. */
export const inspectProcess = (
  pid: number,
  machine: { readonly procfs: Procfs; readonly cgroups: CgroupIndex; readonly host: HostIdentity },
): KernelFacts | undefined => {
  const { procfs, cgroups, host } = machine;
  const stat = procfs.stat(pid);
  if (!stat.ok || stat.value.state === 'Z') return undefined;
  const membership = procfs.cgroup(pid);
  const path = membership.ok ? cgroups.pathOfMembership(membership.value) : undefined;
  // A process that is ending has been moved to the root already: that is not where its container is.
  const cgroupPath = path === '/' ? undefined : path;
  const status = procfs.status(pid);
  const network = procfs.namespace(pid, 'network');
  const sharesNetwork = network.ok && network.value === host.namespaces.network;
  const addresses = procfs.addresses(pid);
  const secrets = procfs.environmentSecrets(pid);
  return {
    pid,
    startBootUs: stat.value.startBootUs,
    cgroupPath,
    cgroupId: cgroupPath === undefined ? undefined : cgroups.idOf(cgroupPath),
    networkNamespace: network.ok ? network.value : undefined,
    hostNamespaces: KINDS.filter((kind) => {
      const own = procfs.namespace(pid, kind);
      return own.ok && own.value === host.namespaces[kind];
    }),
    capabilities:
      status.ok && status.value.capsEffective !== ''
        ? capabilityNames(status.value.capsEffective)
        : undefined,
    user: status.ok ? `${status.value.euid}:${status.value.gid}` : undefined,
    // The addresses of the host are not the container's own: two of them would claim the same one.
    addresses: addresses.ok && !sharesNetwork ? addresses.value : [],
    environmentSecrets: secrets.ok ? secrets.value : [],
  };
};

/** Whether a process lives in a container although no runtime says so: it sees another root than the host. */
export const hasOwnRoot = (pid: number, procfs: Procfs, host: HostIdentity): boolean | undefined => {
  const root = procfs.rootIdentity(pid);
  return root.ok && host.root !== undefined ? root.value !== host.root : undefined;
};

/** Whether something is at this path. */
export const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;
