// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanRecord, Store } from '@bartizan/adapters/store';
import { exactly, type Image, ok, type Result, type Scope, type Workload } from '@bartizan/contracts';
import { LIVE_STATES } from '../../live-states.ts';
import type { ApiFailure } from '../../ports.ts';
import { type Collected, collectKept, collectPages } from '../api/list-query.ts';

/** A workload as answers about vulnerabilities need it. */
export interface WorkloadEvidence {
  readonly workload: string;
  readonly name: string;
  /** Whether its packages were judged; absent: nobody read them. */
  readonly judged?: boolean;
  readonly at: number;
}
/** An image as answers about secrets need it. */
export interface ImageEvidence {
  readonly subject: string;
  readonly searched: boolean;
  readonly at: number;
}

const EVERYTHING = { filter: [], limit: 1000 };
const RECORDS_MAX = 100_000;

/** All workloads that are known. */
export const knownWorkloads = (
  store: Store,
  scope: Scope,
): Promise<Result<Collected<Workload>, ApiFailure>> =>
  collectPages((query) => store.workloads.list(scope, query), EVERYTHING, RECORDS_MAX);

/** Whether advisories spoke about the packages of a scan that read everything. */
const isJudged = ({ coverage, matchedWith, incomplete }: ScanRecord): boolean =>
  matchedWith !== '' &&
  incomplete.length === 0 &&
  coverage.some(({ state }) => state === 'covered' || state === 'partial');

/** What was scanned, and what runs and was not. */
export async function scannedWorkloads(
  store: Store,
  scope: Scope,
  { items: workloads }: Collected<Workload>,
): Promise<Result<WorkloadEvidence[], ApiFailure>> {
  const ids = await store.scans.workloads(scope);
  if (!ids.ok) return ids;
  const names = new Map(
    workloads.map(({ id, namespace, name }) => [id, namespace === '' ? name : `${namespace}/${name}`]),
  );
  const found = new Map<string, WorkloadEvidence>();
  for (const workload of ids.value) {
    const record = await store.scans.ofWorkload(scope, workload);
    if (!record.ok) return record;
    if (record.value === undefined) continue;
    const name = names.get(workload) ?? workload;
    found.set(workload, { workload, name, judged: isJudged(record.value), at: record.value.scannedAtMs });
  }
  for (const { id, running, lastSeenAtMs } of workloads)
    if (running > 0 && !found.has(id))
      found.set(id, { workload: id, name: names.get(id) ?? id, at: lastSeenAtMs });
  return ok([...found.values()]);
}

/**
 * When an image was searched to the end; undefined = it was not. A digest names the same content for ever, so that this
 * holds while it is read again, too. Records of older versions do not tell the time apart.
 */
const searchedAt = ({ scan }: Image): number | undefined =>
  scan?.searchedAtMs ??
  (scan?.state === 'done' && scan.rulesVersion !== undefined ? (scan.scannedAtMs ?? 0) : undefined);

/** Digests of what runs now. A record of an image names all workloads that ever ran it. */
async function runningDigests(
  store: Store,
  scope: Scope,
  workloads: Collected<Workload>,
): Promise<Result<{ readonly digests: ReadonlySet<string>; readonly complete: boolean }, ApiFailure>> {
  const digests = new Set<string>();
  const add = (digest: string | undefined): boolean =>
    digest !== undefined && !digests.has(digest) && digests.add(digest).has(digest);
  for (const { running, imageDigest } of workloads.items) if (running > 0) add(imageDigest);
  const live = await collectKept(
    (query) => store.containers.list(scope, query),
    { filter: [exactly('state', ...LIVE_STATES)], limit: 1000 },
    { max: RECORDS_MAX, keep: ({ imageDigest }) => add(imageDigest) },
  );
  return live.ok ? ok({ digests, complete: live.value.complete }) : live;
}

/** Images by the digest they were asked for with: nodes name an index, and what is searched are the images below it. */
function byAskedDigest(images: readonly Image[]): ReadonlyMap<string, readonly Image[]> {
  const found = new Map<string, Image[]>();
  for (const image of images) {
    const names = [...image.references, ...(image.formerReferences ?? [])];
    const asked = new Set(names.flatMap((name) => name.split('@').slice(1)));
    for (const digest of asked)
      if (digest !== image.digest) found.set(digest, [...(found.get(digest) ?? []), image]);
  }
  return found;
}

/** Images that were searched to the end, and those that run and were not. */
export async function searchedImages(
  store: Store,
  scope: Scope,
  workloads: Collected<Workload>,
): Promise<Result<Collected<ImageEvidence>, ApiFailure>> {
  const images = await collectPages((query) => store.images.list(scope, query), EVERYTHING, RECORDS_MAX);
  if (!images.ok) return images;
  const running = await runningDigests(store, scope, workloads);
  if (!running.ok) return running;
  const below = byAskedDigest(images.value.items);
  const items = images.value.items.flatMap((image): ImageEvidence[] => {
    const { digest, references, lastSeenAtMs = 0 } = image;
    const subject = references[0] ?? digest;
    const at = searchedAt(image);
    if (at !== undefined) return [{ subject, searched: true, at }];
    const parts = below.get(digest) ?? [];
    // The images below an index speak for themselves.
    const isIndexRead = parts.length > 0 && parts.every((part) => searchedAt(part) !== undefined);
    if (isIndexRead || !running.value.digests.has(digest)) return [];
    return [{ subject, searched: false, at: lastSeenAtMs }];
  });
  return ok({ items, complete: images.value.complete && running.value.complete });
}
