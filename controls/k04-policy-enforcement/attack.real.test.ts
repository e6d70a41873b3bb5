// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AttackCase, AttackStage } from '@bartizan/testkit/attack';
import { describeAttacks } from '../attack-suite.ts';

const cases: readonly AttackCase[] = [
  {
    name: 'a shell with a terminal',
    rule: 'runtime.shell-in-container',
    attack: ['/bin/bash', '-c', 'id'],
    twin: ['/bin/bash', '-c', 'id'],
    isTerminal: { attack: true, twin: false },
    expected: {
      severity: 'medium',
      program: 'bash',
      because: ['process.name', 'process.interactive', 'process.entry-point'],
      owasp: { 2022: ['K04', 'K05'], 2025: ['K04', 'K10'] },
      technique: 'T1609',
    },
  },
  {
    name: 'installing a package',
    rule: 'runtime.package-manager',
    attack: ['/usr/bin/apt-get', 'install', 'nmap'],
    twin: ['/usr/bin/apt-get', '--version', 'nmap'],
    expected: {
      severity: 'high',
      program: 'apt-get',
      because: ['process.name', 'process.arguments'],
      owasp: { 2022: ['K02', 'K04'], 2025: ['K04'] },
      technique: 'T1072',
    },
  },
  {
    // The program is the interpreter of the script: the name that was called stands in the arguments only.
    name: 'installing a package with a script',
    rule: 'runtime.package-manager',
    attack: ['/usr/local/bin/pip', 'install', 'requests'],
    twin: ['/usr/local/bin/pip', 'list', 'requests'],
    expected: {
      severity: 'high',
      program: 'python3',
      because: ['process.name', 'process.arguments', 'process.arguments'],
      owasp: { 2022: ['K02', 'K04'], 2025: ['K04'] },
      technique: 'T1072',
    },
  },
  {
    name: 'running a program that was brought in',
    rule: 'runtime.dropped-executable',
    attack: ['/bin/sh', '-c', 'cp /bin/true /tmp/worker && /tmp/worker'],
    twin: ['/bin/sh', '-c', 'cp /bin/true /tmp/worker && /bin/true'],
    expected: {
      severity: 'high',
      program: 'worker',
      because: ['process.upper-layer', 'process.fileless'],
      owasp: { 2022: ['K04'], 2025: ['K04'] },
      technique: 'T1105',
    },
  },
];
const stage = new AttackStage({
  rules: [...new Set(cases.map(({ rule }) => rule))],
  files: { '/usr/local/bin/pip': { text: '#!/usr/bin/python3\n', mode: 0o755 } },
});

describeAttacks('doing in a container what a policy would forbid', { stage, cases });
