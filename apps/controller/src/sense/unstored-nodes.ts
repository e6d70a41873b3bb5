// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Node, type Node as NodeType, parser } from '@bartizan/contracts';
import type { Clock, Log, NodeNews, Owner, Publish } from '../ports.ts';

interface Parts {
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
}
/** The newest word of a node that is not in the store. */
interface Word {
  readonly node: NodeType;
  /** When the node made it, by its own clock. */
  readonly madeAtMs: number;
}

const parseNode = parser(Node);

/**
 * What nodes say of themselves while their records are not taken: with a full store nothing else would tell that their
 * buffers are full too. One report a connected node, in memory, marked as not stored; a newer one that is stored, and
 * the end of the stream, end it.
 */
export class UnstoredNodes implements NodeNews {
  readonly #parts: Parts;
  readonly #words = new Map<string, Word>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes a report that a node sent beside its records. One that is malformed or of another node is passed over. */
  take(owner: Owner & { readonly node: string }, reported: unknown): void {
    const { clock, log, publish } = this.#parts;
    const parsed = parseNode(reported);
    if (!parsed.ok || parsed.value.id !== owner.node) {
      log.warn({ node: owner.node, code: 'E_NODE_MISMATCH' }, 'a state was refused');
      return;
    }
    const { cluster, tenant } = owner;
    const nowMs = clock.nowMs();
    const node: NodeType = {
      ...parsed.value,
      cluster,
      tenant,
      firstSeenAtMs: nowMs,
      lastSeenAtMs: nowMs,
      notStored: true,
    };
    this.#words.set(keyOf(owner), { node, madeAtMs: parsed.value.lastSeenAtMs });
    publish({ topic: 'node', cluster, tenant, data: node });
  }

  /** A report that the node made then is in the store. */
  stored(owner: Owner & { readonly node: string }, madeAtMs: number): void {
    const word = this.#words.get(keyOf(owner));
    if (word !== undefined && word.madeAtMs <= madeAtMs) this.#words.delete(keyOf(owner));
  }

  /** The node has no stream any more: nobody knows whether its last word still holds. */
  gone(owner: Owner & { readonly node: string }): void {
    this.#words.delete(keyOf(owner));
  }

  newest(node: NodeType): NodeType {
    const word = this.#words.get(keyOf({ ...node, node: node.id }));
    if (word === undefined) return node;
    return { ...word.node, firstSeenAtMs: node.firstSeenAtMs };
  }
}

const keyOf = ({ cluster, tenant, node }: Owner & { readonly node: string }): string =>
  `${tenant}\n${cluster}\n${node}`;
