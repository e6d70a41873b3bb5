// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Node, systemScope, tenantScope } from '@bartizan/contracts';
import type { Clock, Log, Owner, Publish } from '../ports.ts';

/** A node that says nothing for this long is disconnected, in milliseconds. */
export const SILENT_MS = 30_000;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
}

/** Knows which nodes are there: marks silent ones as disconnected and keeps the skew of their clocks. */
export class Presence {
  readonly #parts: Parts;
  readonly #present = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A stream of a node opened, lives or closed. */
  note(owner: Owner & { readonly node: string }, present: boolean, skewMs?: number): void {
    if (present) this.#present.add(owner.node);
    else this.#present.delete(owner.node);
    if (skewMs !== undefined)
      void this.#change(owner, (node) => ({ ...node, clockSkewMs: Math.round(skewMs) }));
  }

  /** Marks nodes without a stream that were silent for too long. */
  async sweep(): Promise<void> {
    const { store, clock, log } = this.#parts;
    const nodes = await store.nodes.list(systemScope('presence of nodes'), { filter: [], limit: 1000 });
    if (!nodes.ok) return log.warn({ code: nodes.error.code }, 'presence cannot be read now');
    for (const node of nodes.value.items) {
      if (this.#present.has(node.id) || node.state === 'disconnected') continue;
      if (clock.nowMs() - node.lastSeenAtMs < SILENT_MS) continue;
      const owner = { cluster: node.cluster, tenant: node.tenant, node: node.id };
      await this.#change(owner, (current) => ({
        ...current,
        state: 'disconnected',
        uplink: { ...current.uplink, state: 'disconnected' },
      }));
    }
  }

  async #change(owner: Owner & { readonly node: string }, change: (node: Node) => Node): Promise<void> {
    const scope = tenantScope(owner.cluster, owner.tenant);
    const found = await this.#parts.store.nodes.get(scope, owner.node);
    if (!found.ok || found.value === undefined) return;
    const node = change(found.value);
    const saved = await this.#parts.store.nodes.put(scope, [node]);
    if (saved.ok)
      this.#parts.publish({ topic: 'node', cluster: owner.cluster, tenant: owner.tenant, data: node });
  }
}
