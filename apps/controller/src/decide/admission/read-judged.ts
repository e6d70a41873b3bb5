// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { exactly, type Finding, type Image, ok, type Result, tenantScope } from '@bartizan/contracts';
import type { ApiFailure, Owner } from '../../ports.ts';
import { type Judged, namespaces, packageFacts } from './image-facts.ts';

type Known = Judged & { readonly ecosystems?: readonly string[] };

const FINDINGS_MAX = 5_000;
const PAGE = 500;

/** What is known of one image beside its record, as the store has it. */
export async function readJudged(
  store: Store,
  owner: Owner,
  { digest, scan }: Image,
): Promise<Result<Known, ApiFailure>> {
  if (scan?.state !== 'done') return ok({ findings: [], isMatched: false });
  const scope = tenantScope(owner.cluster, owner.tenant);
  const list = await store.scans.ofWorkload(scope, digest);
  if (!list.ok) return list;
  const found: Finding[] = [];
  const filter = [
    exactly('workload', digest),
    exactly('state', 'open'),
    exactly('kind', 'vulnerability', 'secret'),
  ];
  let cursor: string | undefined;
  do {
    const query = { filter, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const page = await store.findings.list(scope, query);
    if (!page.ok) return page;
    found.push(...page.value.items);
    cursor = page.value.next;
  } while (cursor !== undefined && found.length < FINDINGS_MAX);
  const isMatched = list.value !== undefined && list.value.matchedWith !== '';
  const packages = list.value?.packages;
  return ok({
    findings: cursor === undefined ? found : undefined,
    isMatched,
    ...(packages === undefined ? {} : { packages: packageFacts(packages), ecosystems: namespaces(packages) }),
  });
}
