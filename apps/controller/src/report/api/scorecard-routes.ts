// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  CheckResult,
  type ComplianceControl,
  exactly,
  ok,
  parser,
  type Result,
  type Scope,
  type ScorecardRow,
  severityRank,
} from '@bartizan/contracts';
import { type CountedCheck, SCORE_FORMULA, scorecard } from '@bartizan/engine';
import type { ApiFailure, Clock, RuleBook } from '../../ports.ts';
import { knownWorkloads, scannedWorkloads } from '../compliance/artefact-evidence.ts';
import { type ListPaths, type Orders, pageOf } from './known-rows.ts';
import { collectPages, pageBody, toQuery } from './list-query.ts';
import { answers, refuse, reply } from './route-handler.ts';
import { DAY_MS, inChunks } from './terms.ts';
import { vulnerableFindings } from './vulnerable-findings.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly book: RuleBook;
  /** Scores of the last days by control, oldest first. */
  readonly history: (scope: Scope) => ReadonlyMap<string, readonly number[]>;
  /** Findings that are read at once; default 100,000. */
  readonly recordsMax?: number;
}

type RuleRow = RuleBook['rules'][number];

const RULE_FIELDS: ListPaths<'rule.list'> = {
  id: 'id',
  severity: 'severity',
  scope: 'scope',
  title: ['title.en', 'title.ja'],
  trigger: 'triggers',
  control: 'control',
  owasp: ['owasp.2022', 'owasp.2025'],
  attack: 'attack',
};
const RULE_ORDERS: Orders<RuleRow> = {
  // As the knowledge holds them.
  '': () => 0,
  id: ({ rule }) => rule.id,
  severity: ({ rule }) => severityRank(rule.severity),
  scope: ({ rule }) => rule.scope,
  title: ({ rule }) => rule.title.en,
};
const RECORDS_MAX = 100_000;
const CHECKS_SHOWN = 2000;
const severities = parser(CheckResult.properties.severity);
const outcomes = parser(CheckResult.properties.outcome);

/** Everything the scorecard of one tenant is made of, read once. */
export async function computeScorecard(
  parts: Parts,
  scope: Scope,
): Promise<Result<{ readonly rows: ScorecardRow[] }, ApiFailure>> {
  const { store, clock, book, recordsMax = RECORDS_MAX } = parts;
  const checks = await countedChecks(store, scope);
  if (!checks.ok) return checks;
  const counted = exactly('counted', 'true');
  const findings = await collectPages(
    (query) => store.findings.list(scope, query),
    { filter: [exactly('state', 'open'), counted], limit: 1000 },
    recordsMax,
  );
  if (!findings.ok) return findings;
  const { items, complete } = findings.value;
  const vulnerable = complete
    ? findings
    : await vulnerableFindings(store, scope, { max: recordsMax, states: ['open'], more: [counted] });
  if (!vulnerable.ok) return vulnerable;
  const workloads = await knownWorkloads(store, scope);
  if (!workloads.ok) return workloads;
  const scanned = await scannedWorkloads(store, scope, workloads.value);
  if (!scanned.ok) return scanned;
  const events = await store.events.countBy(scope, 'security', 'rule', {
    filter: [],
    limit: 1,
    fromMs: clock.nowMs() - 7 * DAY_MS,
  });
  if (!events.ok) return events;
  const rows = scorecard({
    controls: book.controls,
    checks: checks.value,
    findings: items,
    isWhole: complete,
    vulnerable: {
      findings: vulnerable.value.items,
      isWhole: vulnerable.value.complete && workloads.value.complete,
    },
    scanned: scanned.value.map(({ workload, judged = false }) => ({ workload, judged })),
    eventCounts: events.value,
    history: parts.history(scope),
  });
  return ok({ rows });
}

/** Results of all checks, counted where they lie: there may be many for each workload. */
async function countedChecks(store: Store, scope: Scope): Promise<Result<CountedCheck[], ApiFailure>> {
  const counts = await store.checks.countBy(scope, 'check,outcome,severity', { filter: [], limit: 1 });
  if (!counts.ok) return counts;
  return ok(
    [...counts.value].flatMap(([key, count]) => {
      const [severity, outcome, ...check] = key.split(',').reverse();
      const known = { severity: severities(severity), outcome: outcomes(outcome) };
      if (!known.severity.ok || !known.outcome.ok) return [];
      // Failures may be among what is missing.
      const isUnsure = counts.value.isCut && known.outcome.value === 'pass';
      return [
        {
          ...{ check: check.reverse().join(','), count },
          ...{ severity: known.severity.value, outcome: isUnsure ? 'unknown' : known.outcome.value },
        },
      ];
    }),
  );
}

/** Results of the checks of a control, worst first. */
async function checksOf(
  store: Store,
  scope: Scope,
  control: ComplianceControl,
): Promise<Result<CheckResult[], ApiFailure>> {
  const found: CheckResult[] = [];
  for (const ids of inChunks(control.detects)) {
    const part = await collectPages(
      (query) => store.checks.list(scope, query),
      { filter: [exactly('check', ...ids)], limit: 1000 },
      CHECKS_SHOWN,
    );
    if (!part.ok) return part;
    found.push(...part.value.items);
  }
  return ok(found.slice(0, CHECKS_SHOWN));
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
    const checks = await checksOf(parts.store, scope, control);
    return checks.ok ? reply({ row, control, checks: checks.value }) : checks;
  }),
  'check.list': answers('check.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.checks.list(scope, wanted.value);
    return page.ok ? reply(pageBody(page.value, parts.clock.nowMs())) : page;
  }),
  'rule.list': answers('rule.list', async ({ query }) =>
    pageOf(ok(parts.book.rules), query, {
      ...{ fields: RULE_FIELDS, orders: RULE_ORDERS, clock: parts.clock },
      searched: ({ rule: { condition: _, message: __, tests: ___, ...told } }) => told,
    }),
  ),
});
