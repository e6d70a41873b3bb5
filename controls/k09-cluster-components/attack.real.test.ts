// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostStage } from '../host-stage.ts';

const SOCKET = '/run/containerd/containerd.sock';
let host: HostStage;
beforeEach(() => {
  host = new HostStage();
});
afterEach(() => host.close());

describe('opening a component of the node', () => {
  it('by the rights of the runtime socket is found with its path, and the usual rights are not', async () => {
    await host.socket(SOCKET, 0o666);
    expect(host.judge().get('host.runtime-sockets')).toMatchObject({
      outcome: 'fail',
      evidence: expect.arrayContaining([expect.stringContaining(SOCKET)]),
      owasp: { 2022: expect.arrayContaining(['K09']) },
    });
    await host.close();
    host = new HostStage();
    await host.socket(SOCKET, 0o660);
    expect(host.judge().get('host.runtime-sockets')).toMatchObject({ outcome: 'pass' });
  }, 240_000);

  it('is not found without the check', async () => {
    await host.socket(SOCKET, 0o666);
    const judged = host.judge([], ['host.runtime-sockets']);
    expect(judged.get('host.runtime-sockets')).toBeUndefined();
    expect(
      [...judged.values()].filter(
        ({ outcome, evidence }) => outcome === 'fail' && evidence.join(' ').includes(SOCKET),
      ),
    ).toEqual([]);
  }, 120_000);
});
