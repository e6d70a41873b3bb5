// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  AgentEvent,
  type AgentEvent as AgentEventType,
  eventId,
  InventoryRecord,
  type InventoryRecord as InventoryRecordType,
  ok,
  parser,
  type Result,
  type Stream,
  tenantScope,
} from '@bartizan/contracts';
import type { ApiFailure, Clock, IngestCounters, Log, Publish } from '../ports.ts';
import type { AgentIdentity } from './agent-identity.ts';
import type { Placing } from './kubernetes/placing.ts';

/** One batch as an agent sent it. */
export interface ReceivedBatch {
  readonly stream: Stream;
  readonly bootId: string;
  readonly firstSequence: number;
  readonly records: readonly unknown[];
}
/** An inventory record with its place in the stream. */
export interface PlacedRecord {
  readonly bootId: string;
  readonly sequence: number;
  readonly record: InventoryRecordType;
}
/** Where inventory records go. */
export interface InventorySink {
  /** Takes records of one node; resolves when they are on disk, but for those from `heldFrom` on. */
  readonly take: (
    agent: AgentIdentity,
    records: readonly PlacedRecord[],
  ) => Promise<Result<{ readonly rejected: number }, ApiFailure>>;
  /** Sequence of the first record that may not be acknowledged yet; undefined = all may. */
  readonly heldFrom: (agent: AgentIdentity, bootId: string) => number | undefined;
}
/** What became of a batch. */
export interface Taken {
  readonly rejected: number;
  /** Everything of the stream up to here is on disk. */
  readonly acknowledged: number;
}

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: IngestCounters;
  readonly publish: Publish;
  readonly inventory: InventorySink;
  /** Puts what is said of Pods to their workloads, where a cluster is watched. */
  readonly placing?: Pick<Placing, 'event' | 'record'> | undefined;
}

const parseEvent = parser(AgentEvent);
const parseInventory = parser(InventoryRecord);
const KIND_OF_STREAM = { security: 'security', process: 'process', file: 'file', flow: 'flow' } as const;

/** Boots of nodes of which is known how far their losses were counted. */
const COUNTED_MAX = 20_000;

/** Sequence of the last record of a batch. */
const lastOf = (batch: ReceivedBatch): number => batch.firstSequence + batch.records.length - 1;

