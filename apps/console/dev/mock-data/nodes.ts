// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Node, ResponseOf } from '@bartizan/contracts';
import { BASE, DAY_MS, HOUR_MS, NOW_MS } from './random.ts';
import { NODE_ID } from './workloads.ts';

const level = (
  action: string,
  reached: Node['levels'][number]['level'],
  en: string,
  ja: string,
): Node['levels'][number] => ({
  action,
  level: reached,
  reason: { en, ja },
});

const LOCAL: Node = {
  ...BASE,
  id: NODE_ID,
  name: 'bastion-01',
  state: 'limited',
  conditions: [
    {
      code: 'E_SENSOR_REFUSED',
      severity: 'warning',
      message: {
        en: 'This kernel refuses BPF LSM programs.',
        ja: 'このカーネルは BPF LSM プログラムを拒否します。',
      },
      remedy: {
        en: 'Detection works; to block in the kernel, boot a kernel that accepts them.',
        ja: '検知は動作します。カーネル内で遮断するには、対応するカーネルで起動してください。',
      },
    },
  ],
  agentVersion: '0.1.0',
  bootId: '6f1c2f0e-6d6b-4d57-9c9b-0e8a3a1f7d11',
  kernel: '6.12.38-cloud-amd64',
  distribution: 'debian 12',
  architecture: 'x86_64',
  cpuCount: 2,
  memoryBytes: 24 * 1024 ** 3,
  cgroupMode: 'hybrid',
  levels: [
    level(
      'exec',
      'kill-before-first-instruction',
      'SIGKILL sent from sched_process_exec arrived before the first instruction',
      'sched_process_exec から送った SIGKILL は最初の命令より前に届いた',
    ),
    level(
      'open-write',
      'kill-after',
      'the write of 4 bytes was already on disk when the process ended',
      'プロセスが終わったとき 4 バイトの書き込みは済んでいた',
    ),
    level('connect', 'refuse', 'cgroup/connect4 answered EPERM', 'cgroup/connect4 は EPERM を返した'),
    level(
      'file-read',
      'detect-only',
      'lsm/file_open: load refused with EACCES',
      'lsm/file_open：ロードは EACCES で拒否された',
    ),
    level('ptrace', 'blind', 'no tracepoint on this kernel', 'このカーネルにはトレースポイントがない'),
  ],
  runtimes: [
    { runtime: 'docker', endpoint: '/var/run/docker.sock', state: 'connected', version: '20.10.24' },
    {
      runtime: 'containerd',
      endpoint: '/run/containerd/containerd.sock',
      state: 'unreachable',
      reason: { en: 'permission denied', ja: '接続する権限がありません' },
    },
    { runtime: 'cri-o', endpoint: '/var/run/crio/crio.sock', state: 'absent' },
  ],
  sensor: {
    state: 'running',
    version: '0.1.0',
    programs: [
      { name: 'sched_process_exec', loaded: true },
      { name: 'sched_process_exit', loaded: true },
      { name: 'tcp_connect', loaded: true },
      { name: 'lsm_file_open', loaded: false, reason: 'EACCES: the kernel does not take BPF LSM programs' },
    ],
    eventsTotal: 1_284_113,
    lostInKernelTotal: 0,
    shedTotal: 1_204,
    malformedTotal: 0,
    inspect: {
      state: 'running',
      restarts: 1,
      flowsTotal: 8_120,
      recognisedTotal: 7_904,
      unknownTotal: 213,
      skippedTotal: 0,
      lostTotal: 3,
    },
  },
  uplink: {
    state: 'connected',
    bufferedRecords: 12,
    bufferedBytes: 40_212,
    acknowledgedTotal: 1_281_900,
    shedTotal: 0,
    certificateExpiresAtMs: NOW_MS + 20 * HOUR_MS,
  },
  cost: { cpuPercentOfCore: 1.4, residentBytes: 121 * 1024 ** 2 },
  clockSkewMs: -12,
  rulesRevision: '9a41c07f2d9b8e13',
  firstSeenAtMs: NOW_MS - 9 * DAY_MS,
  lastSeenAtMs: NOW_MS,
};

/** One node that works in part, one that is gone, one whose sensor is off. */
export const NODES: readonly Node[] = [
  LOCAL,
  {
    ...LOCAL,
    id: 'n-77aa0c1d2e3f4a5b',
    name: 'edge-07.tokyo.example.com',
    state: 'disconnected',
    conditions: [],
    sensor: { ...LOCAL.sensor, state: 'unknown', programs: [] },
    uplink: { ...LOCAL.uplink, state: 'disconnected', bufferedRecords: 0 },
    lastSeenAtMs: NOW_MS - 5 * HOUR_MS,
  },
  {
    ...LOCAL,
    id: 'n-10bb2c3d4e5f6a7b',
    name: 'build-02',
    levels: [],
    sensor: {
      ...LOCAL.sensor,
      state: 'building',
      reason: {
        en: 'compiling the sensor, 61 of 118 crates',
        ja: 'センサーをコンパイル中です（118 クレート中 61）',
      },
      programs: [],
      eventsTotal: 0,
    },
  },
];

export const ADVISORIES: ResponseOf<'advisory.status'> = {
  present: true,
  builtAtMs: NOW_MS - 2 * HOUR_MS,
  ageDays: 0,
  sample: false,
  rows: 412_980,
  digest: 'b7e23ec29af22b0b4e41da31e868d57226121c84b7e23ec29af22b0b4e41da31',
  rejudged: {
    startedAtMs: NOW_MS - 2 * HOUR_MS,
    endedAtMs: NOW_MS - 2 * HOUR_MS + 1_400,
    ...{ judged: 37, carried: 1_204, waiting: 0, reread: 12 },
  },
  ecosystems: [
    { ecosystem: 'Debian:12', rows: 98_112, asOf: '2026-11-25', completeness: 'listed-packages' },
    { ecosystem: 'npm', rows: 204_110, asOf: '2026-11-24', completeness: 'partial' },
    { ecosystem: 'PyPI', rows: 58_101, asOf: '2026-11-24', completeness: 'partial' },
    { ecosystem: 'Go', rows: 12_340, asOf: '2026-11-24', completeness: 'partial' },
  ],
  noData: ['Alpine:v3.99', 'Wolfi'],
};

/** State of the installation. */
export const systemStatus = (counts: ResponseOf<'system.status'>['counts']): ResponseOf<'system.status'> => ({
  version: '0.1.0',
  instance: 'main',
  startedAtMs: NOW_MS - DAY_MS,
  state: 'limited',
  conditions: LOCAL.conditions,
  counts,
  advisories: ADVISORIES,
  store: {
    state: 'ok',
    sizeBytes: 812 * 1024 ** 2,
    oldestEventAtMs: NOW_MS - 7 * DAY_MS,
    retention: [{ stream: 'security', days: 30, maxBytes: 5 * 1024 ** 3 }],
  },
  ingest: { recordsTotal: 1_281_900, rejectedTotal: 0, lostTotal: 1_204 },
  firstScanDone: true,
});
