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

/** One batch as an agent sent it. */
export interface ReceivedBatch {
  readonly stream: Stream;
  readonly bootId: string;
  readonly firstSequence: number;
  readonly records: readonly unknown[];
}
/** Takes inventory records of one node; resolves when they are on disk. */
export type TakeInventory = (
  agent: AgentIdentity,
  records: readonly InventoryRecordType[],
) => Promise<Result<{ readonly rejected: number }, ApiFailure>>;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: IngestCounters;
  readonly publish: Publish;
  readonly inventory: TakeInventory;
}

const parseEvent = parser(AgentEvent);
const parseInventory = parser(InventoryRecord);
const KIND_OF_STREAM = { security: 'security', process: 'process', file: 'file', flow: 'flow' } as const;

/** Validates records one by one, puts them on disk, and tells who is looking. */
export class Ingest {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Stores a batch. The number of refused records on success; a failure means: nothing is acknowledged, send again. */
  async take(
    agent: AgentIdentity,
    batch: ReceivedBatch,
  ): Promise<Result<{ readonly rejected: number }, ApiFailure>> {
    const { counters } = this.#parts;
    const outcome =
      batch.stream === 'inventory' ? await this.#inventory(agent, batch) : await this.#events(agent, batch);
    if (!outcome.ok) return outcome;
    counters.batchesTotal += 1;
    counters.recordsTotal += batch.records.length - outcome.value.rejected;
    counters.rejectedTotal += outcome.value.rejected;
    if (outcome.value.rejected > 0)
      this.#parts.log.warn(
        { node: agent.node, stream: batch.stream, rejected: outcome.value.rejected },
        'records were refused',
      );
    return outcome;
  }

  async #inventory(agent: AgentIdentity, batch: ReceivedBatch) {
    const records = batch.records.flatMap((record) => {
      const parsed = parseInventory(record);
      if (parsed.ok) return [parsed.value];
      this.#parts.log.debug(
        { node: agent.node, faults: parsed.error.slice(0, 3) },
        'an inventory record was refused',
      );
      return [];
    });
    const taken = await this.#parts.inventory(agent, records);
    if (!taken.ok) return taken;
    for (const record of records) if (record.type === 'loss') this.#parts.counters.lostTotal += record.count;
    const marked = await this.#parts.store.events.acknowledge(tenantScope(agent.cluster, agent.tenant), {
      node: agent.node,
      bootId: batch.bootId,
      stream: batch.stream,
      sequence: batch.firstSequence + batch.records.length - 1,
    });
    const rejected = batch.records.length - records.length + taken.value.rejected;
    return marked.ok ? ok({ rejected }) : marked;
  }

  async #events(agent: AgentIdentity, batch: ReceivedBatch) {
    const events: AgentEventType[] = [];
    for (const [at, record] of batch.records.entries()) {
      const event = this.#event(agent, batch, batch.firstSequence + at, record);
      if (event !== undefined) events.push(event);
    }
    const scope = tenantScope(agent.cluster, agent.tenant);
    if (events.length > 0) {
      const stored = await this.#parts.store.events.append(scope, events);
      if (!stored.ok) return stored;
    }
    if (events.length < batch.records.length) {
      const marked = await this.#parts.store.events.acknowledge(scope, {
        node: agent.node,
        bootId: batch.bootId,
        stream: batch.stream,
        sequence: batch.firstSequence + batch.records.length - 1,
      });
      if (!marked.ok) return marked;
    }
    for (const event of events)
      if (event.kind === 'security')
        this.#parts.publish({ topic: 'security', cluster: agent.cluster, tenant: agent.tenant, data: event });
    return ok({ rejected: batch.records.length - events.length });
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
    return parsed.value.kind === expected ? parsed.value : undefined;
  }
}