/** Validates records one by one, puts them on disk, and tells who is looking. */
export class Ingest {
  readonly #parts: Parts;
  /** Last inventory record of a boot of a node whose losses were counted. */
  readonly #counted = new Map<string, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Stores a batch. A failure means: nothing is acknowledged, send again. */
  async take(agent: AgentIdentity, batch: ReceivedBatch): Promise<Result<Taken, ApiFailure>> {
    const { counters } = this.#parts;
    const outcome =
      batch.stream === 'inventory' ? await this.#inventory(agent, batch) : await this.#events(agent, batch);
    if (!outcome.ok) return outcome;
    counters.batchesTotal += 1;
    counters.rejectedTotal += outcome.value.rejected;
    if (outcome.value.rejected > 0)
      this.#parts.log.warn(
        { node: agent.node, stream: batch.stream, rejected: outcome.value.rejected },
        'records were refused',
      );
    return outcome;
  }

  async #inventory(agent: AgentIdentity, batch: ReceivedBatch): Promise<Result<Taken, ApiFailure>> {
    const { bootId, firstSequence } = batch;
    const records = batch.records.flatMap((record, at) => {
      const parsed = parseInventory(record);
      if (parsed.ok) {
        const placed = this.#parts.placing?.record(parsed.value) ?? parsed.value;
        return [{ bootId, sequence: firstSequence + at, record: placed }];
      }
      this.#parts.log.debug(
        { node: agent.node, faults: parsed.error.slice(0, 3) },
        'an inventory record was refused',
      );
      return [];
    });
    const taken = await this.#parts.inventory.take(agent, records);
    if (!taken.ok) return taken;
    this.#parts.counters.recordsTotal += records.length - taken.value.rejected;
    this.#countLosses(agent, batch, records);
    const held = this.#parts.inventory.heldFrom(agent, bootId);
    const acknowledged = Math.min(lastOf(batch), (held ?? Number.POSITIVE_INFINITY) - 1);
    const marked = await this.#parts.store.events.acknowledge(tenantScope(agent.cluster, agent.tenant), {
      node: agent.node,
      bootId,
      stream: batch.stream,
      sequence: acknowledged,
    });
    const rejected = batch.records.length - records.length + taken.value.rejected;
    return marked.ok ? ok({ rejected, acknowledged }) : marked;
  }

  async #events(agent: AgentIdentity, batch: ReceivedBatch): Promise<Result<Taken, ApiFailure>> {
    const events: AgentEventType[] = [];
    for (const [at, record] of batch.records.entries()) {
      const event = this.#event(agent, batch, batch.firstSequence + at, record);
      if (event !== undefined) events.push(event);
    }
    const scope = tenantScope(agent.cluster, agent.tenant);
    if (events.length > 0) {
      const stored = await this.#parts.store.events.append(scope, events);
      if (!stored.ok) return stored;
      this.#parts.counters.recordsTotal += stored.value.stored;
      this.#parts.counters.duplicatesTotal += stored.value.duplicates;
      this.#publish(agent, events, stored.value.repeated ?? []);
    }
    if (events.length < batch.records.length) {
      const marked = await this.#parts.store.events.acknowledge(scope, {
        node: agent.node,
        bootId: batch.bootId,
        stream: batch.stream,
        sequence: lastOf(batch),
      });
      if (!marked.ok) return marked;
    }
    return ok({ rejected: batch.records.length - events.length, acknowledged: lastOf(batch) });
  }

  /** Tells of what is new: what an agent sends again did not happen again. */
  #publish(
    { cluster, tenant }: AgentIdentity,
    events: readonly AgentEventType[],
    repeated: readonly string[],
  ): void {
    const before = new Set(repeated);
    for (const event of events) {
      if (event.kind !== 'security' || before.has(event.id)) continue;
      this.#parts.publish({ topic: 'security', cluster, tenant, data: event });
    }
  }

  /** Counts what an agent lost, each report once: some come again while a package list before them is not whole. */
  #countLosses(agent: AgentIdentity, batch: ReceivedBatch, records: readonly PlacedRecord[]): void {
    const key = `${agent.node}\n${batch.bootId}`;
    const before = this.#counted.get(key) ?? -1;
    for (const { record, sequence } of records)
      if (record.type === 'loss' && sequence > before) this.#parts.counters.lostTotal += record.count;
    this.#counted.delete(key);
    this.#counted.set(key, Math.max(before, lastOf(batch)));
    const [oldest] = this.#counted.keys();
    if (this.#counted.size > COUNTED_MAX && oldest !== undefined) this.#counted.delete(oldest);
  }

  /** A record as an event of this agent: another node is refused; cluster, tenant and place are never believed. */
  #event(
    agent: AgentIdentity,
    batch: ReceivedBatch,
    sequence: number,
    record: unknown,
  ): AgentEventType | undefined {
    if (typeof record !== 'object' || record === null) return undefined;
    const claimed: unknown = Reflect.get(record, 'node');
    if (claimed !== agent.node) {
      this.#parts.log.warn({ node: agent.node, claimed, code: 'E_NODE_MISMATCH' }, 'an event was refused');
      return undefined;
    }
    const parsed = parseEvent({
      ...record,
      id: eventId(agent.node, batch.bootId, batch.stream, sequence),
      cluster: agent.cluster,
      tenant: agent.tenant,
      node: agent.node,
      bootId: batch.bootId,
      stream: batch.stream,
      sequence,
      receivedAtMs: this.#parts.clock.nowMs(),
    });
    if (!parsed.ok) {
      this.#parts.log.debug({ node: agent.node, faults: parsed.error.slice(0, 3) }, 'an event was refused');
      return undefined;
    }
    const expected = batch.stream === 'inventory' ? undefined : KIND_OF_STREAM[batch.stream];
    if (parsed.value.kind !== expected) return undefined;
    return this.#parts.placing?.event(parsed.value) ?? parsed.value;
  }
}

/** Counters of what came in, before anything did. */
export const noCounts = (): IngestCounters => ({
  recordsTotal: 0,
  rejectedTotal: 0,
  lostTotal: 0,
  duplicatesTotal: 0,
  batchesTotal: 0,
  refusedSessionsTotal: 0,
});
