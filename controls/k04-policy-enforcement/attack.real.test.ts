// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AttackCase, AttackStage, summary, wanted } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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
const stage = new AttackStage({ rules: cases.map(({ rule }) => rule) });

describe('doing in a container what a policy would forbid', () => {
  beforeAll(() => stage.start(), 600_000);
  afterAll(() => stage.close(), 60_000);

  it.each(cases)(
    '$name raises an alert with its reasons, and its twin none',
    async (one) => {
      const outcome = await stage.prove(one);
      expect(summary(outcome), await stage.report()).toEqual(wanted(one));
      expect(outcome.event?.attack).toContain(one.expected.technique);
    },
    240_000,
  );

  it('without the rules there is none', async () => {
    await stage.disarm();
    expect(await stage.playDisarmed(cases)).toEqual([]);
  }, 600_000);
});
