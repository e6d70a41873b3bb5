// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { networkOf } from '../caller-network.ts';
import type { Clock } from '../ports.ts';
import { RateGate } from '../rate-gate.ts';

const PER_ADDRESS = 120;
/** A fleet of nodes shares the /64 of one IPv6 network, and so do all addresses that one host may use. */
const PER_NETWORK = 3000;

/** How many enrolments are let through in a minute: of one address, and of all addresses of a network together. */
export class EnrolmentGate {
  readonly #addresses: RateGate;
  readonly #networks: RateGate;

  constructor(clock: Clock) {
    this.#addresses = new RateGate(clock, PER_ADDRESS);
    this.#networks = new RateGate(clock, PER_NETWORK);
  }

  /** Takes one enrolment. What an address tries beyond its own limit costs its network nothing. */
  take(address: string): boolean {
    return this.#addresses.take(address).allowed && this.#networks.take(networkOf(address)).allowed;
  }
}
