// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AttackCase, AttackStage, summary, wanted } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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
      because: ['file.access', 'file.path', 'process.name'],
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
const stage = new AttackStage({ rules: cases.map(({ rule }) => rule) });

describe('stealing secrets in a container', () => {
  beforeAll(() => stage.start(), 600_000);
  afterAll(() => stage.close(), 60_000);

  it.each(cases)(
    '$name raises an alert with its reasons, and its twin none',
    async (one) => {
      const outcome = await stage.prove(one);
      expect(summary(outcome), await stage.report()).toEqual(wanted(one));
      expect(outcome.event?.attack).toContain(one.expected.technique);
      expect(outcome.event?.files).toEqual([one.attack[1]]);
    },
    240_000,
  );

  it('without the rules there is none', async () => {
    await stage.disarm();
    expect(await stage.playDisarmed(cases)).toEqual([]);
  }, 600_000);
});
