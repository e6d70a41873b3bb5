// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok, type Result } from '@bartizan/contracts';
import { type AdvisoryPack, openPack } from '../advisories/pack.ts';
import type { ScanProblem } from '../catalogers/cataloger.ts';
import { FileLayerCache } from '../image/file-layer-cache.ts';
import { openImage } from '../image/open-image.ts';
import { type CatalogProgress, catalogTree } from '../scan/catalog-tree.ts';
import { matchPackages, packagesOf } from '../scan/scan-tree.ts';
import { DirectoryTree } from '../tree/directory-tree.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { findPendingUpdates } from '../updates/pending-updates.ts';
import type { ScanFailure, ScanOutcome, ScanRequest } from './messages.ts';

interface OpenTarget {
  readonly tree: FileTree;
  readonly problems: readonly ScanProblem[];
  readonly imageDigest?: string;
}

const openTarget = async (request: ScanRequest): Promise<Result<OpenTarget, ScanFailure>> => {
  const { path, label, kind, platform } = request.target;
  if (kind === 'image') {
    const { layerCache } = request;
    const image = await openImage(path, request.limits, {
      ...(platform === undefined ? {} : { platform }),
      ...(layerCache === undefined
        ? {}
        : { cache: new FileLayerCache(layerCache.folder, layerCache.maxBytes) }),
    });
    return image.ok
      ? ok({ tree: image.value.tree, problems: image.value.problems, imageDigest: image.value.digest })
      : image;
  }
  try {
    return ok({ tree: new DirectoryTree(path, label ?? path), problems: [] });
  } catch (cause) {
    return err({
      code: 'E_SCAN_TARGET',
      detail: `${path}: ${cause instanceof Error ? cause.message : 'cannot be opened'}`,
    });
  }
};

const openRequestedPack = (request: ScanRequest): Result<AdvisoryPack | undefined, ScanFailure> => {
  if (request.packPath === undefined) return ok(undefined);
  const opened = openPack(request.packPath);
  if (opened.ok) return opened;
  const code = opened.error.code === 'E_PACK_MISSING' ? 'E_PACK_MISSING' : 'E_PACK_INVALID';
  return err({ code, detail: opened.error.detail });
};

const scan = (
  request: ScanRequest,
  opened: { target: OpenTarget; pack: AdvisoryPack | undefined },
  onProgress: (progress: CatalogProgress) => void,
): ScanOutcome => {
  const { target, pack } = opened;
  const startedAtMs = Date.now();
  const catalog = catalogTree({
    tree: target.tree,
    limits: request.limits,
    exclude: request.exclude,
    now: Date.now,
    onProgress,
  });
  const packages = packagesOf(catalog);
  const pendingUpdates = findPendingUpdates(target.tree, packages);
  const matched = pack === undefined ? { findings: [], coverage: [] } : matchPackages(packages, pack);
  return {
    distribution: catalog.distribution,
    packages,
    incomplete: [...target.problems, ...catalog.problems],
    pendingUpdates,
    files: catalog.files,
    directories: catalog.directories,
    elapsedMs: Date.now() - startedAtMs,
    findings: matched.findings,
    coverage: matched.coverage,
    ...(pack === undefined
      ? {}
      : { pack: { sha256: pack.sha256, builtAt: pack.header.builtAt, kind: pack.header.kind } }),
    ...(target.imageDigest === undefined ? {} : { imageDigest: target.imageDigest }),
  };
};

/** Runs one scan in the calling thread. Descriptors are closed whatever happens. */
export const runScan = async (
  request: ScanRequest,
  onProgress: (progress: CatalogProgress) => void = () => undefined,
): Promise<Result<ScanOutcome, ScanFailure>> => {
  const pack = openRequestedPack(request);
  if (!pack.ok) return pack;
  const target = await openTarget(request);
  try {
    return target.ok ? ok(scan(request, { target: target.value, pack: pack.value }, onProgress)) : target;
  } finally {
    if (target.ok) target.value.tree.close();
    pack.value?.close();
  }
};
