// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { exactly, type FilterTerm, type Finding, ok, type Result, type Scope } from '@bartizan/contracts';
import { brokenSieve } from '@bartizan/engine';
import type { ApiFailure } from '../../ports.ts';
import { type Collected, collectKept } from './list-query.ts';

/** What breaks a vulnerability check: what is exploited, and what is rated high or worse and has a repair. */
const BREAKING: readonly (readonly FilterTerm[])[] = [
  [exactly('knownExploited', 'true')],
  [
    exactly('kind', 'vulnerability'),
    exactly('severity', 'critical', 'high'),
    exactly('fixState', 'fixed'),
    exactly('knownExploited', 'false'),
  ],
];

/** Findings that the vulnerability checks need, whatever other findings there are; read page by page. */
export async function vulnerableFindings(
  store: Store,
  scope: Scope,
  {
    max,
    states,
    more = [],
  }: {
    readonly max: number;
    readonly states: readonly Finding['state'][];
    readonly more?: readonly FilterTerm[];
  },
): Promise<Result<Collected<Finding>, ApiFailure>> {
  const keep = brokenSieve();
  const items: Finding[] = [];
  let complete = true;
  for (const terms of BREAKING) {
    const part = await collectKept(
      (query) => store.findings.list(scope, query),
      { filter: [...terms, exactly('state', ...states), ...more], limit: 1000 },
      { max, keep },
    );
    if (!part.ok) return part;
    items.push(...part.value.items);
    complete &&= part.value.complete;
  }
  return ok({ items, complete });
}
