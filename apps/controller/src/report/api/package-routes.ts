// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageKey, PackageSpread, PlacedPackage, Store } from '@bartizan/adapters/store';
import { exactly, ok, type ResponseOf, type Result, type Scope } from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../../ports.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, reply } from './route-handler.ts';
import { inChunks } from './terms.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
}
type Row = ResponseOf<'package.list'>['items'][number];
type Place = ResponseOf<'package.places'>['items'][number];

const PLACES_DEFAULT = 50;

/** Packages over all images and workloads: which there are, and where. */
export const packageHandlers = (parts: Parts) => ({
  'package.list': answers('package.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.packages.list(scope, wanted.value);
    if (!page.ok) return page;
    const items = await rowsOf(parts, scope, page.value.items);
    return items.ok ? reply(pageBody({ ...page.value, items: items.value }, parts.clock.nowMs())) : items;
  }),
  'package.places': answers('package.places', async ({ scope, query }) => {
    const page = await parts.store.packages.places(scope, query.purl, {
      limit: query.limit ?? PLACES_DEFAULT,
      ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    });
    if (!page.ok) return page;
    const items: Place[] = [];
    for (const placed of page.value.items) {
      const place = await placeOf(parts, scope, placed);
      if (!place.ok) return place;
      items.push(place.value);
    }
    return reply(pageBody({ ...page.value, items }, parts.clock.nowMs()));
  }),
});

const findingKey = (item: Pick<PackageKey, 'name' | 'version' | 'ecosystem'>): string =>
  [item.name, item.version, item.ecosystem].join(',');

async function rowsOf(
  parts: Parts,
  scope: Scope,
  spread: readonly PackageSpread[],
): Promise<Result<Row[], ApiFailure>> {
  const open = new Map<string, number>();
  for (const names of inChunks([...new Set(spread.map(({ key }) => key.name))])) {
    const counts = await parts.store.findings.countBy(scope, 'package,packageVersion,ecosystem', {
      filter: [exactly('package', ...names), exactly('state', 'open'), exactly('counted', 'true')],
      limit: 1,
    });
    if (!counts.ok) return counts;
    for (const [key, count] of counts.value) open.set(key, count);
  }
  return ok(
    spread.map(({ key, images, workloads }) => ({
      name: key.name,
      version: key.version,
      ecosystem: key.ecosystem,
      purl: key.purl,
      ...{ images, workloads },
      openFindings: open.get(findingKey(key)) ?? 0,
    })),
  );
}

async function placeOf(
  { store }: Parts,
  scope: Scope,
  placed: PlacedPackage,
): Promise<Result<Place, ApiFailure>> {
  if (placed.of === 'image') {
    const image = await store.images.get(scope, placed.subject);
    if (!image.ok) return image;
    return ok({
      package: placed.package,
      image: placed.subject,
      references: image.value?.references ?? [],
    });
  }
  const workload = await store.workloads.get(scope, placed.subject);
  if (!workload.ok) return workload;
  const { namespace = '', name = placed.subject, image } = workload.value ?? {};
  return ok({
    package: placed.package,
    references: image === undefined ? [] : [image],
    workload: placed.subject,
    workloadName: `${namespace}/${name}`,
    ...(workload.value?.imageDigest === undefined ? {} : { image: workload.value.imageDigest }),
  });
}
