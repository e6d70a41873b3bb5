// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeClient, KubeError, KubeObject, Resource } from '@bartizan/adapters/kube';
import { ok, type Result } from '@bartizan/contracts';

const PAGE = 500;
/** What we keep in a cluster is far less; a server that never ends is not followed for ever. */
const PAGES_MAX = 20;

/** A selector for objects that carry all these labels, and the one named alone with whatever value. */
export const labelSelectorOf = (labels: Readonly<Record<string, string>>, alone?: string): string =>
  [
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
    ...(alone === undefined ? [] : [alone]),
  ].join(',');

/** Objects of a kind by their labels, page by page, at most 10,000: the rest is found after these are gone. */
export async function listLabelled(
  client: Pick<KubeClient, 'list'>,
  resource: Resource,
  labelSelector: string,
): Promise<Result<readonly KubeObject[], KubeError>> {
  const all: KubeObject[] = [];
  let next: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await client.list(resource, {
      labelSelector,
      limit: PAGE,
      ...(next === undefined ? {} : { next }),
    });
    if (!page.ok) return page;
    all.push(...page.value.items);
    next = page.value.next;
    if (next === undefined) break;
  }
  return ok(all);
}
