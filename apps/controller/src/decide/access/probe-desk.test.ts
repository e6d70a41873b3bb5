// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { StrangerAnswer } from '@bartizan/adapters/probe';
import { probesOf, readPostureObjects } from '@bartizan/engine/cluster-posture';
import { describe, expect, it } from 'vitest';
import { ProbeDesk } from './probe-desk.ts';

const node = {
  kind: 'Node',
  metadata: { name: 'n1' },
  spec: {},
  status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] },
};

/** What a run says of the kubelet, etcd and the API server, where every connection ends like this. */
async function ran(answer: StrangerAnswer, letOut?: readonly number[]) {
  const probes = probesOf(readPostureObjects([node]), { host: '10.96.0.1', port: 443 });
  const desk = new ProbeDesk({
    clock: { nowMs: () => 1 },
    probes: () => probes,
    onChange: () => undefined,
    ask: () => Promise.resolve(answer),
    ...(letOut === undefined ? {} : { letOut }),
  });
  const run = await desk.run();
  const told = (id: string) => {
    const found = desk.list().find((probe) => probe.id === id);
    return [found?.outcome, found?.said];
  };
  return { run, kubelet: told('n1/kubelet'), server: told('cluster/api-server') };
}
const REFUSED = { kind: 'fault', code: 'ECONNREFUSED' } as const;
const SILENT = { kind: 'fault', code: 'ETIMEDOUT' } as const;

describe('probes that a network policy of ours may keep in', () => {
  it('are never closed: refused is what the network does with what a policy forbids', async () => {
    const { run, kubelet, server } = await ran(REFUSED, [443, 6443]);
    expect(kubelet).toEqual(['silent', 'ECONNREFUSED (NetworkPolicy?)']);
    expect(server).toEqual(['silent', 'ECONNREFUSED (NetworkPolicy?)']);
    expect(run).toMatchObject({ closed: 0, silent: run.asked });
    expect((await ran(SILENT, [443])).kubelet).toEqual(['silent', 'ETIMEDOUT (NetworkPolicy?)']);
  });

  it('are closed at a port of a node that is let out', async () => {
    const { run, kubelet, server } = await ran(REFUSED, [443, 6443, 10250]);
    expect(kubelet).toEqual(['closed', 'ECONNREFUSED']);
    expect(server[0]).toBe('silent');
    expect(run.closed).toBeGreaterThan(0);
  });

  it('are what they seem where an answer came, and where no policy is around', async () => {
    expect((await ran({ kind: 'status', status: 200 }, [])).kubelet).toEqual(['open', '200']);
    expect((await ran({ kind: 'status', status: 401 }, [])).server).toEqual(['refused', '401']);
    const { run, kubelet } = await ran(REFUSED);
    expect(kubelet).toEqual(['closed', 'ECONNREFUSED']);
    expect(run).toMatchObject({ silent: 0, closed: run.asked });
    expect((await ran(SILENT)).kubelet).toEqual(['silent', 'ETIMEDOUT']);
  });
});
