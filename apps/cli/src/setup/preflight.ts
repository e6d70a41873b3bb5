// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorCode } from '@bartizan/contracts';
import type { TextKey } from '../text/catalogue.ts';
import type { MachineFacts } from './machine.ts';

/** One row of the preflight table. */
export interface PreflightRow {
  readonly id: string;
  readonly label: TextKey;
  /** `failed` stops `up`; `limited` and `off` say what is lost. */
  readonly state: 'ok' | 'limited' | 'off' | 'failed';
  /** What was found, as it is (not translated). */
  readonly found: string;
  /** What is lost. */
  readonly lost?: TextKey;
  readonly code?: ErrorCode;
}

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const DISK_NEEDED_BYTES = 600 * MIB;
const DISK_GOOD_BYTES = 6 * GIB;
const MEMORY_NEEDED_BYTES = 400 * MIB;
const MEMORY_GOOD_BYTES = GIB;

const CAPABILITIES: readonly (readonly [string, bigint])[] = [
  ['CAP_SYS_ADMIN', 21n],
  ['CAP_SYS_PTRACE', 19n],
  ['CAP_NET_ADMIN', 12n],
  ['CAP_PERFMON', 38n],
  ['CAP_BPF', 39n],
];

const size = (bytes: number | undefined): string =>
  bytes === undefined
    ? '?'
    : bytes >= GIB
      ? `${(bytes / GIB).toFixed(1)} GiB`
      : `${Math.round(bytes / MIB)} MiB`;

function kernelRow(facts: MachineFacts): PreflightRow {
  const [major = 0, minor = 0] = facts.kernel.split('.').map((part) => Number.parseInt(part, 10));
  const isTested = major > 6 || (major === 6 && minor >= 1);
  const canLoad = major > 5 || (major === 5 && minor >= 8);
  const row = { id: 'kernel', label: 'preflight.kernel', found: facts.kernel } as const;
  if (isTested) return { ...row, state: 'ok' };
  if (canLoad)
    return { ...row, state: 'limited', lost: 'preflight.lost.kernel-untested', code: 'E_KERNEL_OLD' };
  return { ...row, state: 'off', lost: 'preflight.lost.sensor', code: 'E_KERNEL_OLD' };
}

function capabilityRow(facts: MachineFacts): PreflightRow {
  const row = { id: 'capabilities', label: 'preflight.capabilities' } as const;
  const lack = { state: 'limited', lost: 'preflight.lost.sensor', code: 'E_CAPABILITIES' } as const;
  const held = facts.capabilities;
  if (held === undefined) return { ...row, ...lack, found: '?' };
  const missing = CAPABILITIES.filter(([, bit]) => ((held >> bit) & 1n) === 0n).map(([name]) => name);
  if (missing.length === 0)
    return { ...row, state: 'ok', found: CAPABILITIES.map(([name]) => name).join(' ') };
  return { ...row, ...lack, found: `- ${missing.join(' ')}` };
}

function diskRow(facts: MachineFacts): PreflightRow {
  const free = facts.freeDiskBytes;
  const row = { id: 'disk', label: 'preflight.disk', found: size(free) } as const;
  const little = { ...row, state: 'limited', lost: 'preflight.lost.disk', code: 'E_DISK_SPACE' } as const;
  if (free === undefined) return little;
  if (free < DISK_NEEDED_BYTES)
    return { ...row, state: 'failed', code: 'E_DISK_SPACE', lost: 'preflight.lost.disk-none' };
  return free < DISK_GOOD_BYTES ? little : { ...row, state: 'ok' };
}

function memoryRow(facts: MachineFacts): PreflightRow {
  const available = facts.availableMemoryBytes ?? facts.memoryBytes;
  const row = { id: 'memory', label: 'preflight.memory', found: size(available) } as const;
  if (available < MEMORY_NEEDED_BYTES)
    return { ...row, state: 'failed', code: 'E_MEMORY', lost: 'preflight.lost.memory-none' };
  return available < MEMORY_GOOD_BYTES
    ? { ...row, state: 'limited', lost: 'preflight.lost.memory', code: 'E_MEMORY' }
    : { ...row, state: 'ok' };
}

function sensorRow(facts: MachineFacts): PreflightRow {
  const row = { id: 'sensor-packages', label: 'preflight.sensor-packages' } as const;
  const missing = facts.missingSensorPackages;
  // Only the launcher looks: started without it, nobody knows.
  if (missing === undefined)
    return { ...row, state: 'limited', found: '?', lost: 'preflight.lost.sensor-unknown' };
  if (missing.length === 0) return { ...row, state: 'ok', found: 'clang, cargo, libbpf' };
  return {
    ...row,
    state: 'off',
    found: `apt-get install ${missing.join(' ')}`,
    lost: 'preflight.lost.sensor',
    code: 'E_PACKAGES_MISSING',
  };
}

/** Without a way out everything works but what has to be fetched. */
function networkRow({ proxy, hasRoute }: MachineFacts): PreflightRow {
  const row = { id: 'network', label: 'preflight.network' } as const;
  const none = { state: 'limited', lost: 'preflight.lost.network', code: 'E_NETWORK' } as const;
  if (proxy === null) return { ...row, ...none, found: 'HTTPS_PROXY ?', code: 'E_PROXY' };
  if (proxy !== undefined) return { ...row, state: 'ok', found: `HTTPS_PROXY ${proxy}` };
  if (hasRoute === undefined) return { ...row, ...none, found: '?' };
  return hasRoute ? { ...row, state: 'ok', found: 'default route' } : { ...row, ...none, found: '-' };
}

/** Judges what was found: one row each, with what is lost where it is not whole. Pure. */
export function preflight(facts: MachineFacts): readonly PreflightRow[] {
  const isX64 = facts.architecture === 'x64';
  return [
    {
      id: 'architecture',
      label: 'preflight.architecture',
      found: facts.architecture,
      ...(isX64
        ? { state: 'ok' }
        : { state: 'failed', lost: 'preflight.lost.architecture', code: 'E_ARCHITECTURE' }),
    },
    kernelRow(facts),
    {
      id: 'btf',
      label: 'preflight.btf',
      found: facts.hasBtf ? '/sys/kernel/btf/vmlinux' : '-',
      ...(facts.hasBtf ? { state: 'ok' } : { state: 'off', lost: 'preflight.lost.sensor', code: 'E_NO_BTF' }),
    },
    {
      id: 'cgroup',
      label: 'preflight.cgroup',
      found: facts.cgroup,
      ...(facts.cgroup === 'none'
        ? { state: 'limited', lost: 'preflight.lost.cgroup', code: 'E_CGROUP' }
        : { state: 'ok' }),
    },
    capabilityRow(facts),
    {
      id: 'sys',
      label: 'preflight.sys',
      found: facts.isSysWritable ? '/sys' : '/sys (read-only)',
      ...(facts.isSysWritable
        ? { state: 'ok' }
        : { state: 'limited', lost: 'preflight.lost.sys', code: 'E_SYS_READ_ONLY' }),
    },
    sensorRow(facts),
    diskRow(facts),
    memoryRow(facts),
    networkRow(facts),
    {
      id: 'runtimes',
      label: 'preflight.runtimes',
      found: facts.runtimes.length === 0 ? '-' : facts.runtimes.join(', '),
      ...(facts.runtimes.length === 0 ? { state: 'off', lost: 'preflight.lost.runtimes' } : { state: 'ok' }),
    },
  ];
}

/** The row that stops `up`, if any. */
export const blocking = (rows: readonly PreflightRow[]): PreflightRow | undefined =>
  rows.find((row) => row.state === 'failed');
