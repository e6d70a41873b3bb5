// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Workload, WorkloadRef } from '@bartizan/contracts';
import {
  containerRecord,
  type KnownContainer,
  type Owner,
  workloadNameOf,
  workloadRefOf,
} from '@bartizan/host';
import type { Journal } from './journal.ts';

const nameKey = ({ description }: KnownContainer): string => {
  const { kind, namespace, name } = workloadNameOf(description);
  return `${kind}\n${namespace}\n${name}`;
};

const MONITOR: Workload['modes'] = { process: 'monitor', file: 'monitor', network: 'monitor' };

/** What inventory reports stand on. */
export interface InventoryOptions {
  readonly journal: Journal;
  readonly owner: () => Owner;
  readonly containers: () => readonly KnownContainer[];
  readonly hostWorkload: () => WorkloadRef;
  readonly wallMs: () => number;
}

/** Tells the controller of workloads and containers: each change at once, everything at connect. */
export class Inventory {
  readonly #options: InventoryOptions;
  readonly #firstSeen = new Map<string, number>();

  constructor(options: InventoryOptions) {
    this.#options = options;
  }

  /** A container was found, changed or ended. */
  container(container: KnownContainer): void {
    this.#report(container, this.#countRunning());
  }

  #report(container: KnownContainer, counts: ReadonlyMap<string, number>): void {
    if (container.description.isSandbox) return;
    const { journal, owner } = this.#options;
    const running = counts.get(nameKey(container)) ?? 0;
    journal.inventory({ type: 'workload', workload: this.#workloadOf(container, running) });
    journal.inventory({ type: 'container', container: containerRecord(owner(), container) });
  }

  /** Everything that runs, and the list of it: what is not in it has ended. */
  snapshot(): void {
    const { journal, containers, wallMs } = this.#options;
    this.#reportHost();
    const running = containers().filter((one) => one.isRunning && !one.description.isSandbox);
    const counts = this.#countRunning();
    for (const one of running) this.#report(one, counts);
    journal.inventory({
      type: 'container-snapshot',
      containers: running.slice(0, 10_000).map((one) => containerRecord(this.#options.owner(), one).id),
      atMs: wallMs(),
    });
  }

  #reportHost(): void {
    const { journal, hostWorkload } = this.#options;
    const { workload: id, namespace, name } = hostWorkload();
    journal.inventory({
      type: 'workload',
      workload: { ...this.#base(id), kind: 'Host', namespace, name, running: 1 },
    });
  }

  #base(id: string): Omit<Workload, 'kind' | 'namespace' | 'name' | 'running'> {
    const { owner, wallMs } = this.#options;
    const { cluster, tenant, node } = owner();
    const nowMs = wallMs();
    const firstSeenAtMs = this.#firstSeen.get(id) ?? nowMs;
    if (this.#firstSeen.size < 50_000) this.#firstSeen.set(id, firstSeenAtMs);
    return {
      id,
      cluster,
      tenant,
      nodes: [node],
      labels: {},
      modes: MONITOR,
      firstSeenAtMs,
      lastSeenAtMs: nowMs,
    };
  }

  /** Containers that run, per workload. */
  #countRunning(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const one of this.#options.containers()) {
      if (!one.isRunning || one.description.isSandbox) continue;
      const key = nameKey(one);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  #workloadOf(container: KnownContainer, running: number): Workload {
    const { owner } = this.#options;
    const { cluster } = owner();
    const name = workloadNameOf(container.description);
    const { workload: id, image, imageDigest } = workloadRefOf(cluster, container);
    return {
      ...this.#base(id),
      ...name,
      labels: containerRecord(owner(), container).labels,
      running,
      ...(image === undefined ? {} : { image }),
      ...(imageDigest === undefined ? {} : { imageDigest }),
    };
  }
}
