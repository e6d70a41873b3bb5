// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AttackCase, AttackStage } from '@bartizan/testkit/attack';
import { describeAttacks } from '../attack-suite.ts';

const cases: readonly AttackCase[] = [
  {
    name: 'a command that somebody outside runs in the container',
    rule: 'runtime.command-entered',
    attack: ['/bin/sh', '-c', 'id'],
    twin: ['/bin/sh', '-c', 'id'],
    isTwinOfApplication: true,
    expected: {
      severity: 'low',
      program: 'dash',
      because: ['process.name', 'process.entered', 'process.interactive', 'stdio.in'],
      owasp: { 2022: ['K03', 'K05'], 2025: ['K02', 'K10'] },
      technique: 'T1609',
    },
  },
  {
    name: 'a client of the cluster that the workload has no use for',
    rule: 'runtime.runtime-client',
    attack: ['/opt/kubectl', 'get', 'secrets'],
    twin: ['/opt/worker', 'get', 'secrets'],
    expected: {
      severity: 'high',
      program: 'kubectl',
      because: ['process.name'],
      owasp: { 2022: ['K03', 'K09'], 2025: ['K02', 'K06', 'K08'] },
      technique: 'T1613',
    },
  },
];
const stage = new AttackStage({
  rules: cases.map(({ rule }) => rule),
  prepare: (lower) => {
    for (const name of ['kubectl', 'worker']) copyFileSync('/bin/true', join(lower, 'opt', name));
  },
});

describeAttacks('using rights over containers from outside and inside', { stage, cases });
