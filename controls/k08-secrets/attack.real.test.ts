// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AttackCase, AttackStage } from '@bartizan/testkit/attack';
import { expect } from 'vitest';
import { describeAttacks } from '../attack-suite.ts';

const TOKENS = '/run/secrets/kubernetes.io/serviceaccount';
const cases: readonly AttackCase[] = [
  {
    name: 'reading the password hashes',
    rule: 'runtime.sensitive-file-read',
    attack: ['/bin/cat', '/etc/shadow'],
    twin: ['/bin/cat', '/etc/passwd'],
    expected: {
      severity: 'high',
      program: 'cat',
      because: ['file.access', 'file.path', 'process.name', 'file.path'],
      owasp: { 2022: ['K08'], 2025: ['K03'] },
      technique: 'T1552.001',
    },
  },
  {
    name: 'reading the cloud credentials of an ordinary user',
    rule: 'runtime.sensitive-file-read',
    attack: ['/bin/cat', '/home/app/.aws/credentials'],
    twin: ['/bin/cat', '/home/app/.aws/config'],
    expected: {
      severity: 'high',
      program: 'cat',
      because: ['file.access', 'file.path', 'process.name', 'file.path', 'file.path'],
      owasp: { 2022: ['K08'], 2025: ['K03'] },
      technique: 'T1552.001',
    },
  },
  {
    name: 'reading the service account token by hand',
    rule: 'runtime.service-account-token-read',
    attack: ['/bin/cat', `${TOKENS}/token`],
    twin: ['/bin/cat', `${TOKENS}/namespace`],
    expected: {
      severity: 'high',
      program: 'cat',
      because: ['file.access', 'file.path', 'process.name'],
      owasp: { 2022: ['K06', 'K08'], 2025: ['K03', 'K09'] },
      technique: 'T1528',
    },
  },
];
const stage = new AttackStage({
  rules: [...new Set(cases.map(({ rule }) => rule))],
  files: {
    '/home/app/.aws/credentials': { text: '[default]\n' },
    '/home/app/.aws/config': { text: '[default]\n' },
  },
});

describeAttacks('stealing secrets in a container', {
  stage,
  cases,
  also: (one, { event }) => expect(event?.files).toEqual([one.attack[1]]),
});
