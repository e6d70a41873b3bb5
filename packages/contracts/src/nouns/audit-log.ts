// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { FactValue } from '../decision.ts';
import { choice, flag, inline, instant, integer, list, object, optional, text } from '../schema.ts';

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

/** What somebody asked an API server, as its audit log told an agent: facts only, no body of a request. */
export const AuditedRequestRecord = inline('Request of an audit log', {
  id: text('Id of the request, the same for each of its stages', 128),
  atMs: optional(instant('When it came; absent: the line has no time that can be read')),
  writtenAtMs: optional(instant('When the API server wrote it, by its own clock')),
  addresses: list(text('Address', 1024), 'Where it came from: the client first, then its proxies', 16),
  authorized: optional(flag('What the log says of authorization')),
  resource: text('Resource', 253),
  namespace: text('Namespace', 253),
  name: text('Name', 253),
  facts: Type.Record(text('Fact', 128), FactValue, { description: 'Facts', maxProperties: 128 }),
});
export type AuditedRequestRecord = Static<typeof AuditedRequestRecord>;

/** Why a log file cannot be read: it is not there, it may not be read, it is no regular file, something else. */
export const AUDIT_FILE_PROBLEMS = ['gone', 'denied', 'no-file', 'failed'] as const;
export type AuditFileProblem = (typeof AUDIT_FILE_PROBLEMS)[number];

const fileFields = {
  path: text('Path as the API server knows it', 4096),
  lines: integer('Lines read since the agent started', '1'),
  broken: integer('Lines that are no event of audit.k8s.io/v1, or are longer than 8 MiB', '1'),
  rotations: integer('Times the file was rotated or truncated', '1'),
  gaps: integer(
    'Rotations after which the rest of the earlier file was not found: its lines are not known',
    '1',
  ),
  skippedBytes: integer(
    'Bytes that were passed over: what was there before the first look, beyond 64 MiB',
    'bytes',
  ),
  position: integer('Position in the file', 'bytes'),
  behindBytes: integer('What is not read yet', 'bytes'),
  problem: optional(choice(AUDIT_FILE_PROBLEMS, 'Why it cannot be read')),
};
/** How far an agent is with the audit log file of an API server. */
export const AuditFileProgress = inline('How far a log file is read', fileFields);
export type AuditFileProgress = Static<typeof AuditFileProgress>;

/** A log file that an agent follows. */
export const AuditFileStatus = inline('Audit log file that an agent follows', {
  node: text('Id of the node', 64),
  name: text('Name of the node', 253),
  lastAtMs: instant('When the agent told it'),
  ...fileFields,
});
export type AuditFileStatus = Static<typeof AuditFileStatus>;

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
  files: list(AuditFileStatus, 'Log files that agents follow', 256),
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
