// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CgroupIndex, HostIdentity, Procfs } from '@bartizan/host';
import type { SensorProcess, StdioKind } from '@bartizan/host/sensor';
import { redactArguments } from './redact.ts';

/** Whether a socket speaks to a network: many programs join their children by Unix sockets, which are pipes to us. */
const isInternet = (procfs: Procfs, pid: number, socket: string): boolean => {
  const sockets = procfs.sockets(pid);
  return !sockets.ok || sockets.value.some((one) => one.inode === socket);
};

const stdioOf = (procfs: Procfs, pid: number, descriptor: number): StdioKind => {
  const target = procfs.descriptorTarget(pid, descriptor);
  if (!target.ok) return 'none';
  const socket = /^socket:\[(\d+)\]$/.exec(target.value)?.[1];
  if (socket !== undefined) return isInternet(procfs, pid, socket) ? 'socket' : 'pipe';
  if (target.value.startsWith('pipe:')) return 'pipe';
  return /^\/dev\/(tty|pts\/|console)/.test(target.value) ? 'tty' : 'file';
};

const inode = (procfs: Procfs, pid: number, kind: 'mount' | 'pid'): string => {
  const link = procfs.namespace(pid, kind);
  return link.ok ? link.value : '0';
};

/** A process as the sensor would tell it, read from /proc instead; undefined when it has ended. */
export const readProcess = (
  pid: number,
  machine: { readonly procfs: Procfs; readonly cgroups: CgroupIndex; readonly host: HostIdentity },
): SensorProcess | undefined => {
  const { procfs, cgroups, host } = machine;
  const stat = procfs.stat(pid);
  const status = procfs.status(pid);
  if (!stat.ok || !status.ok || stat.value.state === 'Z') return undefined;
  const parent = procfs.stat(stat.value.parentPid);
  const membership = procfs.cgroup(pid);
  const path = membership.ok ? cgroups.pathOfMembership(membership.value) : undefined;
  const executable = procfs.executable(pid);
  const words = procfs.commandLine(pid);
  const redacted = redactArguments(words.ok ? words.value : []);
  const cwd = procfs.cwd(pid);
  const target = executable.ok ? executable.value : '';
  const mountNamespace = inode(procfs, pid, 'mount');
  return {
    pid,
    startBootUs: stat.value.startBootUs,
    parentPid: stat.value.parentPid,
    parentStartBootUs: parent.ok ? parent.value.startBootUs : 0,
    nsPid: status.value.namespacePids.at(-1) ?? pid,
    uid: status.value.uid,
    euid: status.value.euid,
    gid: status.value.gid,
    capsEffective: status.value.capsEffective,
    cgroupId: (path === undefined ? undefined : cgroups.idOf(path)) ?? '0',
    unifiedCgroupId: '0',
    mountNamespace: Number(mountNamespace),
    pidNamespace: Number(inode(procfs, pid, 'pid')),
    inContainer: mountNamespace !== '0' && mountNamespace !== host.namespaces.mount,
    executable: target.replace(/ \(deleted\)$/, '').replace(/^\/memfd:/, 'memfd:'),
    arguments: redacted.arguments,
    argumentsTruncated: false,
    argumentsRedacted: redacted.redacted,
    cwd: cwd.ok ? cwd.value : '',
    tty: stat.value.tty,
    stdio: [stdioOf(procfs, pid, 0), stdioOf(procfs, pid, 1), stdioOf(procfs, pid, 2)],
    fileless: target.startsWith('/memfd:') || target.endsWith(' (deleted)'),
    upperLayer: null,
    filesystem: '',
    // A kernel thread has no program: it is nobody's process here.
    known: target !== '',
  };
};
