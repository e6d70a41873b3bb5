// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type WorkloadName, workloadIdOf } from '@bartizan/adapters/kube';
import { workloadIdOf as ofAgents } from '@bartizan/host';
import { describe, expect, it } from 'vitest';

const NAMES: readonly WorkloadName[] = [
  { kind: 'Pod', namespace: 'shop', name: 'web-0' },
  { kind: 'Deployment', namespace: 'shop', name: 'web' },
  { kind: 'CronJob', namespace: '', name: '' },
  { kind: 'Other', namespace: 'shop', name: 'Rollout/ウェブ' },
];

describe('the id of a workload', () => {
  it.each(NAMES)('is the same to agents and controller: $kind $namespace $name', (name) => {
    expect(workloadIdOf('local', name)).toBe(ofAgents('local', name));
    expect(workloadIdOf('other', name)).not.toBe(ofAgents('local', name));
  });
});
