// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Node } from '@bartizan/contracts';
import type { Clock } from '@bartizan/host';
import type { Journal } from './journal.ts';

/** What a reporter of the node needs. */
export interface NodeReporterOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly isConnected: () => boolean;
  readonly describe: () => Node;
}

const EVERY_MS = 10_000;
/** Without a connection reports are kept rarely: only the last says how things are. */
const EVERY_UNCONNECTED_MS = 300_000;
const SOON_MS = 200;

/** Reports the node each 10 s, and shortly after something about it changed. */
export class NodeReporter {
  readonly #options: NodeReporterOptions;
  readonly #stop: () => void;
  #cancelSoon: (() => void) | undefined;
  #lastAtUs = Number.NEGATIVE_INFINITY;

  constructor(options: NodeReporterOptions) {
    this.#options = options;
    this.#stop = options.clock.every(EVERY_MS, () => this.#due());
  }

  /** Something changed. */
  changed(): void {
    if (!this.#options.isConnected()) return;
    this.#cancelSoon ??= this.#options.clock.after(SOON_MS, () => this.now());
  }

  now(): void {
    this.#cancelSoon?.();
    this.#cancelSoon = undefined;
    this.#lastAtUs = this.#options.clock.bootUs();
    this.#options.journal.inventory({ type: 'node', node: this.#options.describe() });
  }

  stop(): void {
    this.#stop();
    this.#cancelSoon?.();
  }

  #due(): void {
    const sinceMs = (this.#options.clock.bootUs() - this.#lastAtUs) / 1000;
    if (this.#options.isConnected() || sinceMs > EVERY_UNCONNECTED_MS) this.now();
  }
}
