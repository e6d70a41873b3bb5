// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type ExceptionMatch,
  exactly,
  type FindingException,
  ok,
  type Result,
  type Scope,
} from '@bartizan/contracts';
import { exceptionFault } from '@bartizan/engine';
import type { ApiFailure, Clock, ExceptionKeeper, Publish } from '../../ports.ts';
import { newId } from '../access/secrets.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly keeper: ExceptionKeeper;
}

const YEAR_MS = 366 * 24 * 3600_000;

/** Risks that somebody answers for until a date. They speak about what is found now and what will be found. */
export const exceptionHandlers = (parts: Parts) => ({
  'exception.list': answers('exception.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.exceptions.list(scope, wanted.value);
    if (!page.ok) return page;
    const items = await withMatches(parts, scope, page.value.items);
    return items.ok ? reply(pageBody({ ...page.value, items: items.value }, parts.clock.nowMs())) : items;
  }),
  'exception.create': answers('exception.create', async ({ scope, caller, body }) => {
    const nowMs = parts.clock.nowMs();
    const fault = exceptionFault(body.match);
    if (fault?.wide === true) return refuse('E_EXCEPTION_WIDE', `it names ${namesOf(body.match)}`);
    if (fault !== undefined) return refuse('E_BODY_INVALID', `/match/${fault.part} is not a pattern`);
    if (body.owner.trim() === '' || body.reason.trim() === '')
      return refuse('E_BODY_INVALID', 'owner and reason have to say something');
    if (body.expiresAtMs <= nowMs || body.expiresAtMs > nowMs + YEAR_MS)
      return refuse('E_BODY_INVALID', 'expiresAtMs has to be in the future, at most a year ahead');
    const { cluster, tenant } = caller;
    const exception: FindingException = {
      id: newId('x'),
      ...{ cluster, tenant, ...body },
      createdBy: caller.name,
      createdAtMs: nowMs,
      matches: 0,
    };
    const saved = await parts.store.exceptions.put(scope, [exception]);
    if (!saved.ok) return saved;
    const kept = await parts.keeper.exceptionAdded(scope, exception);
    if (!kept.ok) return kept;
    tell(parts, exception);
    return reply(
      { ...exception, matches: kept.value },
      {
        target: exception.id,
        auditDetail: `${namesOf(body.match)} until ${new Date(body.expiresAtMs).toISOString()}, ${body.owner}: ${body.reason}`,
      },
    );
  }),
  'exception.remove': answers('exception.remove', async ({ scope, params }) => {
    const known = await parts.store.exceptions.get(scope, params.id);
    if (!known.ok) return known;
    if (known.value === undefined) return refuse('E_NOT_FOUND', `there is no exception ${params.id}`);
    const removed = await parts.store.exceptions.remove(scope, [params.id]);
    if (!removed.ok) return removed;
    const kept = await parts.keeper.exceptionRemoved(scope, params.id);
    if (!kept.ok) return kept;
    tell(parts, known.value);
    return reply(
      { removed: removed.value > 0 },
      { target: params.id, auditDetail: namesOf(known.value.match) },
    );
  }),
});

const namesOf = (match: ExceptionMatch): string =>
  Object.entries(match)
    .map(([part, pattern]) => `${part} ${pattern}`)
    .join(', ') || 'nothing';

function tell(parts: Parts, { cluster, tenant, id }: FindingException): void {
  parts.publish({ topic: 'finding', cluster, tenant, data: { exception: id } });
}

/** The exceptions with how many findings each accepts now. */
async function withMatches(
  parts: Parts,
  scope: Scope,
  exceptions: readonly FindingException[],
): Promise<Result<readonly FindingException[], ApiFailure>> {
  if (exceptions.length === 0) return ok([]);
  const counts = await parts.store.findings.countBy(scope, 'exception', {
    filter: [exactly('state', 'accepted')],
    limit: 1,
  });
  if (!counts.ok) return counts;
  return ok(exceptions.map((one) => ({ ...one, matches: counts.value.get(one.id) ?? 0 })));
}
