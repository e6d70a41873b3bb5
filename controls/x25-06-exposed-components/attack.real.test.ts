// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostStage } from '../host-stage.ts';

let host: HostStage;
beforeEach(() => {
  host = new HostStage();
});
afterEach(() => host.close());

describe('exposing a component', () => {
  it('that listens on all interfaces is found with its port, and one on loopback is not', () => {
    expect(host.judge(['0.0.0.0']).get('host.exposed-listeners')).toMatchObject({
      outcome: 'fail',
      severity: 'medium',
      evidence: expect.arrayContaining([expect.stringMatching(/tcp\/8080 node/)]),
      owasp: { 2025: expect.arrayContaining(['K06']) },
    });
    expect(host.judge(['127.0.0.1']).get('host.exposed-listeners')).toMatchObject({ outcome: 'pass' });
  }, 240_000);

  it('that lets root in by SSH is found, and the usual setting is not', () => {
    host.write('/usr/sbin/sshd', '');
    host.write('/etc/ssh/sshd_config', 'PermitRootLogin yes\n');
    expect(host.judge().get('host.ssh-root-login')).toMatchObject({ outcome: 'fail' });
    host.write('/etc/ssh/sshd_config', 'PermitRootLogin no\n');
    expect(host.judge().get('host.ssh-root-login')).toMatchObject({ outcome: 'pass' });
  }, 240_000);

  it('is not found without the check', () => {
    const judged = host.judge(['0.0.0.0'], ['host.exposed-listeners']);
    expect(judged.get('host.exposed-listeners')).toBeUndefined();
    expect([...judged.values()].filter(({ evidence }) => /8080/.test(evidence.join(' ')))).toEqual([]);
  }, 120_000);
});
