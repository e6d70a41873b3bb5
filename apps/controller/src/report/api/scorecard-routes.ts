// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type CheckResult,
  type Finding,
  ok,
  type Result,
  type Scope,
  type ScorecardRow,
} from '@bartizan/contracts';
import { SCORE_FORMULA, scorecard } from '@bartizan/engine';
import type { ApiFailure, Clock, RuleBook } from '../../ports.ts';
import { collectPages, pageBody, slicePage, toQuery } from './list-query.ts';
import { answers, refuse, reply } from './route-handler.ts';
import { among, DAY_MS } from './terms.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly book: RuleBook;
  /** Scores of the last days by control, oldest first. */
  readonly history: (scope: Scope) => ReadonlyMap<string, readonly number[]>;
}

const RESULTS_MAX = 100_000;
const NOTHING = { filter: [], limit: 1000 };

/** Everything the scorecard of one tenant is made of, read once. */
export async function computeScorecard(
  parts: Parts,
  scope: Scope,
): Promise<Result<{ readonly rows: ScorecardRow[]; readonly checks: readonly CheckResult[] }, ApiFailure>> {
  const { store, clock, book } = parts;
  const checks = await collectPages((query) => store.checks.list(scope, query), NOTHING, RESULTS_MAX);
  if (!checks.ok) return checks;
  const findings = await collectPages(
    (query) => store.findings.list(scope, query),
    { filter: [among('state', 'open'), among('counted', 'true')], limit: 1000 },
    RESULTS_MAX,
  );
  if (!findings.ok) return findings;
  const scanned = await scannedWorkloads(store, scope);
  if (!scanned.ok) return scanned;
  const events = await store.events.countBy(scope, 'security', 'rule', {
    filter: [],
    limit: 1,
    fromMs: clock.nowMs() - 7 * DAY_MS,
  });
  if (!events.ok) return events;
  const findingItems: readonly Finding[] = findings.value.items;
  const rows = scorecard({
    controls: book.controls,
    checks: checks.value.items,
    findings: findingItems,
    scanned: scanned.value,
    eventCounts: events.value,
    history: parts.history(scope),
  });
  return ok({ rows, checks: checks.value.items });
}

/** Workloads with a package list; judged when the pack knew something about at least one of its ecosystems. */
async function scannedWorkloads(
  store: Store,
  scope: Scope,
): Promise<Result<{ workload: string; judged: boolean }[], ApiFailure>> {
  const ids = await store.scans.workloads(scope);
  if (!ids.ok) return ids;
  const found: { workload: string; judged: boolean }[] = [];
  for (const workload of ids.value) {
    const record = await store.scans.ofWorkload(scope, workload);
    if (!record.ok) return record;
    const scan = record.value;
    if (scan === undefined) continue;
    const known = scan.coverage.some((entry) => entry.state === 'covered' || entry.state === 'partial');
    found.push({ workload, judged: scan.matchedWith !== '' && scan.incomplete.length === 0 && known });
  }
  return ok(found);
}

/** The scorecard, one item of it, and the checks behind it. */
export const scorecardHandlers = (parts: Parts) => ({
  'scorecard.show': answers('scorecard.show', async ({ scope }) => {
    const card = await computeScorecard(parts, scope);
    if (!card.ok) return card;
    return reply({ rows: card.value.rows, formula: { ...SCORE_FORMULA }, asOfMs: parts.clock.nowMs() });
  }),
  'scorecard.control': answers('scorecard.control', async ({ scope, params }) => {
    const control = parts.book.controls.find(({ id }) => id === params.control);
    if (control === undefined)
      return refuse('E_NOT_FOUND', `${params.control} is not part of the knowledge in use`);
    const card = await computeScorecard(parts, scope);
    if (!card.ok) return card;
    const row = card.value.rows.find((candidate) => candidate.control === params.control);
    if (row === undefined) return refuse('E_NOT_FOUND', `${params.control} has no row`);
    const checks = card.value.checks.filter(({ check }) => control.detects.includes(check)).slice(0, 2000);
    return reply({ row, control, checks });
  }),
  'check.list': answers('check.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.checks.list(scope, wanted.value);
    return page.ok ? reply(pageBody(page.value, parts.clock.nowMs())) : page;
  }),
  'rule.list': answers('rule.list', async ({ query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = slicePage(
      matching(
        parts.book,
        wanted.value.filter.flatMap((term) => term.values),
      ),
      wanted.value,
    );
    return page.ok ? reply(pageBody(page.value, parts.clock.nowMs())) : page;
  }),
});

const matching = (book: RuleBook, words: readonly string[]): RuleBook['rules'] =>
  book.rules.filter(({ rule }) =>
    words.every((word) =>
      [rule.id, rule.severity, rule.title.en, rule.title.ja].some((text) =>
        text.toLowerCase().includes(word.replaceAll('*', '').toLowerCase()),
      ),
    ),
  );
