// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { exactly, type Finding, ok, type Result, type Scope } from '@bartizan/contracts';
import type { ApiFailure } from '../ports.ts';

/** Findings read from the store at a time. */
const PAGE = 1000;

/** Secrets that were found and not taken back, those that somebody accepted among them; only the wanted ones. */
export async function openSecretFindings(
  store: Store,
  scope: Scope,
  isWanted: (finding: Finding) => boolean,
): Promise<Result<Finding[], ApiFailure>> {
  const wanted: Finding[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.findings.list(scope, {
      filter: [exactly('kind', 'secret'), exactly('state', 'open', 'accepted')],
      sort: { field: 'id', descending: false },
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!page.ok) return page;
    wanted.push(...page.value.items.filter(isWanted));
    cursor = page.value.next;
  } while (cursor !== undefined);
  return ok(wanted);
}
