// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AttackCase, AttackStage } from '@bartizan/testkit/attack';
import { describeAttacks } from '../attack-suite.ts';

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

describeAttacks('reaching for the cloud from a container', {
  stage,
  cases,
  prepare: async () => {
    await stage.listen({ port: PORT, addresses: [METADATA] });
  },
});
