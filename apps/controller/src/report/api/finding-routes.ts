// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Finding, ok, type Result, type Scope } from '@bartizan/contracts';
import type { ApiFailure, Clock, ExceptionKeeper, Publish } from '../../ports.ts';
import type { Turnstile } from '../../turnstile.ts';
import { groupFindings } from './finding-groups.ts';
import { collectPages, cutPage, pageBody, slicePage, toQuery } from './list-query.ts';
import { withNodeIds } from './node-terms.ts';
import { answers, refuse, reply } from './route-handler.ts';
import { withUseAge } from './use-age.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  /** Writes of findings pass here one at a time: an acceptance never meets a re-match half way. */
  readonly findingTurnstile: Turnstile;
  readonly keeper: Pick<ExceptionKeeper, 'withoutAcceptance'>;
}

const GROUPED_MAX = 100_000;
const YEAR_MS = 366 * 24 * 3600_000;

/** What is wrong, what one act removes, and what was accepted. */
export const findingHandlers = (parts: Parts, groupedMax = GROUPED_MAX) => ({
  'finding.list': answers('finding.list', async ({ scope, query }) => {
    const wanted = await withNodeIds(parts.store, scope, toQuery(query));
    if (!wanted.ok) return wanted;
    const page = await parts.store.findings.list(scope, wanted.value);
    if (!page.ok) return page;
    const items = await withUseAge(parts.store, scope, page.value.items);
    if (!items.ok) return items;
    return reply(pageBody({ ...page.value, items: items.value }, parts.clock.nowMs()));
  }),
  'finding.groups': answers('finding.groups', async ({ scope, query }) => {
    const wanted = await withNodeIds(parts.store, scope, toQuery(query));
    if (!wanted.ok) return wanted;
    const { cursor: _cursor, sort: _sort, ...whole } = wanted.value;
    const all = await collectPages((page) => parts.store.findings.list(scope, page), whole, groupedMax);
    if (!all.ok) return all;
    const page = slicePage(groupFindings(all.value.items), wanted.value);
    return page.ok ? reply(cutPage(pageBody(page.value, parts.clock.nowMs()), all.value)) : page;
  }),
  'finding.show': answers('finding.show', async ({ scope, params }) => {
    const found = await parts.store.findings.get(scope, params.id);
    if (!found.ok) return found;
    if (found.value === undefined) return refuse('E_NOT_FOUND', `there is no finding ${params.id}`);
    const aged = await withUseAge(parts.store, scope, [found.value]);
    return aged.ok ? reply(aged.value[0] ?? found.value) : aged;
  }),
  'finding.accept': answers('finding.accept', async ({ scope, caller, params, body }) => {
    const nowMs = parts.clock.nowMs();
    if (body.expiresAtMs <= nowMs || body.expiresAtMs > nowMs + YEAR_MS)
      return refuse('E_BODY_INVALID', 'expiresAtMs has to be in the future, at most a year ahead');
    const changed = await changeFinding(parts, scope, params.id, (finding) =>
      ok({
        ...finding,
        state: finding.state === 'fixed' ? 'fixed' : 'accepted',
        acceptance: { owner: caller.name, reason: body.reason, expiresAtMs: body.expiresAtMs },
      }),
    );
    return changed.ok ? reply(changed.value, { target: params.id, auditDetail: body.reason }) : changed;
  }),
  'finding.reopen': answers('finding.reopen', async ({ scope, params }) => {
    const changed = await changeFinding(parts, scope, params.id, (finding) => reopened(parts, finding));
    return changed.ok ? reply(changed.value, { target: params.id }) : changed;
  }),
});

/** A finding whose acceptance is taken back. */
async function reopened({ keeper }: Parts, finding: Finding): Promise<Result<Finding, ApiFailure>> {
  if (finding.state !== 'accepted') {
    const { acceptance: _gone, ...rest } = finding;
    return ok(rest);
  }
  const next = await keeper.withoutAcceptance(finding);
  const exception = next.ok ? next.value.acceptance?.exception : undefined;
  // What was accepted by hand is left to the exception. Else there is nothing to take back: opened here, the finding
  // would be accepted again as soon as its workload is judged.
  return exception === undefined || finding.acceptance?.exception === undefined
    ? next
    : refuse('E_CONFLICT', `exception ${exception} accepts it: it opens when that is removed`);
}

function changeFinding(
  parts: Parts,
  scope: Scope,
  id: string,
  change: (finding: Finding) => Result<Finding, ApiFailure> | Promise<Result<Finding, ApiFailure>>,
): Promise<Result<Finding, ApiFailure>> {
  return parts.findingTurnstile.run(async () => {
    const found = await parts.store.findings.get(scope, id);
    if (!found.ok) return found;
    if (found.value === undefined) return refuse('E_NOT_FOUND', `there is no finding ${id}`);
    const next = await change(found.value);
    if (!next.ok) return next;
    const saved = await parts.store.findings.put(scope, [next.value]);
    if (!saved.ok) return saved;
    const { cluster, tenant, subject } = next.value;
    parts.publish({ topic: 'finding', cluster, tenant, data: { workload: subject.workload } });
    return next;
  });
}
