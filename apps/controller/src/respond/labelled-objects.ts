// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type KubeClient,
  type KubeError,
  type KubeObject,
  kubeError,
  type Resource,
} from '@bartizan/adapters/kube';
import { err, ok, type Result } from '@bartizan/contracts';

const PAGE = 500;
/** What we keep in a cluster is far less; a server that never ends is not followed for ever. */
const PAGES_MAX = 20;

/** A selector for objects that carry all these labels, and the one named alone with whatever value. */
export const labelSelectorOf = (labels: Readonly<Record<string, string>>, alone?: string): string =>
  [
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
    ...(alone === undefined ? [] : [alone]),
  ].join(',');

/**
 * Objects of a kind by their labels, page by page. E_KUBE_TOO_MANY: there are more than are ever ours. Part of a list is
 * none: who would remove what stands in it, or put back what does not, would do so by chance.
 */
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
    if (next === undefined) return ok(all);
  }
  const { plural, group } = resource;
  const name = group === '' ? plural : `${plural}.${group}`;
  return err(kubeError('E_KUBE_TOO_MANY', `more than ${PAGE * PAGES_MAX} ${name} with labels of ours`));
}
