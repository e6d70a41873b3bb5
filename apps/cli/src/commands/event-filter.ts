// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  err,
  failure,
  LIST_FIELDS,
  type ListField,
  ok,
  type Result,
  type SecurityEvent,
} from '@bartizan/contracts';
import { matchesFilter, parseFilter } from '@bartizan/engine';
import type { ApiFailure } from '../api/client.ts';

type Fields = Readonly<Record<ListField<'event.list'>, unknown>>;

/** Names of nodes by their ids: events hold ids, and people see names. */
export type NodeNames = ReadonlyMap<string, string>;

/** An event as filters of the list of events look at it: its fields, and the words that free text is looked for in. */
function searched(event: SecurityEvent, nodeNames: NodeNames): Fields & { readonly words: unknown } {
  const { workload, owasp, chain, title } = event;
  const { workload: id, kind, ...place } = workload;
  const { namespace, name, container, image } = place;
  const editions = ([2022, 2025] as const).flatMap((edition) =>
    owasp[edition].flatMap((item) => [item, `${edition}:${item}`]),
  );
  return {
    ...{ occurredAtMs: event.occurredAtMs, receivedAtMs: event.receivedAtMs },
    ...{ severity: event.severity, cluster: event.cluster },
    node: [event.node, nodeNames.get(event.node)],
    ...{ workload: id, workloadKind: kind, namespace, name, container, image },
    ...{ owasp: editions, attack: event.attack, rule: event.rule, verdict: event.decision.verdict },
    ...{ source: event.source, process: chain?.process.name, title: title.en, file: event.files },
    remoteAddress: event.connections.map(({ remoteAddress }) => remoteAddress),
    words: [title, event.message, place, chain?.process.executable, chain?.process.arguments],
  };
}

/** A filter of the list of events, for events that come one by one. */
export interface EventFilter {
  /** Whether it asks for nodes, which may be meant by their names. */
  readonly isOfNodes: boolean;
  readonly matches: (event: SecurityEvent, nodeNames: NodeNames) => boolean;
}

/** Reads a filter of the list of events as the server does. */
export function eventFilter(text = ''): Result<EventFilter, ApiFailure> {
  const filter = parseFilter(text, LIST_FIELDS['event.list']);
  if (!filter.ok) return err(failure('E_FILTER', filter.error.detail));
  return ok({
    isOfNodes: filter.value.some(({ field }) => field === 'node'),
    matches: (event, nodeNames) => matchesFilter(searched(event, nodeNames), filter.value),
  });
}
