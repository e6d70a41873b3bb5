// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanRecord } from '@bartizan/adapters/store';
import { exactly, type Finding, type Image, ok, type Result, type Scope } from '@bartizan/contracts';
import { type Bom, instantOf, writeBom } from '@bartizan/scan';
import type { AgentDirectory, ApiFailure, Clock, ImageRescan, Owner } from '../../ports.ts';
import { newId } from '../access/secrets.ts';
import { type BaseParts, baseReport, licenceReport, withBase } from './image-base-routes.ts';
import { RUNNERS_MAX, summarizeImages } from './image-summaries.ts';
import { collectPages, pageBody, toQuery } from './list-query.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts extends BaseParts {
  readonly clock: Clock;
  readonly agents: AgentDirectory;
  readonly version: string;
  readonly imageRescan?: ImageRescan;
}

const FINDINGS_MAX = 20_000;

/** Images, what is in them, and their bills of materials. */
export const imageHandlers = (parts: Parts) => ({
  'image.list': answers('image.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.images.list(scope, wanted.value);
    if (!page.ok) return page;
    const items = await summarizeImages(parts.store, scope, page.value.items);
    return items.ok ? reply(pageBody({ ...page.value, items: items.value }, parts.clock.nowMs())) : items;
  }),
  'image.show': answers('image.show', ({ scope, params }) => showImage(parts, scope, params.id)),
  'image.packages': answers('image.packages', async ({ scope, params, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const list = await listOf(parts, scope, params.id);
    if (!list.ok) return list;
    const page = await parts.store.scans.listPackages(scope, list.value.record.workload, wanted.value);
    return page.ok ? reply(pageBody(page.value, parts.clock.nowMs())) : page;
  }),
  'image.sbom': answers('image.sbom', async ({ scope, params, query }) => {
    const list = await listOf(parts, scope, params.id);
    if (!list.ok) return list;
    const format = query.format ?? 'cyclonedx';
    const isSpdx = format.startsWith('spdx');
    const document = writeBom(bomOf(list.value.image, list.value.record, parts.version), format);
    return reply({
      name: `${params.id.replaceAll(/[^a-z0-9]+/giu, '-')}.${isSpdx ? 'spdx' : 'cdx'}.json`,
      mediaType: isSpdx ? 'application/spdx+json' : 'application/vnd.cyclonedx+json',
      document,
    });
  }),
  'image.base': answers('image.base', async ({ scope, params }) => {
    const image = await imageOf(parts, scope, params.id);
    if (!image.ok) return image;
    const record = await recordOf(parts, scope, image.value);
    if (!record.ok) return record;
    const base = await baseReport(parts, scope, { image: image.value, record: record.value });
    return base.ok ? reply(base.value) : base;
  }),
  'image.licences': answers('image.licences', async ({ scope, params }) => {
    const list = await listOf(parts, scope, params.id);
    if (!list.ok) return list;
    const { packages, incomplete } = list.value.record;
    return reply(licenceReport(packages, incomplete.length === 0));
  }),
  'image.scan': answers('image.scan', async ({ scope, caller, params }) => {
    const image = await imageOf(parts, scope, params.id);
    if (!image.ok) return image;
    const owner = { cluster: caller.cluster, tenant: caller.tenant };
    const queued = await scanAgain(parts, { scope, owner, image: image.value });
    return queued.ok ? reply({ queued: queued.value }, { target: params.id }) : queued;
  }),
});

async function imageOf({ store }: Parts, scope: Scope, id: string): Promise<Result<Image, ApiFailure>> {
  const found = await store.images.get(scope, id);
  if (!found.ok) return found;
  return found.value === undefined ? refuse('E_NOT_FOUND', `there is no image ${id}`) : ok(found.value);
}

/** The package list of an image: its own, else that of something that runs it. */
async function listOf(
  parts: Parts,
  scope: Scope,
  id: string,
): Promise<Result<{ readonly image: Image; readonly record: ScanRecord }, ApiFailure>> {
  const image = await imageOf(parts, scope, id);
  if (!image.ok) return image;
  const record = await recordOf(parts, scope, image.value);
  if (!record.ok) return record;
  if (record.value === undefined) return refuse('E_IMAGE_NOT_SCANNED', `there is no package list of ${id}`);
  return ok({ image: image.value, record: record.value });
}

