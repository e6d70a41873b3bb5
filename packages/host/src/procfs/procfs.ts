// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { statSync } from 'node:fs';
import type { Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { parseFibTrie, parseIfInet6 } from './addresses.ts';
import { type ReadFailure, readBounded, readFailure, readLink, readNames, readText } from './bounded-read.ts';
import { type CgroupMembership, parseCgroupFile } from './cgroup-file.ts';
import { secretNames } from './environment.ts';
import { type MappedFile, parseMaps } from './maps.ts';
import { type Mount, parseMountinfo } from './mountinfo.ts';
import { parseSockets, type SocketLine } from './sockets.ts';
import { type ProcessStat, parseStat } from './stat.ts';
import { type ProcessStatus, parseStatus } from './status.ts';

/** Namespaces a process can share with the host, as /proc/PID/ns names them. */
export const NAMESPACE_FILES = {
  network: 'net',
  pid: 'pid',
  ipc: 'ipc',
  uts: 'uts',
  mount: 'mnt',
  user: 'user',
} as const;
export type NamespaceKind = keyof typeof NAMESPACE_FILES;

/** Bytes of an environment, NUL after each variable, and whether there were more than are read. */
export interface Environment {
  readonly bytes: Buffer;
  readonly isCut: boolean;
}

/** Reads /proc under a root folder. Each method reads one thing; a process that has ended gives `gone`. */
export interface Procfs {
  readonly root: string;
  readonly pids: () => number[];
  readonly stat: (pid: number) => Result<ProcessStat, ReadFailure>;
  readonly status: (pid: number) => Result<ProcessStatus, ReadFailure>;
  readonly cgroup: (pid: number) => Result<CgroupMembership, ReadFailure>;
  /** Arguments as the process shows them now, not redacted: the caller must. */
  readonly commandLine: (pid: number) => Result<string[], ReadFailure>;
  readonly executable: (pid: number) => Result<string, ReadFailure>;
  /** Files that the process has mapped, each once. */
  readonly mappedFiles: (pid: number) => Result<MappedFile[], ReadFailure>;
  readonly cwd: (pid: number) => Result<string, ReadFailure>;
  readonly namespace: (pid: number, kind: NamespaceKind) => Result<string, ReadFailure>;
  readonly mounts: (pid: number) => Result<Mount[], ReadFailure>;
  /** Device and inode of the process's root folder, which tell whether it sees the host's. */
  readonly rootIdentity: (pid: number) => Result<string, ReadFailure>;
  readonly environmentSecrets: (pid: number) => Result<string[], ReadFailure>;
  /** The environment as the process holds it, values included: a copy, which must not leave the process that reads it. */
  readonly environment: (pid: number) => Result<Environment, ReadFailure>;
  /** Addresses of the network namespace of the process, loopback left out. */
  readonly addresses: (pid: number) => Result<string[], ReadFailure>;
  readonly sockets: (pid: number) => Result<SocketLine[], ReadFailure>;
  /** Inodes of the sockets that the process holds, at most `max`. */
  readonly socketInodes: (pid: number, max: number) => Result<string[], ReadFailure>;
  readonly descriptorTarget: (pid: number, descriptor: number) => Result<string, ReadFailure>;
}

const STAT_BYTES = 4096;
const FILE_BYTES = 65_536;
const TABLE_BYTES = 4 * 1024 * 1024;
const ENVIRONMENT_BYTES = 1024 * 1024;

const parsed = <T>(
  text: Result<string, ReadFailure>,
  path: string,
  parse: (content: string) => T | undefined,
): Result<T, ReadFailure> => {
  if (!text.ok) return text;
  const value = parse(text.value);
  return value === undefined ? err({ kind: 'malformed', path }) : ok(value);
};

const readSockets = (base: string): Result<SocketLine[], ReadFailure> => {
  const sockets: SocketLine[] = [];
  let firstFailure: ReadFailure | undefined;
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6'] as const) {
    const content = readText(`${base}/net/${table}`, TABLE_BYTES, true);
    if (content.ok) sockets.push(...parseSockets(content.value, table.startsWith('tcp') ? 'tcp' : 'udp'));
    else firstFailure ??= content.error;
  }
  // A kernel without IPv6 lacks two tables: only a process without any table could not be read.
  return sockets.length === 0 && firstFailure ? err(firstFailure) : ok(sockets);
};

