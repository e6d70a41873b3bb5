// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ClusterId, NodeId, TenantId } from '../ids.ts';
import { WorkloadRef } from '../nouns/workload.ts';
import { AttackTechniques, OwaspItems } from '../owasp.ts';
import { choice, inline, instant, integer, optional, text } from '../schema.ts';
import { SeveritySchema } from '../severity.ts';

/** Streams of one agent, in order of what is kept longest: a verdict is never shed, flows go first and are counted. */
export const STREAMS = ['security', 'inventory', 'process', 'file', 'flow'] as const;
export type Stream = (typeof STREAMS)[number];

/** Whether records of a stream may be shed when a buffer is full. */
export const mayShed = (stream: Stream): boolean => stream !== 'security' && stream !== 'inventory';

/** Repeats of the same event, folded. */
export const Aggregation = inline('Repeats folded into one record', {
  count: integer('How often', '1', { minimum: 1 }),
  firstAtMs: instant('First'),
  lastAtMs: instant('Last'),
});

/**
 * Fields of every event. The id is `node:boot:stream:sequence`, so that a replayed batch changes nothing.
 * Three clocks: kernel boot time, node wall clock, controller receive time (retention goes by the last).
 */
export const envelope = {
  id: text('node:boot:stream:sequence', 200),
  cluster: ClusterId,
  tenant: TenantId,
  node: NodeId,
  bootId: text('Boot id of the kernel', 64),
  stream: choice(STREAMS, 'Stream'),
  sequence: integer('Position in the stream', '1'),
  bootUs: integer('Kernel time', 'us since boot'),
  occurredAtMs: instant('Wall clock of the node'),
  receivedAtMs: optional(instant('Wall clock of the controller')),
  workload: WorkloadRef,
  severity: SeveritySchema,
  owasp: OwaspItems,
  attack: AttackTechniques,
  aggregation: Aggregation,
};

/** Makes the id of an event. */
export const eventId = (node: string, bootId: string, stream: Stream, sequence: number): string =>
  `${node}:${bootId}:${stream}:${sequence}`;
