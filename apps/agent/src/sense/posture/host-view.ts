// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { statSync } from 'node:fs';
import { type Mount, openProcfs, type Procfs } from '@bartizan/host';

/** The host as one of its processes sees it: an agent in a container has a root, mounts and a network of its own. */
export interface HostView {
  readonly procfs: Procfs;
  /** A process with the root and the mounts of the host. Undefined: there is none that is known to have them. */
  readonly pid: number | undefined;
}

/** Why facts of the running host are unknown. */
export const NO_VIEW =
  'the first process that the agent sees is not that of the host, or may not be looked at';

const FIRST = 1;

const identityOf = (folder: string): string | undefined => {
  try {
    const entry = statSync(folder, { bigint: true });
    return `${entry.dev}:${entry.ino}`;
  } catch {
    return undefined;
  }
};

/** Whether this process has the mounts of the first one. Whoever may not look at its root may still read these. */
const hasMountsOfFirst = (procfs: Procfs): boolean => {
  const [own, first] = [procfs.mounts(process.pid), procfs.mounts(FIRST)];
  return own.ok && first.ok && JSON.stringify(own.value) === JSON.stringify(first.value);
};

/** The host whose files are at `root`: through its first process or, where the agent lives on the host itself, through the agent. */
export const hostView = (root: string, procfs: Procfs = openProcfs()): HostView => {
  const first = procfs.rootIdentity(FIRST);
  if (first.ok) return { procfs, pid: first.value === identityOf(`${root}/`) ? FIRST : undefined };
  return { procfs, pid: root === '/' && hasMountsOfFirst(procfs) ? process.pid : undefined };
};

/** Mounts of the host; undefined when they cannot be read. */
export const hostMounts = ({ procfs, pid }: HostView): readonly Mount[] | undefined => {
  const mounts = pid === undefined ? undefined : procfs.mounts(pid);
  return mounts?.ok ? mounts.value : undefined;
};

/** Whether what this process is shown of the network is that of the host; undefined when it cannot be told. */
export const sharesNetwork = ({ procfs, pid }: HostView): boolean | undefined => {
  if (pid === undefined || pid === process.pid) return pid === undefined ? undefined : true;
  const [own, host] = [procfs.namespace(process.pid, 'network'), procfs.namespace(pid, 'network')];
  return own.ok && host.ok ? own.value === host.value : undefined;
};

/** A process of the host as facts need it. */
export interface HostProcess {
  readonly pid: number;
  readonly name: string;
  readonly arguments: readonly string[];
}

/** Processes of the host: those that see its root. Undefined when that is not known. */
export const hostProcesses = ({ procfs, pid: host }: HostView): HostProcess[] | undefined => {
  const seen = host === undefined ? undefined : procfs.rootIdentity(host);
  if (!seen?.ok) return undefined;
  return procfs.pids().flatMap((pid) => {
    const root = procfs.rootIdentity(pid);
    const executable = procfs.executable(pid);
    if (!executable.ok || !root.ok || root.value !== seen.value) return [];
    const words = procfs.commandLine(pid);
    const name =
      executable.value
        .replace(/ \(deleted\)$/, '')
        .split('/')
        .at(-1) ?? '';
    return [{ pid, name, arguments: words.ok ? words.value : [] }];
  });
};
