// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The artefacts: file trees in (a host, a container's root, an image), packages and findings out. Knows which
 * ecosystems there are, how their versions are ordered, and what the advisories of a pack say about them. No network
 * client, and nothing that is scanned is ever executed. Serves k02 (supply chain) and k10 (vulnerable components).
 */
export { type BuildOptions, type BuiltPack, buildPack, importPackFile } from './advisories/build-pack.ts';
export type { ImportedFile } from './advisories/import/directory.ts';
export { importDirectory } from './advisories/import/directory.ts';
export { AdvisoryPack, openPack, openPackBytes } from './advisories/pack.ts';
export { PackBuilder } from './advisories/pack-builder.ts';
export type { PackError, PackErrorCode } from './advisories/pack-error.ts';
export { findShrinkage, installPack, type PackStatus, packStatus } from './advisories/pack-file.ts';
export type { EcosystemStatus, PackHeader, PackSource, ReleaseLife } from './advisories/pack-format.ts';
export type { AdvisoryRow, CveFacts, Rating } from './advisories/row.ts';
export {
  type CatalogContext,
  type Cataloger,
  type CatalogerCapabilities,
  DEFAULT_LIMITS,
  SCAN_PROBLEM_CODES,
  type ScanLimits,
  type ScanProblem,
  type ScanProblemCode,
} from './catalogers/cataloger.ts';
export { PACKAGE_TYPES, type PackageType, type ScanPackage } from './catalogers/package.ts';
export { CATALOGERS } from './catalogers/registry.ts';
export { isJudgeable, schemeOf } from './distribution/namespace.ts';
export { type Distribution, detectDistribution, parseOsRelease } from './distribution/os-release.ts';
export { type FindingPlace, pendingUpdateFinding, toFinding } from './findings/to-finding.ts';
export { type ImageError, type OpenedImage, openImage } from './image/open-image.ts';
export {
  type Assessment,
  type FixState,
  type Match,
  type MatchablePackage,
  matchPackage,
  type PackageVerdict,
} from './matchers/match.ts';
export {
  DEFAULT_SEARCH_PATH,
  findOpenSearchDirectories,
  type OpenSearchDirectory,
} from './posture-facts/search-path.ts';
export { findSetuidFiles, type SetuidFile, type SetuidFiles } from './posture-facts/setuid-files.ts';
export {
  type Catalog,
  type CatalogOptions,
  type CatalogProgress,
  CONTAINER_EXCLUSIONS,
  catalogTree,
  HOST_EXCLUSIONS,
} from './scan/catalog-tree.ts';
export {
  type MatchReport,
  matchPackages,
  packagesOf,
  type ScanOptions,
  type ScanReport,
  scanTree,
} from './scan/scan-tree.ts';
export { fingerprintOf, HASH_KEY_BYTES, makeHashKey, previewOf } from './secrets/keep.ts';
export { type LayerSecretReport, LayerSecrets } from './secrets/layer-secrets.ts';
export { patternFault } from './secrets/pattern-guard.ts';
export { compileSecretRules, type SecretRuleSet } from './secrets/rule-set.ts';
export { placeOf, secretFinding } from './secrets/secret-finding.ts';
export type { SecretMatch, SecretScan, SecretSource, SuppressedSecret } from './secrets/secret-match.ts';
export { SecretScanner, type SecretScannerOptions, type SecretStream } from './secrets/secret-scanner.ts';
export { type NamedText, searchEnvironment, searchImageConfig, searchTexts } from './secrets/text-secrets.ts';
export {
  DEFAULT_SECRET_FILE_BYTES,
  type SecretReport,
  searchTree,
  type TreeSecretsOptions,
} from './secrets/tree-secrets.ts';
export { DirectoryTree } from './tree/directory-tree.ts';
export type { FileTree, TreeEntry, TreeError, TreeFile, TreeResult, TreeStat } from './tree/file-tree.ts';
export { MemoryTree } from './tree/memory-tree.ts';
export { findPendingUpdates, type PendingUpdate, type PendingUpdates } from './updates/pending-updates.ts';
export { COMPARATORS, compareVersions } from './versions/compare.ts';
export type { VersionScheme } from './versions/scheme.ts';
export type { ScanFailure, ScanOutcome, ScanRequest } from './worker/messages.ts';
export { runScan } from './worker/run-scan.ts';
export { DEFAULT_WORKER_BOUNDS, scanInWorker, type WorkerBounds } from './worker/scan-in-worker.ts';
