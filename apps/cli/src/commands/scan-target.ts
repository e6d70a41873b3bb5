// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { err, failure, ok, type Package, type Result } from '@bartizan/contracts';
import {
  type Bom,
  type BomSubject,
  bomPackages,
  catalogTree,
  DEFAULT_LIMITS,
  DirectoryTree,
  type Distribution,
  type FileTree,
  HOST_EXCLUSIONS,
  instantOf,
  MAX_SBOM_BYTES,
  type OpenedImage,
  packagesOf,
  readSbom,
  type ScanProblem,
  type ScanReport,
} from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import type { ScanKind } from './scan-flags.ts';

/** What was found, before any advisory is asked. */
export interface Scanned {
  readonly subject: BomSubject;
  readonly packages: readonly Package[];
  readonly distribution: Distribution;
  readonly incomplete: readonly ScanProblem[];
  /** When the artefact was made, where it says. */
  readonly createdAt?: string;
  readonly stats: ScanReport['stats'];
}

const catalogue = (
  tree: FileTree,
  more: { subject: BomSubject; problems: readonly ScanProblem[]; isHost?: boolean; createdAt?: string },
): Scanned => {
  const startedAtMs = Date.now();
  const catalog = catalogTree({
    tree,
    limits: DEFAULT_LIMITS,
    now: Date.now,
    ...(more.isHost === true ? { exclude: HOST_EXCLUSIONS, isOneFileSystem: true } : {}),
  });
  return {
    subject: more.subject,
    packages: packagesOf(catalog),
    distribution: catalog.distribution,
    incomplete: [...more.problems, ...catalog.problems],
    ...(more.createdAt === undefined ? {} : { createdAt: more.createdAt }),
    stats: { files: catalog.files, directories: catalog.directories, elapsedMs: Date.now() - startedAtMs },
  };
};

const scanFolder = (path: string, kind: 'host' | 'dir'): Result<Scanned, ApiFailure> => {
  if (!statSync(path).isDirectory()) return err(failure('E_SCAN_TARGET', path));
  const tree = new DirectoryTree(path);
  try {
    return ok(
      catalogue(tree, {
        subject: {
          kind: kind === 'host' ? 'host' : 'directory',
          name: kind === 'host' ? 'host' : resolve(path),
        },
        problems: [],
        isHost: kind === 'host',
      }),
    );
  } finally {
    tree.close();
  }
};

const imageSubject = (image: OpenedImage, path: string): BomSubject => ({
  kind: 'image',
  name: image.references[0] ?? path,
  digest: image.digest,
});

/** Catalogues an image whose layers were merged. */
export const catalogueImage = (image: OpenedImage, path: string): Scanned => {
  const { tree, problems, config } = image;
  return catalogue(tree, {
    subject: imageSubject(image, path),
    problems,
    ...(config.createdAt === undefined ? {} : { createdAt: config.createdAt }),
  });
};

const scanDocument = (path: string): Result<Scanned, ApiFailure> => {
  if (!statSync(path).isFile()) return err(failure('E_SCAN_TARGET', path));
  if (statSync(path).size > MAX_SBOM_BYTES)
    return err(failure('E_SBOM_INVALID', `more than ${MAX_SBOM_BYTES} bytes`));
  const bom = readSbom(readFileSync(path), path);
  if (!bom.ok) return err(failure(bom.error.code, bom.error.detail));
  const { subject, distribution, problems } = bom.value;
  return ok({
    subject: { kind: 'sbom', name: subject === '' ? path : subject },
    packages: bomPackages(bom.value),
    distribution,
    incomplete: problems,
    stats: { files: 1, directories: 0, elapsedMs: 0 },
  });
};

/** Catalogues a folder, this machine or a bill of materials. */
export const scanTarget = (target: {
  readonly path: string;
  readonly kind: Exclude<ScanKind, 'image'>;
}): Result<Scanned, ApiFailure> => {
  const { path, kind } = target;
  if (!existsSync(path)) return err(failure('E_SCAN_TARGET', path));
  return kind === 'sbom' ? scanDocument(path) : scanFolder(path, kind);
};

/** The bill of materials of what was found. Its time is that of the artefact, so that the same one gives the same bytes. */
export const toBom = (scanned: Scanned, toolVersion: string): Bom => ({
  subject: scanned.subject,
  packages: scanned.packages,
  distribution: { id: scanned.distribution.id, versionId: scanned.distribution.versionId },
  createdAt: instantOf(scanned.createdAt),
  toolVersion,
  isComplete: scanned.incomplete.length === 0,
});
