// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { err, failure, ok, type Package, type Result } from '@bartizan/contracts';
import {
  type Bom,
  type BomSubject,
  bomPackages,
  CONTAINER_EXCLUSIONS,
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
import type { PolicyVerdict } from '@bartizan/scan/signatures';
import type { ApiFailure } from '../api/client.ts';

/** What a running container changed of its image. */
export interface Drift {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Of the changed ones, those that can be run. */
  readonly executable: readonly string[];
  /** Packages that were found in changed files only. */
  readonly packages: readonly string[];
  /** Whether everything that changed is in the lists. */
  readonly isComplete: boolean;
}

/** What was found, before any advisory is asked. */
export interface Scanned {
  readonly subject: BomSubject;
  readonly packages: readonly Package[];
  readonly distribution: Distribution;
  readonly incomplete: readonly ScanProblem[];
  /** When the artefact was made, where it says. */
  readonly createdAt?: string;
  /** Of an image. */
  readonly platform?: string;
  /** Of a running container: what differs from its image. */
  readonly drift?: Drift;
  /** Of an image of a registry, where a policy was named. */
  readonly policy?: PolicyVerdict;
  readonly stats: ScanReport['stats'];
}

const catalogue = (
  tree: FileTree,
  more: {
    subject: BomSubject;
    problems: readonly ScanProblem[];
    isHost?: boolean;
    exclude?: readonly string[];
    createdAt?: string;
    platform?: string;
  },
): Scanned => {
  const startedAtMs = Date.now();
  const catalog = catalogTree({
    tree,
    limits: DEFAULT_LIMITS,
    now: Date.now,
    ...(more.exclude === undefined ? {} : { exclude: more.exclude }),
    ...(more.isHost === true ? { exclude: HOST_EXCLUSIONS, isOneFileSystem: true } : {}),
  });
  return {
    subject: more.subject,
    packages: packagesOf(catalog),
    distribution: catalog.distribution,
    incomplete: [...more.problems, ...catalog.problems],
    ...(more.createdAt === undefined ? {} : { createdAt: more.createdAt }),
    ...(more.platform === undefined ? {} : { platform: more.platform }),
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

/** Catalogues an image whose layers were merged. */
export const catalogueImage = (image: OpenedImage, name: string): Scanned => {
  const { tree, problems, config, references, digest, platform } = image;
  return catalogue(tree, {
    subject: { kind: 'image', name: references[0] ?? name, digest },
    problems,
    platform,
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

/** Packages of which every place is a file that the container wrote. */
const addedPackages = (packages: readonly Package[], changed: ReadonlySet<string>): readonly string[] =>
  packages
    .filter(
      ({ locations }) =>
        locations.length > 0 && locations.every((path) => changed.has(path.split('!')[0] ?? path)),
    )
    .map(({ purl }) => purl);

/** Catalogues a running container through its root, and says what differs from its image. */
export const scanContainerRoot = (
  root: string,
  name: string,
  drift: Omit<Drift, 'packages'> | undefined,
): Result<Scanned, ApiFailure> => {
  let tree: DirectoryTree;
  try {
    tree = new DirectoryTree(root);
  } catch (error) {
    return err(
      failure('E_SCAN_TARGET', `${name}: ${error instanceof Error ? error.message : 'cannot be read'}`),
    );
  }
  try {
    const problems: ScanProblem[] =
      drift === undefined
        ? [
            {
              code: 'scan.unsupported',
              path: '/',
              detail: 'not an overlay: what differs from the image cannot be told',
            },
          ]
        : drift.isComplete
          ? []
          : [{ code: 'scan.limit', path: '/', detail: 'not all changed files were looked at' }];
    const scanned = catalogue(tree, {
      subject: { kind: 'directory', name },
      problems,
      exclude: CONTAINER_EXCLUSIONS,
    });
    if (drift === undefined) return ok(scanned);
    return ok({
      ...scanned,
      drift: { ...drift, packages: addedPackages(scanned.packages, new Set(drift.changed)) },
    });
  } finally {
    tree.close();
  }
};

/** Catalogues a folder, this machine or a bill of materials. */
export const scanPath = (path: string, kind: 'host' | 'dir' | 'sbom'): Result<Scanned, ApiFailure> => {
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
