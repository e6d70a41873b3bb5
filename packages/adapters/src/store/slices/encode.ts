// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AgentEvent, eventId, type Scope, unreachable } from '@bartizan/contracts';
import type { SqlValue } from '../sqlite/database.ts';
import { columnValue, type Field, haystackOf } from '../sqlite/fields.ts';
import { assertOwned } from '../sqlite/scope.ts';
import { EVENT_SPECS } from './event-fields.ts';
import type { SliceStream } from './slice-name.ts';

/** Records of one producer (node, boot, stream) as rows: sequence, haystack, doc, occurred, received, fields. */
export interface EncodedGroup {
  readonly stream: SliceStream;
  readonly cluster: string;
  readonly tenant: string;
  readonly node: string;
  readonly boot: string;
  readonly rows: SqlValue[][];
}

/** Turns events into rows, grouped by producer; the order inside a producer is kept. */
export function encodeEvents(scope: Scope, events: readonly AgentEvent[], nowMs: number): EncodedGroup[] {
  const groups = new Map<string, EncodedGroup>();
  for (const event of events) {
    assertOwned(scope, event);
    const key = `${event.kind}\n${event.cluster}\n${event.tenant}\n${event.node}\n${event.bootId}`;
    let group = groups.get(key);
    if (group === undefined) {
      const { cluster, tenant, node, bootId: boot } = event;
      group = { stream: event.kind, cluster, tenant, node, boot, rows: [] };
      groups.set(key, group);
    }
    group.rows.push(encodeOne(event, nowMs));
  }
  return [...groups.values()];
}

function encodeOne(event: AgentEvent, nowMs: number): SqlValue[] {
  const id = eventId(event.node, event.bootId, event.kind, event.sequence);
  const receivedAtMs = event.receivedAtMs ?? nowMs;
  // The id is derived, never believed: an agent cannot name the record of somebody else.
  const record = { ...event, id, receivedAtMs };
  const head = [event.sequence, JSON.stringify(record), event.occurredAtMs, receivedAtMs];
  switch (event.kind) {
    case 'security':
      return values(head, event, EVENT_SPECS.security);
    case 'process':
      return values(head, event, EVENT_SPECS.process);
    case 'file':
      return values(head, event, EVENT_SPECS.file);
    case 'flow':
      return values(head, event, EVENT_SPECS.flow);
    default:
      return unreachable(event);
  }
}

interface Spec<T> {
  readonly fields: readonly Field<T>[];
  readonly words: (item: T) => readonly (string | undefined)[];
}

function values<T>(head: readonly SqlValue[], event: T, spec: Spec<T>): SqlValue[] {
  const row: SqlValue[] = [
    head[0] ?? 0,
    haystackOf(spec.words(event)),
    head[1] ?? '',
    head[2] ?? 0,
    head[3] ?? 0,
  ];
  for (const field of spec.fields) row.push(columnValue(field.kind, field.read(event)));
  return row;
}
