// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { answerObjects } from './object-answers.ts';

const daemonSet = (name: string, ...args: string[]) => ({
  kind: 'DaemonSet',
  metadata: { namespace: 'kube-system', name },
  spec: { template: { spec: { containers: [{ name: 'main' }, { name: 'agent', args }] } } },
});
const pod = (name: string) => ({ kind: 'Pod', metadata: { namespace: 'shop', name }, spec: {} });
const plugin = (objects: object[], unreadable: string[] = []) => {
  const found = answerObjects({ objects: objects.map((one) => ({ ...one })), unreadable }).find(
    ({ subject }) => subject === 'network-plugin',
  );
  if (found?.state !== 'known') return 'unknown';
  const { value } = found;
  return typeof value === 'object' && !Array.isArray(value) && value['count'] === 0 ? 'enforces' : 'does not';
};

describe('the network plugin', () => {
  it.each(
    ['calico-node', 'cilium', 'canal', 'rke2-canal', 'antrea-agent', 'weave-net', 'kube-router'].concat([
      'ovnkube-node',
      'kube-ovn-cni',
      'azure-npm',
      'anetd',
      'calico-node-windows',
    ]),
  )('enforces policies where it is %s, also beside flannel', (name) => {
    expect(plugin([daemonSet(name)])).toBe('enforces');
    expect(plugin([daemonSet('kube-flannel-ds'), daemonSet(name)])).toBe('enforces');
  });
  it.each(['kube-flannel-ds', 'kindnet'])('enforces none where it is %s', (name) => {
    expect(plugin([daemonSet(name)])).toBe('does not');
  });
  it.each(['provnode-7c', 'covn-1', 'canalys-api', 'my-calico', 'calico-node-x7k2p'])(
    'is not the pod or the daemon set of an application: %s',
    (name) => {
      expect(plugin([daemonSet('kube-flannel-ds'), pod(name)])).toBe('does not');
      expect(plugin([daemonSet('kube-flannel-ds'), daemonSet(name)])).toBe('does not');
      expect(plugin([pod(name)])).toBe('unknown');
    },
  );
  it('of Amazon enforces them where its agent is told to', () => {
    expect(plugin([daemonSet('aws-node', '--enable-network-policy=true')])).toBe('enforces');
    expect(plugin([daemonSet('aws-node', '--enable-network-policy=false')])).toBe('unknown');
    expect(plugin([daemonSet('aws-node')])).toBe('unknown');
    expect(plugin([daemonSet('aws-node-termination-handler', '--enable-network-policy=true')])).toBe(
      'unknown',
    );
  });
  it('is not known where daemon sets cannot be listed', () => {
    expect(plugin([daemonSet('calico-node')], ['DaemonSet'])).toBe('unknown');
    expect(plugin([daemonSet('calico-node')], ['Pod'])).toBe('enforces');
  });
});
