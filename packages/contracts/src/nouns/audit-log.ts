// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { inline, instant, integer, list, object, optional, text } from '../schema.ts';

/** Most events in one batch: an API server sends 400 unless told otherwise. */
export const AUDIT_BATCH_EVENTS_MAX = 10_000;

/** A batch of the audit webhook of an API server, as it sends it (audit.k8s.io/v1, EventList). */
export const AuditEventList = inline('Batch of the audit webhook', {
  kind: text('EventList', 64),
  apiVersion: text('audit.k8s.io/v1', 64),
  metadata: optional(Type.Unknown({ description: 'Metadata of the list' })),
  items: list(
    Type.Unknown({ description: 'Event of audit.k8s.io/v1' }),
    'Events; one that cannot be read is counted and passed over',
    AUDIT_BATCH_EVENTS_MAX,
  ),
});

/** What became of a batch. */
export const AuditBatchOutcome = inline('What became of the batch', {
  events: integer('Events in it', '1'),
  judged: integer('Requests that rules were asked about', '1'),
  repeated: integer('Requests that were known already', '1'),
  broken: integer('Entries that are no event', '1'),
  detections: integer('Detections, repeats folded into one included', '1'),
});
export type AuditBatchOutcome = Static<typeof AuditBatchOutcome>;

/** How the audit log of the API servers comes in. */
export const AuditLogStatus = object('AuditLogStatus', 'How the audit log of the API servers comes in', {
  sinceMs: instant('Counted since: the start of the controller'),
  lastBatchAtMs: optional(instant('Last batch; absent: none came since then')),
  batches: integer('Batches taken', '1'),
  busy: integer('Batches turned away since too many came at once: the API server sends them again', '1'),
  events: integer('Events in them', '1'),
  judged: integer('Requests that rules were asked about', '1'),
  repeated: integer('Requests that were known already', '1'),
  broken: integer('Entries that are no event of audit.k8s.io/v1, or have no id', '1'),
  detections: integer('Detections, repeats folded into one included', '1'),
  told: integer('Events that were kept of them', '1'),
  shed: integer('Detections that are lost: too many different ones in a minute, the least severe first', '1'),
  delayMs: optional(integer('Age of the newest event of the last batch when it came', 'ms')),
  aheadMs: integer('How far the clock of an API server was seen to be ahead of ours; 0: it was not', 'ms'),
});
export type AuditLogStatus = Static<typeof AuditLogStatus>;

/** An API server that may send its audit log, with the key that is shown once. */
export const AuditSource = object('AuditSource', 'What an API server needs to send its audit log', {
  id: text('Id of the key', 128),
  secret: text('The key itself, shown once', 128),
  expiresAtMs: instant('End of the key'),
  path: text('Path that takes the batches', 256),
  serverName: text('A name of our certificate, whatever address it is reached by', 253),
  caPem: text('Authority of our certificate, PEM', 16_384),
  retired: integer('Earlier keys of this name that end', '1'),
});
export type AuditSource = Static<typeof AuditSource>;
