// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type AttackCase, AttackStage } from '@bartizan/testkit/attack';
import { describeAttacks } from '../attack-suite.ts';

const cases: readonly AttackCase[] = [
  {
    name: 'a setuid program makes its user root',
    rule: 'runtime.became-root',
    user: 33,
    attack: ['/opt/with-setuid'],
    twin: ['/opt/without-setuid'],
    expected: {
      severity: 'high',
      program: 'with-setuid',
      because: ['credentials.before-uid', 'credentials.before-euid', 'credentials.after-euid'],
      owasp: { 2022: ['K01'], 2025: ['K01'] },
      technique: 'T1548.001',
    },
  },
  {
    name: 'a tool that loads kernel modules',
    rule: 'runtime.kernel-module-tool',
    attack: ['/opt/insmod', '/tmp/x.ko'],
    twin: ['/opt/without-setuid', '/tmp/x.ko'],
    expected: {
      severity: 'critical',
      program: 'insmod',
      because: ['process.name'],
      owasp: { 2022: ['K01', 'K09'], 2025: ['K01', 'K06'] },
      technique: 'T1547.006',
    },
  },
  {
    // The program is busybox: the name that was called stands in the arguments only.
    name: 'a tool that loads kernel modules and is a link to busybox',
    rule: 'runtime.kernel-module-tool',
    attack: ['/bin/insmod', '/tmp/x.ko'],
    twin: ['/bin/lsmod', '/tmp/x.ko'],
    expected: {
      severity: 'critical',
      program: 'busybox',
      because: ['process.name', 'process.command-line'],
      owasp: { 2022: ['K01', 'K09'], 2025: ['K01', 'K06'] },
      technique: 'T1547.006',
    },
  },
  {
    name: 'a program with file capabilities',
    rule: 'runtime.capabilities-gained',
    user: 33,
    attack: ['/opt/with-capability'],
    twin: ['/opt/without-setuid'],
    expected: {
      severity: 'high',
      program: 'with-capability',
      because: ['credentials.gained-capabilities', 'credentials.before-uid', 'process.name'],
      owasp: { 2022: ['K01'], 2025: ['K01'] },
      technique: 'T1548',
    },
  },
];
/** File capabilities as the kernel keeps them (struct vfs_cap_data, revision 2): CAP_NET_ADMIN, permitted and effective. */
const NET_ADMIN = `0100000200100000${'00'.repeat(12)}`;
const SET_CAPABILITY =
  'import os, sys; os.setxattr(sys.argv[1], "security.capability", bytes.fromhex(sys.argv[2]))';
const stage = new AttackStage({
  rules: [...new Set(cases.map(({ rule }) => rule))],
  prepare: (lower) => {
    for (const [name, mode] of [
      ['with-setuid', 0o4755],
      ['without-setuid', 0o755],
      ['insmod', 0o755],
    ] as const) {
      copyFileSync('/bin/true', join(lower, 'opt', name));
      chmodSync(join(lower, 'opt', name), mode);
    }
    for (const link of ['insmod', 'lsmod']) symlinkSync('busybox', join(lower, 'bin', link));
    copyFileSync('/bin/true', join(lower, 'opt/with-capability'));
    execFileSync('/usr/bin/python3', ['-c', SET_CAPABILITY, join(lower, 'opt/with-capability'), NET_ADMIN]);
  },
  boundingCapabilities: ['CAP_NET_ADMIN'],
});

describeAttacks('gaining more than the workload was given', { stage, cases });
