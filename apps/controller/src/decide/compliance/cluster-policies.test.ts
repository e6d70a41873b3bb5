// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { ClusterPolicies } from './cluster-policies.ts';

const plugin = (...args: string[]) => {
  const policies = new ClusterPolicies({ conditionOf: () => 'synced', onChange: () => undefined });
  policies.take({
    ...{ group: 'apps', version: 'v1', resource: 'daemonsets', kind: 'DaemonSet' },
    ...{ namespace: 'kube-system', name: 'aws-node' },
    object: { spec: { template: { spec: { containers: [{ name: 'aws-node' }, { name: 'agent', args }] } } } },
  });
  return policies.answers().find(({ subject }) => subject === 'network-plugin');
};

describe('what is kept of a daemon set', () => {
  it('tells whether the network plugin of Amazon enforces policies', () => {
    expect(plugin('--health-probe-bind-addr=:8163', '--enable-network-policy=true')).toMatchObject({
      ...{ state: 'known', value: { count: 0 } },
    });
    expect(plugin('--enable-network-policy=false')).toMatchObject({ state: 'unreadable' });
  });
});
