// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { EnrolmentGate } from './enrolment-gate.ts';

const NETWORK = '2001:db8:1:2';
const tries = (gate: EnrolmentGate, count: number, address: (at: number) => string): number =>
  Array.from({ length: count }, (_none, at) => gate.take(address(at))).filter(Boolean).length;
const gateAt = () => {
  const clock = { atMs: 0, nowMs: () => clock.atMs };
  return { clock, gate: new EnrolmentGate(clock) };
};

describe('enrolments', () => {
  it('of a fleet in one IPv6 network come through, and a node that tries for ever locks only itself out', () => {
    const { gate } = gateAt();
    expect(tries(gate, 10_000, () => `${NETWORK}::bad`)).toBe(120);
    expect(tries(gate, 1000, (at) => `${NETWORK}::1:${at.toString(16)}`)).toBe(1000);
  });

  it('of a host that takes another address of its network each time are bounded, those of others are not', () => {
    const { gate, clock } = gateAt();
    const changing = (at: number) => `${NETWORK}::${at.toString(16)}`;
    expect(tries(gate, 5000, changing)).toBe(3000);
    expect(gate.take('2001:db8:1:3::1')).toBe(true);
    clock.atMs = 60_000;
    expect(tries(gate, 1, changing)).toBe(1);
  });

  it('of an IPv4 address are bounded as those of an IPv6 one', () => {
    const { gate } = gateAt();
    expect(tries(gate, 200, () => '192.0.2.1')).toBe(120);
    expect(gate.take('192.0.2.2')).toBe(true);
  });
});
