// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileTree } from '@bartizan/scan';
import type { ProgramTable, RunningProgram } from '@bartizan/scan/evidence';
import { readBounded } from '../procfs/bounded-read.ts';
import type { Procfs } from '../procfs/procfs.ts';

const ARGUMENT_BYTES_MAX = 256 * 1024;
const ENVIRONMENT_BYTES_MAX = 1024 * 1024;
const ARGUMENTS_MAX = 2000;

/** Exact arguments of a process; undefined for a kernel thread and for one that has ended. */
function readArguments(procfs: Procfs, pid: number): { argv: string[]; isCut: boolean } | undefined {
  const read = readBounded(`${procfs.root}/${pid}/cmdline`, ARGUMENT_BYTES_MAX, true);
  if (!read.ok || read.value.length === 0) return undefined;
  const argv = read.value.toString('utf8').replace(/\0$/, '').split('\0');
  return { argv, isCut: read.value.length >= ARGUMENT_BYTES_MAX || argv.length > ARGUMENTS_MAX };
}

/** Variables with a prefix; the others are not looked at. */
function readVariables(procfs: Procfs, pid: number, prefix: string): Record<string, string> | undefined {
  const read = readBounded(`${procfs.root}/${pid}/environ`, ENVIRONMENT_BYTES_MAX, true);
  if (!read.ok) return undefined;
  const found = read.value
    .toString('utf8')
    .split('\0')
    .filter((line) => line.startsWith(prefix) && line.includes('='))
    .slice(0, 256);
  return Object.fromEntries(
    found.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1, 4096)]),
  );
}

/** k3s writes its name anew as one word, `k3s server`, to hide its arguments. */
const COMPONENT_NAME =
  /(?:^|\/)(?:kube-[a-z-]+|kubelet|etcd|containerd|crio|dockerd|k3s(?: (?:server|agent))?)$/;
/** Whether a process may be one that benchmarks ask about, by its first two words. */
export const isCandidate = (argv: readonly string[]): boolean =>
  argv.slice(0, 2).some((word) => COMPONENT_NAME.test(word));

/** The root of the machine: that of its first process or, where nobody may look at that one, our own in our own /proc. */
function rootOfHost(procfs: Procfs): string | undefined {
  const first = procfs.rootIdentity(1);
  if (first.ok) return first.value;
  const own = procfs.root === '/proc' ? procfs.rootIdentity(process.pid) : first;
  return own.ok ? own.value : undefined;
}

/**
 * What runs on the machine, for the collectors of evidence. Only programs that may be asked about are looked at
 * closer; `openTree` opens the root that a program in a container sees.
 */
export function openProgramTable(procfs: Procfs, openTree: (root: string) => FileTree): ProgramTable {
  const describe = (pid: number, ownRoot: string | undefined): RunningProgram | undefined => {
    const read = readArguments(procfs, pid);
    if (read === undefined || !isCandidate(read.argv)) return undefined;
    const root = procfs.rootIdentity(pid);
    const [folder, executable] = [procfs.cwd(pid), procfs.executable(pid)];
    return {
      pid,
      ...read,
      isOfHost: root.ok && root.value === ownRoot,
      ...(folder.ok ? { folder: folder.value } : {}),
      ...(executable.ok ? { executable: executable.value.replace(/ \(deleted\)$/, '') } : {}),
    };
  };
  return {
    programs: () => {
      const own = rootOfHost(procfs);
      return procfs.pids().flatMap((pid) => describe(pid, own) ?? []);
    },
    rootOf: (pid) => {
      try {
        return openTree(`${procfs.root}/${pid}/root`);
      } catch {
        // It has ended, or is not ours to look into: its files are then looked for on the machine.
        return undefined;
      }
    },
    environment: (pid, prefix) => readVariables(procfs, pid, prefix),
  };
}