const readAddresses = (base: string): Result<string[], ReadFailure> => {
  const trie = readText(`${base}/net/fib_trie`, TABLE_BYTES, true);
  const sixth = readText(`${base}/net/if_inet6`, FILE_BYTES, true);
  if (!trie.ok && !sixth.ok) return trie;
  return ok([...(trie.ok ? parseFibTrie(trie.value) : []), ...(sixth.ok ? parseIfInet6(sixth.value) : [])]);
};

const readSocketInodes = (base: string, max: number): Result<string[], ReadFailure> => {
  const names = readNames(`${base}/fd`, max);
  if (!names.ok) return names;
  const inodes: string[] = [];
  for (const name of names.value) {
    const link = readLink(`${base}/fd/${name}`);
    const inode = link.ok ? /^socket:\[(\d{1,20})\]$/.exec(link.value)?.[1] : undefined;
    if (inode !== undefined) inodes.push(inode);
  }
  return ok(inodes);
};

const readRootIdentity = (base: string): Result<string, ReadFailure> => {
  try {
    const entry = statSync(`${base}/root/`, { bigint: true });
    return ok(`${entry.dev}:${entry.ino}`);
  } catch (thrown) {
    return err(readFailure(base, thrown));
  }
};

/** The procfs at `root` (`/proc` of the host; a folder of a test otherwise). */
export const openProcfs = (root = '/proc'): Procfs => {
  const at = (pid: number): string => `${root}/${pid}`;
  return {
    root,
    pids: () => {
      const names = readNames(root, 500_000);
      return names.ok ? names.value.filter((name) => /^[1-9]\d{0,9}$/.test(name)).map(Number) : [];
    },
    stat: (pid) => parsed(readText(`${at(pid)}/stat`, STAT_BYTES), at(pid), parseStat),
    status: (pid) => parsed(readText(`${at(pid)}/status`, FILE_BYTES, true), at(pid), parseStatus),
    cgroup: (pid) => parsed(readText(`${at(pid)}/cgroup`, FILE_BYTES, true), at(pid), parseCgroupFile),
    commandLine: (pid) =>
      parsed(readText(`${at(pid)}/cmdline`, FILE_BYTES, true), at(pid), (content) =>
        content.replace(/\0$/, '').split('\0', 256),
      ),
    executable: (pid) => readLink(`${at(pid)}/exe`),
    mappedFiles: (pid) => parsed(readText(`${at(pid)}/maps`, TABLE_BYTES, true), at(pid), parseMaps),
    cwd: (pid) => readLink(`${at(pid)}/cwd`),
    namespace: (pid, kind) =>
      parsed(
        readLink(`${at(pid)}/ns/${NAMESPACE_FILES[kind]}`),
        at(pid),
        (link) => /\[(\d{1,20})\]$/.exec(link)?.[1],
      ),
    mounts: (pid) =>
      parsed(readText(`${at(pid)}/mountinfo`, TABLE_BYTES, true), at(pid), (content) =>
        parseMountinfo(content),
      ),
    rootIdentity: (pid) => readRootIdentity(at(pid)),
    environmentSecrets: (pid) => {
      const content = readBounded(`${at(pid)}/environ`, ENVIRONMENT_BYTES, true);
      return content.ok ? ok(secretNames(content.value)) : content;
    },
    environment: (pid) => {
      const content = readBounded(`${at(pid)}/environ`, ENVIRONMENT_BYTES, true);
      if (!content.ok) return content;
      return ok({ bytes: content.value, isCut: content.value.length === ENVIRONMENT_BYTES });
    },
    addresses: (pid) => readAddresses(at(pid)),
    sockets: (pid) => readSockets(at(pid)),
    socketInodes: (pid, max) => readSocketInodes(at(pid), max),
    descriptorTarget: (pid, descriptor) => readLink(`${at(pid)}/fd/${descriptor}`),
  };
};