async function recordOf(
  { store }: Parts,
  scope: Scope,
  image: Image,
): Promise<Result<ScanRecord | undefined, ApiFailure>> {
  for (const subject of [image.digest, ...image.usedBy.slice(0, RUNNERS_MAX)]) {
    const record = await store.scans.ofWorkload(scope, subject);
    if (!record.ok) return record;
    if (record.value === undefined) continue;
    if (subject === image.digest) return ok(record.value);
    // A workload may have containers of several images: its list is that of one of them.
    const { container } = record.value;
    const found = container === undefined ? ok(undefined) : await store.containers.get(scope, container);
    if (!found.ok) return found;
    if (found.value?.imageDigest === image.digest) return ok(record.value);
  }
  return ok(undefined);
}

async function showImage(parts: Parts, scope: Scope, id: string) {
  const image = await imageOf(parts, scope, id);
  if (!image.ok) return image;
  const summary = await summarizeImages(parts.store, scope, [image.value]);
  if (!summary.ok) return summary;
  const [first] = summary.value;
  if (first === undefined) return refuse('E_NOT_FOUND', `there is no image ${id}`);
  const record = await recordOf(parts, scope, image.value);
  if (!record.ok) return record;
  const layers = await layersOf(parts, scope, image.value);
  if (!layers.ok) return layers;
  const shown = { ...first.image, ...(layers.value === undefined ? {} : { layers: layers.value }) };
  return reply({
    ...first,
    image: withBase(shown, parts.bases),
    coverage: record.value?.coverage ?? [],
  });
}

/** The layers with the open findings that each brought. */
async function layersOf(
  { store }: Parts,
  scope: Scope,
  image: Image,
): Promise<Result<Image['layers'], ApiFailure>> {
  if (image.layers === undefined || image.layers.length === 0) return ok(image.layers);
  const all = await collectPages(
    (query) => store.findings.list(scope, query),
    { filter: [exactly('workload', image.digest), exactly('state', 'open')], limit: FINDINGS_MAX },
    FINDINGS_MAX,
  );
  if (!all.ok) return all;
  const counts = new Map<string, number>();
  for (const finding of all.value.items) {
    const layer = layerOf(finding);
    if (layer !== undefined) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  }
  return ok(image.layers.map((layer) => ({ ...layer, openFindings: counts.get(layer.diffId) ?? 0 })));
}

const layerOf = (finding: Finding): string | undefined => finding.location?.layer ?? finding.package?.layer;

/** All that a bill of materials says. Nothing in it is of now: the same image gives the same bytes. */
function bomOf(image: Image, record: ScanRecord, toolVersion: string): Bom {
  const [id = '', versionId = ''] = record.distribution.split(' ');
  const packages = [...record.packages]
    .map(({ use: _use, ...found }) => found)
    .sort((left, right) => (left.purl < right.purl ? -1 : left.purl > right.purl ? 1 : 0));
  return {
    subject: { kind: 'image', name: [...image.references].sort()[0] ?? image.digest, digest: image.digest },
    packages,
    distribution: { id, versionId },
    createdAt: instantOf(
      image.createdAtMs === undefined ? undefined : new Date(image.createdAtMs).toISOString(),
    ),
    toolVersion,
    isComplete: record.incomplete.length === 0,
  };
}

/** Has an image read again: from its registry, else by the nodes that run it. */
async function scanAgain(
  parts: Parts,
  { scope, owner, image }: { readonly scope: Scope; readonly owner: Owner; readonly image: Image },
): Promise<Result<number, ApiFailure>> {
  const fromRegistry = await parts.imageRescan?.rescan(owner, image);
  if (fromRegistry?.ok === false) return fromRegistry;
  if (fromRegistry?.value !== undefined) return ok(fromRegistry.value.queued);
  const nodes = new Set<string>();
  for (const id of image.usedBy.slice(0, RUNNERS_MAX)) {
    const workload = await parts.store.workloads.get(scope, id);
    if (!workload.ok) return workload;
    for (const node of workload.value?.nodes ?? []) nodes.add(node);
  }
  const asked = [...nodes].filter((node) =>
    parts.agents.send(node, { type: 'command', id: newId('c'), command: 'scan-now' }),
  );
  return asked.length === 0
    ? refuse('E_IMAGE_UNREACHABLE', `no registry and no connected node has ${image.digest}`)
    : ok(asked.length);
}
