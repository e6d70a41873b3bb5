// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ExampleEvidence, SettingItem } from '@bartizan/contracts/compliance';
import { describe, expect, it } from 'vitest';
import { judgeSetting } from './judge-setting.ts';
import { NodeFacts } from './node-facts.ts';
import { sealEvidence } from './seal.ts';

type Component = 'dockerd' | 'containerd' | 'kubelet' | 'kube-proxy';

const running = (subject: Component, ...value: string[]): ExampleEvidence => ({
  ...{ collector: 'process', subject, origin: 'flag', state: 'known', value },
});
const config = (
  subject: Component,
  value: Record<string, string | number | boolean | string[]>,
  origin: 'file' | 'drop-in' = 'file',
): ExampleEvidence => ({
  ...{ collector: 'config', subject, origin, path: `/${origin}`, state: 'known', value },
});
const asks =
  (component: Component, ...items: SettingItem[]) =>
  (...evidence: ExampleEvidence[]): string =>
    judgeSetting({ kind: 'setting', component, join: 'any', items }, new NodeFacts(sealEvidence(evidence, 1)))
      .status;

describe('the addresses of dockerd', () => {
  const ask = asks('dockerd', { flag: '--host', key: 'hosts', op: 'nothave', value: 'tcp' });
  it.each([
    ['-H', 'tcp://0.0.0.0:2375'],
    ['-H', '0.0.0.0:2375'],
    ['-H', ':2375'],
    ['-Htcp://0.0.0.0:2375'],
    ['-H=tcp://0.0.0.0:2375'],
    ['-H0.0.0.0:2375'],
    ['-DH', '0.0.0.0:2375'],
    ['--host=0.0.0.0'],
    ['-H', 'fd://', '-H', '10.0.0.1:2375'],
  ])('are TCP without a scheme, and may stand behind the letter: %s %s', (...words) => {
    expect(ask(running('dockerd', ...words))).toBe('fail');
  });
  it.each([
    [],
    ['-H', 'fd://', '--containerd=/run/containerd/containerd.sock'],
    ['-H', 'unix:///run/docker.sock'],
    ['-Hunix:///run/docker.sock'],
    ['-D', '-lwarn', '-g/srv/docker'],
  ])('are no TCP where they name a socket: %s', (...words) => {
    expect(ask(running('dockerd', ...words))).toBe('pass');
  });
  it('are read the same way in its file', () => {
    const byFile = (...hosts: string[]) => ask(running('dockerd'), config('dockerd', { hosts }));
    expect(byFile('0.0.0.0:2375')).toBe('fail');
    expect(byFile('unix:///run/docker.sock', ':2375')).toBe('fail');
    expect(byFile('fd://', 'unix:///run/docker.sock')).toBe('pass');
  });
});

describe('the configuration of containerd', () => {
  const OLD = 'plugins.io.containerd.grpc.v1.cri.';
  const NEW = 'plugins.io.containerd.cri.v1.runtime.';
  const item = (name: string, op: SettingItem['op'], value: string): SettingItem => ({
    ...{ key: `${OLD}${name}`, op, value },
  });
  const appArmor = asks('containerd', item('disable_apparmor', 'noteq', 'true'));
  const seccomp = asks('containerd', item('unset_seccomp_profile', 'eq', 'runtime/default'));
  const devices = 'containerd.runtimes.runc.privileged_without_host_devices';

  it('has its settings of containers in another table from version 3 on', () => {
    const of3 = (value: Record<string, string | boolean>) => [
      running('containerd'),
      config('containerd', { version: 3, ...value }),
    ];
    expect(appArmor(...of3({ [`${NEW}disable_apparmor`]: true }))).toBe('fail');
    expect(appArmor(...of3({ [`${NEW}disable_apparmor`]: false }))).toBe('pass');
    expect(seccomp(...of3({ [`${NEW}unset_seccomp_profile`]: 'runtime/default' }))).toBe('pass');
    // The old table is read by nobody then.
    expect(seccomp(...of3({ [`${OLD}unset_seccomp_profile`]: 'runtime/default' }))).toBe('fail');
    expect(asks('containerd', item(devices, 'eq', 'true'))(...of3({ [`${NEW}${devices}`]: true }))).toBe(
      'pass',
    );
  });
  it('keeps them, and the server of streams in every version, where they were', () => {
    const before = config('containerd', { version: 2, [`${OLD}disable_apparmor`]: true });
    expect(appArmor(running('containerd'), before)).toBe('fail');
    const streams = asks('containerd', item('stream_server_address', 'has', '127.0.0.1'));
    const now = config('containerd', { version: 3, [`${OLD}stream_server_address`]: '127.0.0.1' });
    expect(streams(running('containerd'), now)).toBe('pass');
  });
  it('is of the version of its main file where an imported one says none', () => {
    const imported = config('containerd', { [`${NEW}disable_apparmor`]: true }, 'drop-in');
    expect(appArmor(running('containerd'), config('containerd', { version: 3 }), imported)).toBe('fail');
  });
});

describe('what kubeadm writes where nobody set anything', () => {
  const KEY = 'streamingConnectionIdleTimeout';
  const FLAG = '--streaming-connection-idle-timeout';
  const idle = asks('kubelet', { flag: FLAG, key: KEY, op: 'noteq', value: '0' });
  const kubelet = (...flags: string[]) =>
    running('kubelet', '--config=/var/lib/kubelet/config.yaml', ...flags);
  const metrics = asks('kube-proxy', {
    ...{ flag: '--metrics-bind-address', key: 'metricsBindAddress', op: 'has', value: '127.0.0.1' },
  });
  const proxy = running('kube-proxy', '--config=/var/lib/kube-proxy/config.conf');

  it('is the default of the kubelet for its idle connections', () => {
    expect(idle(kubelet(), config('kubelet', { [KEY]: '0s' }))).toBe('pass');
    expect(idle(kubelet(), config('kubelet', { [KEY]: '5m0s' }))).toBe('pass');
  });
  it('is none as a flag, nor in a drop-in', () => {
    for (const flag of [`${FLAG}=0`, `${FLAG}=0s`])
      expect(idle(kubelet(flag), config('kubelet', { [KEY]: '0s' })), flag).toBe('fail');
    const dropIn = config('kubelet', { [KEY]: '0s' }, 'drop-in');
    expect(idle(kubelet(), config('kubelet', { [KEY]: '5m' }), dropIn)).toBe('fail');
  });
  it('is the loopback address of kube-proxy for its metrics', () => {
    expect(metrics(proxy, config('kube-proxy', { metricsBindAddress: '' }))).toBe('pass');
    expect(metrics(proxy, config('kube-proxy', { metricsBindAddress: '0.0.0.0:10249' }))).toBe('fail');
    expect(metrics(proxy, config('kube-proxy', { metricsBindAddress: '0.0.0.0' }))).toBe('fail');
  });
});
