// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { clusterNodeText } from '@bartizan/contracts/wire';
import { readText } from './bounded-read.ts';

/** What a machine is: read once at start. */
export interface Machine {
  readonly hostName: string;
  readonly bootId: string;
  readonly kernel: string;
  readonly architecture: string;
  /** id and version of os-release, e.g. `debian 12`; empty when there is none. */
  readonly distribution: string;
  readonly distributionName: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly hasTypeInformation: boolean;
}

const oneLine = (path: string): string => {
  const content = readText(path, 65_536, true);
  return content.ok ? (content.value.split('\n', 1)[0] ?? '').trim() : '';
};

const osRelease = (root: string): Map<string, string> => {
  const fields = new Map<string, string>();
  for (const path of ['etc/os-release', 'usr/lib/os-release']) {
    const content = readText(`${root}/${path}`, 65_536, true);
    if (!content.ok) continue;
    for (const line of content.value.split('\n', 200)) {
      const equals = line.indexOf('=');
      if (equals > 0)
        fields.set(line.slice(0, equals), line.slice(equals + 1).replaceAll(/^["']|["']$/g, ''));
    }
    break;
  }
  return fields;
};

const memoryBytes = (): number => {
  const content = readText('/proc/meminfo', 65_536, true);
  const kilobytes = content.ok ? /^MemTotal:\s+(\d{1,12}) kB/m.exec(content.value)?.[1] : undefined;
  return kilobytes === undefined ? 0 : Number(kilobytes) * 1024;
};

const cpuCount = (): number => {
  const content = readText('/proc/stat', 1024 * 1024, true);
  return content.ok ? (content.value.match(/^cpu\d+ /gm) ?? []).length : 0;
};

/** Describes the machine whose root file system is `root`. */
export const readMachine = (root = '/'): Machine => {
  const release = osRelease(root);
  const btf = readText('/sys/kernel/btf/vmlinux', 2, true);
  return {
    hostName: oneLine('/proc/sys/kernel/hostname') || hostname(),
    bootId: oneLine('/proc/sys/kernel/random/boot_id') || 'unknown',
    kernel: oneLine('/proc/sys/kernel/osrelease'),
    architecture: process.arch,
    distribution: `${release.get('ID') ?? ''} ${release.get('VERSION_ID') ?? ''}`.trim().slice(0, 128),
    distributionName: (release.get('PRETTY_NAME') ?? '').slice(0, 256),
    cpuCount: cpuCount(),
    memoryBytes: memoryBytes(),
    hasTypeInformation: btf.ok && btf.value.length > 0,
  };
};

/** The id of a node: from the machine id and the instance, so that two instances on one machine are two nodes. */
export const nodeIdOf = (instance: string, root = '/', hostName = hostname()): string => {
  const machineId =
    oneLine(`${root}/etc/machine-id`) || oneLine(`${root}/var/lib/dbus/machine-id`) || hostName;
  return `n-${createHash('sha256').update(`${machineId}${instance}`).digest('hex').slice(0, 16)}`;
};

/** The id of a node of a cluster: from its name there, which the API server vouches for, and the instance. */
export const clusterNodeIdOf = (instance: string, nodeName: string): string =>
  `n-${createHash('sha256').update(clusterNodeText(instance, nodeName)).digest('hex').slice(0, 16)}`;
