// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { VERDICTS } from '../decision.ts';
import { WorkloadRef } from '../nouns/workload.ts';
import { choice, integer, list, object, optional, text } from '../schema.ts';
import { envelope } from './envelope.ts';
import { ProcessInfo } from './process-info.ts';

/**
 * Connections between two ends, folded over one interval and seen from the workload of the envelope.
 * Ephemeral ports are folded: only the server's port is kept.
 */
export const Flow = object('Flow', 'Connections between two ends, folded over an interval', {
  ...envelope,
  kind: Type.Literal('flow'),
  direction: choice(['outbound', 'inbound'], 'Seen from the workload'),
  protocol: choice(['tcp', 'udp', 'other'], 'Protocol'),
  application: optional(
    text(
      'Application protocol by its first bytes; `unknown` = looked at, not recognised; absent = not seen',
      64,
    ),
  ),
  applicationHost: optional(
    text(
      'Name that the client asked for: HTTP Host, TLS server name or DNS question; absent = none seen',
      253,
    ),
  ),
  localAddress: text('Address of the workload', 64),
  remoteAddress: text('Address of the other end', 64),
  serverPort: integer('Port of the serving end', '1', { maximum: 65535 }),
  remoteWorkload: optional(WorkloadRef),
  process: optional(ProcessInfo),
  connections: integer('Connections', '1'),
  failures: integer('Connections that never came up', '1'),
  bytesSent: optional(
    integer(
      'Sent by the workload over the connections that ended in the interval; absent = not counted: none ended, or not TCP',
      'bytes',
    ),
  ),
  bytesReceived: optional(
    integer('Received by the workload over the connections that ended; absent = not counted', 'bytes'),
  ),
  verdict: choice(VERDICTS, 'Verdict'),
  networkNamespace: optional(text('Network namespace of the workload', 20)),
});
export type Flow = Static<typeof Flow>;

/** A node of the map: a workload, a group of workloads, or the outside. */
export const MapNode = object('MapNode', 'A node of the network map', {
  id: text('Id', 256),
  kind: choice(['workload', 'group', 'host', 'external'], 'Kind'),
  label: text('Label', 256),
  namespace: text('Namespace or project', 253),
  members: integer('Workloads inside', '1'),
  x: integer('Place', '1', { minimum: -1_000_000, maximum: 1_000_000 }),
  y: integer('Place', '1', { minimum: -1_000_000, maximum: 1_000_000 }),
  worstSeverity: optional(text('Worst open finding or event', 16)),
});
export type MapNode = Static<typeof MapNode>;

/** An edge of the map. */
export const MapEdge = object('MapEdge', 'An edge of the network map', {
  id: text('Id', 512),
  from: text('Client', 256),
  to: text('Server', 256),
  protocols: list(text('protocol/port', 64), 'Protocols and ports', 64),
  applications: optional(
    list(
      text('Application protocol', 64),
      'What is spoken, when seen; `unknown` = looked at, not recognised',
      32,
    ),
  ),
  connections: integer('Connections', '1'),
  bytes: optional(
    integer('Bytes both ways, of the connections that ended; absent = none of them counted', 'bytes'),
  ),
  verdict: choice(VERDICTS, 'Worst verdict'),
  firstAtMs: integer('First', 'ms since Unix epoch'),
  lastAtMs: integer('Last', 'ms since Unix epoch'),
});
export type MapEdge = Static<typeof MapEdge>;
