// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AgentEvent, InventoryRecord, Severity, Stream, WorkloadRef } from '@bartizan/contracts';
import { eventId } from '@bartizan/contracts/wire';
import type { DiskBuffer, Logger, Owner } from '@bartizan/host';

/** What every event says of itself, beside what it is. */
export interface EventHead {
  readonly bootUs: number;
  readonly occurredAtMs: number;
  readonly workload: WorkloadRef;
  readonly severity: Severity;
  readonly owasp: AgentEvent['owasp'];
  readonly attack: AgentEvent['attack'];
  readonly aggregation: AgentEvent['aggregation'];
}

/** Where a record of an event comes from. */
type Envelope = Omit<EventHead, never> &
  Pick<AgentEvent, 'id' | 'cluster' | 'tenant' | 'node' | 'bootId' | 'stream' | 'sequence'>;

/** Nothing to map, nothing folded. */
export const plainHead = (
  occurredAtMs: number,
): Pick<EventHead, 'severity' | 'owasp' | 'attack' | 'aggregation'> => ({
  severity: 'info',
  owasp: { 2022: [], 2025: [] },
  attack: [],
  aggregation: { count: 1, firstAtMs: occurredAtMs, lastAtMs: occurredAtMs },
});

/** Puts records into the disk buffer, with the envelope, and has them sent. */
export class Journal {
  readonly #buffer: DiskBuffer;
  readonly #owner: () => Owner;
  readonly #bootId: string;
  readonly #logger: Logger;
  readonly #onWritten: () => void;

  constructor(options: {
    readonly buffer: DiskBuffer;
    readonly owner: () => Owner;
    readonly bootId: string;
    readonly logger: Logger;
    readonly onWritten: () => void;
  }) {
    this.#buffer = options.buffer;
    this.#owner = options.owner;
    this.#bootId = options.bootId;
    this.#logger = options.logger;
    this.#onWritten = options.onWritten;
  }

  /** Writes an event. What the buffer sheds it counts itself. */
  event(stream: Stream, head: EventHead, complete: (envelope: Envelope) => AgentEvent): void {
    const owner = this.#owner();
    this.#write(stream, (sequence) =>
      complete({
        id: eventId(owner.node, this.#bootId, stream, sequence),
        ...owner,
        bootId: this.#bootId,
        stream,
        sequence,
        ...head,
        bootUs: Math.max(0, Math.round(head.bootUs)),
      }),
    );
  }

  inventory(record: InventoryRecord): void {
    this.#write('inventory', () => record);
  }

  #write(stream: Stream, make: (sequence: number) => AgentEvent | InventoryRecord): void {
    const written = this.#buffer.append(stream, make);
    if (written.ok) this.#onWritten();
    else this.#logger.debug('a record was not kept', { code: written.error.code, stream });
  }
}
