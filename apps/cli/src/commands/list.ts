// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result, SEVERITIES, type Severity, severityRank } from '@bartizan/contracts';
import type { ApiClient, ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList } from '../output/render.ts';
import { columnsFor, type ItemOf, type ListRoute } from './columns.ts';
import type { ListFlags } from './flags.ts';

const PAGE = 500;
const DEFAULT_LIMIT = 100;

interface Page<R extends ListRoute> {
  readonly items: ItemOf<R>[];
  readonly next?: string;
  readonly unreadable?: readonly string[];
}
interface Fetched<R extends ListRoute> {
  readonly items: ItemOf<R>[];
  readonly hasMore: boolean;
  /** Kinds that the server has not read for this list. */
  readonly unreadable: readonly string[];
}

/** Up to `limit` items of a list, page after page. */
export async function fetchItems<R extends ListRoute>(
  client: ApiClient,
  route: R,
  flags: Omit<ListFlags, 'output'>,
): Promise<Result<Fetched<R>, ApiFailure>> {
  const items: ItemOf<R>[] = [];
  const limit = flags.limit ?? DEFAULT_LIMIT;
  let cursor: string | undefined;
  let unreadable: readonly string[] = [];
  while (items.length < limit) {
    const query = {
      limit: Math.min(PAGE, limit - items.length),
      ...(flags.filter === undefined ? {} : { filter: flags.filter }),
      ...(flags.sort === undefined ? {} : { sort: flags.sort }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    const page = await callList(client, route, query);
    if (!page.ok) return page;
    items.push(...page.value.items);
    unreadable = page.value.unreadable ?? [];
    cursor = page.value.next;
    if (cursor === undefined || page.value.items.length === 0)
      return ok({ items, hasMore: false, unreadable });
  }
  return ok({ items, hasMore: cursor !== undefined, unreadable });
}

/** One page; the answer was held to the route's schema by the client. */
async function callList<R extends ListRoute>(
  client: ApiClient,
  route: R,
  query: Readonly<Record<string, string | number>>,
): Promise<Result<Page<R>, ApiFailure>> {
  const parsePage = (value: unknown): Page<R> => value as never;
  const page = await client.call<ListRoute>(route, { query });
  return page.ok ? ok(parsePage(page.value)) : err(page.error);
}

/** Body of every `NOUN list`. */
export function runList<R extends ListRoute>(
  context: CliContext,
  route: R,
  flags: ListFlags,
  /** Order and marks of a table; other forms show the items as the API gives them. */
  arranged: (items: ItemOf<R>[]) => ItemOf<R>[] = (items) => items,
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const found = await fetchItems(client.value, route, flags);
    if (!found.ok) return found;
    const { items, hasMore, unreadable } = found.value;
    renderList(context.process, flags.output, {
      items: flags.output === 'table' ? arranged(items) : items,
      columns: columnsFor(route, context.t),
    });
    if (items.length === 0 && flags.output === 'table')
      context.process.stderr.write(`${context.t('list.empty')}\n`);
    if (hasMore) context.process.stderr.write(`${context.t('list.more', { count: items.length })}\n`);
    if (unreadable.length > 0)
      context.process.stderr.write(`${context.t('access.partial', { kinds: unreadable.join(', ') })}\n`);
    return ok(EXIT.fine);
  });
}

/** `finding list`: with `--fail-on` the exit code says whether an open finding of the list is at least that bad. */
export function runFindings(
  context: CliContext,
  flags: ListFlags & { readonly failOn?: Severity },
): Promise<void> {
  return perform(context, async () => {
    const threshold = flags.failOn;
    const client = await clientOf(context);
    if (!client.ok) return client;
    const found = await fetchItems(client.value, 'finding.list', flags);
    if (!found.ok) return found;
    renderList(context.process, flags.output, {
      items: found.value.items,
      columns: columnsFor('finding.list', context.t),
    });
    if (found.value.hasMore)
      context.process.stderr.write(`${context.t('list.more', { count: found.value.items.length })}\n`);
    if (threshold === undefined) return ok(EXIT.fine);
    return gate(context, client.value, flags.filter, threshold);
  });
}

/** The user's filter, narrowed to what is open and at least as bad. Totals count a finding once; a choice may have named the other place. */
const worseThan = (threshold: Severity, filter: string | undefined): string =>
  [
    ...(filter === undefined || filter.trim() === '' ? ['counted:true'] : [filter]),
    'state:open',
    `severity:${SEVERITIES.filter((one) => severityRank(one) <= severityRank(threshold)).join(',')}`,
  ].join(' ');

/** Judges the whole list that the filter chooses, not only the shown page; nothing known is not nothing found. */
async function gate(
  context: CliContext,
  client: ApiClient,
  filter: string | undefined,
  threshold: Severity,
): Promise<Result<number, ApiFailure>> {
  const query = { filter: worseThan(threshold, filter), limit: 1 };
  const worse = await client.call('finding.list', { query });
  if (!worse.ok) return worse;
  if (worse.value.items.length > 0) return ok(EXIT.findings);
  const system = await client.call('system.status');
  if (!system.ok) return system;
  const { advisories, counts, firstScanDone } = system.value;
  if (!advisories.present) return err(failure('E_PACK_MISSING', ''));
  // The sample shows how matching works; what it does not name is not known.
  if (advisories.sample) return err(failure('E_PACK_MISSING', context.t('list.only-sample')));
  if (firstScanDone) return ok(EXIT.fine);
  // Without a node there is no host to wait for: what was read then came from registries.
  const images = counts.nodes === 0 ? await hasMatchedImage(client) : ok(false);
  if (!images.ok) return images;
  return images.value ? ok(EXIT.fine) : err(failure('E_SCAN_PENDING', ''));
}

/** Whether any image was held against advisories. */
async function hasMatchedImage(client: ApiClient): Promise<Result<boolean, ApiFailure>> {
  const listed = await client.call('image.list', { query: { limit: 500 } });
  return listed.ok
    ? ok(listed.value.items.some(({ image }) => (image.scan?.matchedWith ?? '') !== ''))
    : listed;
}
