// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Node, systemScope, tenantScope } from '@bartizan/contracts';
import type { Clock, Log, Owner, Publish } from '../ports.ts';
import type { Turnstile } from '../turnstile.ts';

/** A node that says nothing for this long is disconnected, in milliseconds. */
export const SILENT_MS = 30_000;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  /** Every other writer of nodes passes it too: an older report is never put back over a newer one. */
  readonly turnstile: Turnstile;
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
    if (present) this.#present.add(keyOf(owner));
    else {
      this.#present.delete(keyOf(owner));
      void this.#change(owner, (node) => (this.#present.has(keyOf(owner)) ? node : unheard(node)));
    }
    if (skewMs !== undefined)
      void this.#change(owner, (node) => ({ ...node, clockSkewMs: Math.round(skewMs) }));
  }

  /** Marks nodes without a stream that were silent for too long. */
  async sweep(): Promise<void> {
    const { store, log } = this.#parts;
    let cursor: string | undefined;
    do {
      const nodes = await store.nodes.list(systemScope('presence of nodes'), {
        filter: [],
        limit: 1000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!nodes.ok) return log.warn({ code: nodes.error.code }, 'presence cannot be read now');
      for (const node of nodes.value.items) if (this.#isSilent(node)) await this.#disconnect(node);
      cursor = nodes.value.next;
    } while (cursor !== undefined);
  }

  #isSilent(node: Node): boolean {
    if (this.#present.has(keyOf({ ...node, node: node.id })) || node.state === 'disconnected') return false;
    return this.#parts.clock.nowMs() - node.lastSeenAtMs >= SILENT_MS;
  }

  #disconnect(node: Node): Promise<void> {
    return this.#change({ cluster: node.cluster, tenant: node.tenant, node: node.id }, (current) => ({
      ...unheard(current),
      state: 'disconnected',
    }));
  }

  #change(owner: Owner & { readonly node: string }, change: (node: Node) => Node): Promise<void> {
    return this.#parts.turnstile.run(() => this.#changeAlone(owner, change));
  }

  async #changeAlone(owner: Owner & { readonly node: string }, change: (node: Node) => Node): Promise<void> {
    const scope = tenantScope(owner.cluster, owner.tenant);
    const found = await this.#parts.store.nodes.get(scope, owner.node);
    if (!found.ok || found.value === undefined) return;
    const node = change(found.value);
    if (node === found.value) return;
    const saved = await this.#parts.store.nodes.put(scope, [node]);
    if (saved.ok)
      this.#parts.publish({ topic: 'node', cluster: owner.cluster, tenant: owner.tenant, data: node });
  }
}

/** The last report of a node does not outlive its stream: until the next one nobody knows whether its sensor runs. */
const unheard = (node: Node): Node => ({
  ...node,
  sensor: { ...node.sensor, state: 'unknown' },
  uplink: { ...node.uplink, state: 'disconnected' },
});

const keyOf = ({ cluster, tenant, node }: Owner & { readonly node: string }): string =>
  `${tenant}\n${cluster}\n${node}`;
