// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type AgentEvent, type ListQuery, ok, type Result, type Scope } from '@bartizan/contracts';
import { incidentOf } from '@bartizan/engine';
import type { ApiFailure, Clock } from '../../ports.ts';
import type { LiveHub } from '../live/hub.ts';
import { pageBody, toQuery } from './list-query.ts';
import { withNodeIds } from './node-terms.ts';
import { answers, refuse, reply } from './route-handler.ts';
import { countsAsText, DAY_MS } from './terms.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly live: LiveHub;
}

const BUCKETS = 120;
/** Widths of histogram intervals people can read, in milliseconds. */
const WIDTHS_MS = [
  1000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000,
  43_200_000, 86_400_000, 604_800_000,
];

/** What happened: security, process and file events, flows, their histogram and the live stream. */
export const eventHandlers = (parts: Parts) => ({
  'event.list': answers('event.list', async ({ scope, query }) => {
    const page = await listKind(parts, scope, query, isKind('security'));
    return page.ok ? reply({ ...page.value.body, items: page.value.body.items.map(withIncident) }) : page;
  }),
  'process-event.list': answers('process-event.list', ({ scope, query }) =>
    listKind(parts, scope, query, isKind('process')),
  ),
  'file-event.list': answers('file-event.list', ({ scope, query }) =>
    listKind(parts, scope, query, isKind('file')),
  ),
  'flow.list': answers('flow.list', ({ scope, query }) => listKind(parts, scope, query, isKind('flow'))),
  'event.show': answers('event.show', async ({ scope, params }) => {
    const found = await parts.store.events.get(scope, params.id);
    if (!found.ok) return found;
    return found.value?.kind === 'security'
      ? reply(withIncident(found.value))
      : refuse('E_NOT_FOUND', `there is no security event ${params.id}`);
  }),
  'event.histogram': answers('event.histogram', async ({ scope, query }) => {
    const wanted = await withNodeIds(parts.store, scope, toQuery(query));
    if (!wanted.ok) return wanted;
    const toMs = wanted.value.toMs ?? parts.clock.nowMs();
    const fromMs = wanted.value.fromMs ?? toMs - DAY_MS;
    if (fromMs >= toMs) return refuse('E_BODY_INVALID', 'from has to be before to');
    const intervalMs = WIDTHS_MS.find((width) => (toMs - fromMs) / width <= BUCKETS) ?? spread(fromMs, toMs);
    const buckets = await parts.store.events.histogram(scope, 'security', {
      ...wanted.value,
      fromMs,
      toMs,
      intervalMs,
    });
    if (!buckets.ok) return buckets;
    return reply({
      intervalMs,
      buckets: buckets.value
        .slice(0, 500)
        .map(({ atMs, counts }) => ({ atMs, counts: countsAsText(Object.entries(counts)) })),
    });
  }),
  'live.stream': answers('live.stream', async ({ caller, query }) => {
    const opened = parts.live.subscribe(caller, query.topics ?? '');
    return opened.ok ? reply(undefined, { events: opened.value }) : opened;
  }),
});

/** An event with what it shares with the others of its process chain. */
const withIncident = <E extends Parameters<typeof incidentOf>[0]>(event: E) => {
  const incident = incidentOf(event);
  return incident === undefined ? event : { ...event, incident };
};

/** A width that divides any longer range into as many parts. */
const spread = (fromMs: number, toMs: number): number => Math.ceil((toMs - fromMs) / BUCKETS);

type Kind = AgentEvent['kind'];
interface KindTest<K extends Kind> {
  readonly kind: K;
  readonly test: (event: AgentEvent) => event is Extract<AgentEvent, { kind: K }>;
}
const isKind = <K extends Kind>(kind: K): KindTest<K> => ({
  kind,
  test: (event): event is Extract<AgentEvent, { kind: K }> => event.kind === kind,
});

async function listKind<K extends Kind>(
  parts: Parts,
  scope: Scope,
  query: ListQuery,
  { kind, test }: KindTest<K>,
) {
  const wanted = await withNodeIds(parts.store, scope, toQuery(query));
  if (!wanted.ok) return wanted;
  const page = await parts.store.events.list(scope, kind, wanted.value);
  if (!page.ok) return page;
  return reply(pageBody({ ...page.value, items: page.value.items.filter(test) }, parts.clock.nowMs()));
}

/** The newest security events, for the scorecard. */
export async function countSecurityEvents(
  parts: Pick<Parts, 'store' | 'clock'>,
  scope: Scope,
): Promise<Result<number, ApiFailure>> {
  const counts = await parts.store.events.countBy(scope, 'security', 'severity', {
    filter: [],
    limit: 1,
    fromMs: parts.clock.nowMs() - DAY_MS,
  });
  if (!counts.ok) return counts;
  return ok([...counts.value.values()].reduce((sum, count) => sum + count, 0));
}
