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
