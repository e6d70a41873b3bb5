// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { err, failure, ok, type Package, type Result } from '@bartizan/contracts';
import {
  type Bom,
  type BomSubject,
  bomPackages,
  type Catalog,
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
  readTree,
  type ScanProblem,
  type ScanReport,
  type SecretReport,
  type SecretScanner,
  scanProblem,
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

/** What is known of a target beside its packages. */
interface About {
  readonly subject: BomSubject;
  readonly problems?: readonly ScanProblem[];
  readonly createdAt?: string;
  readonly platform?: string;
}

const scannedOf = (
  { catalog, elapsedMs }: { readonly catalog: Catalog; readonly elapsedMs: number },
  { subject, problems = [], createdAt, platform }: About,
): Scanned => ({
  subject,
  packages: packagesOf(catalog),
  distribution: catalog.distribution,
  incomplete: [...problems, ...catalog.problems],
  ...(createdAt === undefined ? {} : { createdAt }),
  ...(platform === undefined ? {} : { platform }),
  stats: { files: catalog.files, directories: catalog.directories, elapsedMs },
});

const catalogue = (tree: FileTree, about: About, exclude: readonly string[] = []): Scanned => {
  const startedAtMs = Date.now();
  const catalog = catalogTree({ tree, limits: DEFAULT_LIMITS, now: Date.now, exclude });
  return scannedOf({ catalog, elapsedMs: Date.now() - startedAtMs }, about);
};

/** What to look for in a folder or on this machine. */
export interface FolderLook {
  readonly isPackages: boolean;
  /** Looks for secrets, where they were asked for. */
  readonly secrets?: SecretScanner;
}

/** What one walk of a folder gave. */
export interface FolderFound {
  readonly scanned?: Scanned;
  readonly secrets?: SecretReport;
}

/** Looks at a folder or this machine: packages and secrets in one walk. */
export const scanFolder = (
  path: string,
  kind: 'host' | 'dir',
  { isPackages, secrets }: FolderLook,
): Result<FolderFound, ApiFailure> => {
  if (!existsSync(path) || !statSync(path).isDirectory()) return err(failure('E_SCAN_TARGET', path));
  const tree = new DirectoryTree(path);
  try {
    const found = readTree({
      tree,
      now: Date.now,
      ...(isPackages ? { packages: { limits: DEFAULT_LIMITS } } : {}),
      ...(secrets === undefined ? {} : { secrets: { scanner: secrets, limits: DEFAULT_LIMITS } }),
      ...(kind === 'host' ? { exclude: HOST_EXCLUSIONS, isOneFileSystem: true } : {}),
    });
    const subject: BomSubject =
      kind === 'host' ? { kind: 'host', name: 'host' } : { kind: 'directory', name: resolve(path) };
    return ok({
      ...(found.packages === undefined ? {} : { scanned: scannedOf(found.packages, { subject }) }),
      ...(found.secrets === undefined ? {} : { secrets: found.secrets }),
    });
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

/** Reads a bill of materials. */
export const scanDocument = (path: string): Result<Scanned, ApiFailure> => {
  if (!existsSync(path) || !statSync(path).isFile()) return err(failure('E_SCAN_TARGET', path));
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
            scanProblem('scan.unsupported', '/', {
              en: 'not an overlay: what differs from the image cannot be told',
              ja: 'overlay ではないため、イメージとの違いは分かりません',
            }),
          ]
        : drift.isComplete
          ? []
          : [
              scanProblem('scan.limit', '/', {
                en: 'not all changed files were looked at',
                ja: '変更されたファイルの一部は調べていません',
              }),
            ];
    const scanned = catalogue(tree, { subject: { kind: 'directory', name }, problems }, CONTAINER_EXCLUSIONS);
    if (drift === undefined) return ok(scanned);
    return ok({
      ...scanned,
      drift: { ...drift, packages: addedPackages(scanned.packages, new Set(drift.changed)) },
    });
  } finally {
    tree.close();
  }
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
