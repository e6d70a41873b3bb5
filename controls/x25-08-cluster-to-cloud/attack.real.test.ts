// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AttackCase, AttackStage, summary, wanted } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const METADATA = '169.254.169.254';
const PORT = 8080;
const cases: readonly AttackCase[] = [
  {
    name: 'asking the metadata service of the cloud',
    rule: 'runtime.metadata-service',
    attack: ['/bin/nc', METADATA, String(PORT)],
    twin: ['/bin/nc', '127.0.0.1', String(PORT)],
    expected: {
      severity: 'high',
      program: 'busybox',
      because: ['connection.direction', 'connection.remote-address'],
      owasp: { 2022: ['K07'], 2025: ['K08'] },
      technique: 'T1552.005',
    },
  },
];
const stage = new AttackStage({ rules: cases.map(({ rule }) => rule) });

describe('reaching for the cloud from a container', () => {
  beforeAll(async () => {
    await stage.start();
    await stage.listen({ port: PORT, addresses: [METADATA] });
  }, 600_000);
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
