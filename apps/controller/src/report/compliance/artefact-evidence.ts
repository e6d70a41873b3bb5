// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanRecord, Store } from '@bartizan/adapters/store';
import { type Image, ok, type Result, type Scope, type Workload } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';
import { type Collected, collectPages } from '../api/list-query.ts';

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

const isSearched = ({ scan }: Image): boolean => scan?.state === 'done' && scan.rulesVersion !== undefined;

/** Images that were searched to the end, and those that run and were not. */
export async function searchedImages(
  store: Store,
  scope: Scope,
  workloads: Collected<Workload>,
): Promise<Result<Collected<ImageEvidence>, ApiFailure>> {
  const images = await collectPages((query) => store.images.list(scope, query), EVERYTHING, RECORDS_MAX);
  if (!images.ok) return images;
  const ended = new Set(workloads.items.filter(({ running }) => running === 0).map(({ id }) => id));
  const known = new Set(workloads.items.map(({ id }) => id));
  // A workload that is not known any more runs nothing, unless not all were read.
  const runs = (id: string): boolean => !ended.has(id) && (known.has(id) || !workloads.complete);
  const items = images.value.items.flatMap((image): ImageEvidence[] => {
    const { digest, references, scan, usedBy, lastSeenAtMs = 0 } = image;
    const searched = isSearched(image);
    if (!searched && !usedBy.some(runs)) return [];
    const at = searched ? (scan?.scannedAtMs ?? 0) : lastSeenAtMs;
    return [{ subject: references[0] ?? digest, searched, at }];
  });
  return ok({ items, complete: images.value.complete });
}
