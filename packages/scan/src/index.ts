// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The artefacts: file trees in (a host, a container's root, an image), packages and findings out. Knows which
 * ecosystems there are, how their versions are ordered, and what the advisories of a pack say about them. No network
 * client, and nothing that is scanned is ever executed. Serves k02 (supply chain) and k10 (vulnerable components).
 */
export { advisoryChanges } from './advisories/advisory-change.ts';
export {
  type BuildOptions,
  type BuiltPack,
  buildPack,
  type ImportedPack,
  type ImportOptions,
  importPackFile,
  type PackReplacement,
} from './advisories/build-pack.ts';
export { fileDigest, makeBundle, openBundle, signPack } from './advisories/bundle.ts';
export { containerKind } from './advisories/container.ts';
export { applyDelta, makeDelta } from './advisories/delta.ts';
export { changedPackages, diffPacks, type PackDiff } from './advisories/diff-packs.ts';
export type { ImportedFile } from './advisories/import/directory.ts';
export { importDirectory } from './advisories/import/directory.ts';
export { AdvisoryPack, loadPack, openPack, openPackBytes, openSharedPack } from './advisories/pack.ts';
export { PackBuilder } from './advisories/pack-builder.ts';
export type { PackError, PackErrorCode } from './advisories/pack-error.ts';
export { findShrinkage, installPack, type PackStatus, packStatus } from './advisories/pack-file.ts';
export type { EcosystemStatus, PackHeader, PackSource, ReleaseLife } from './advisories/pack-format.ts';
export type { AdvisoryRow, CveFacts, Rating } from './advisories/row.ts';
export {
  createSigningKey,
  readSigningKey,
  type SignatureBlock,
  type SigningKey,
  verifySignature,
} from './advisories/signature.ts';
export {
  readTrustRoot,
  SHIPPED_TRUST,
  type TrustedKey,
  type TrustRoot,
  withKeys,
  writeTrustRoot,
} from './advisories/trust-root.ts';
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
export { problemLine, scanProblem } from './catalogers/problem.ts';
export { GAPS, onlyFirst } from './catalogers/problem-words.ts';
export { type PurlParts, writePurl } from './catalogers/purl.ts';
export { CATALOGERS } from './catalogers/registry.ts';
export { lifeOf } from './distribution/life.ts';
export { isDistributionType, isJudgeable, schemeOf } from './distribution/namespace.ts';
export { type Distribution, detectDistribution, parseOsRelease } from './distribution/os-release.ts';
export type { FindingPlace } from './findings/finding-place.ts';
export { pendingUpdateFinding, toFinding } from './findings/to-finding.ts';
export { EntropyMeter } from './hygiene/entropy.ts';
export type { HarmfulFile, HarmReport } from './hygiene/harmful-files.ts';
export { MAX_FACT_LENGTH } from './hygiene/image-facts.ts';
export { KnownFileSet } from './hygiene/known-files.ts';
export type { HygieneRules } from './hygiene/layer-pass.ts';
export { harmfulFileFinding } from './hygiene/malware-finding.ts';
export { executableRanges, HEAD_BYTES, kindOf } from './hygiene/program-head.ts';
export { compileFileSignatures, type FileSignatureSet } from './hygiene/signature-set.ts';
export { SignatureStream } from './hygiene/signature-stream.ts';
export { isArtifact } from './image/artifact.ts';
export {
  type BaseImage,
  compareFindings,
  findBase,
  type KnownImage,
  type Origin,
  originOf,
  type RebaseEffect,
  rebase,
} from './image/base-image.ts';
export { type DigestImage, openDigestImage } from './image/digest-source.ts';
export { FileLayerCache } from './image/file-layer-cache.ts';
export { CATALOGUE_VERSION } from './image/generated/catalogue-version.ts';
export type {
  ImageChoice,
  ImageConfig,
  ImageError,
  ImagePlan,
  ImageSource,
  LayerSource,
} from './image/image-source.ts';
export type { LayerCache } from './image/layer-cache.ts';
export type {
  FileSink,
  LayerConsumer,
  LayerNotes,
  LayerPass,
  PassingFile,
} from './image/layer-consumer.ts';
export { choicesOf, type DigestBlobs, planOf, readByDigest } from './image/manifest.ts';
export {
  type ImageOptions,
  type OpenedImage,
  openImage,
  openImageFrom,
  openImageSource,
} from './image/open-image.ts';
export { readExpression } from './licences/expression.ts';
export { LICENCE_CATEGORIES } from './licences/licence-table.ts';
export { type LicencePolicy, licenceFindings, readLicencePolicy } from './licences/policy.ts';
export { matchPackage } from './matchers/match.ts';
export type {
  Assessment,
  Dismissal,
  FixState,
  ImpactStatement,
  Match,
  MatchablePackage,
  MatchContext,
  PackageVerdict,
  Standing,
  UserDecision,
} from './matchers/model.ts';
export { RULE_TEXTS } from './matchers/rule-texts.ts';
export { MATCH_RULES } from './matchers/rules.ts';
export { fitsPathPattern, isPathPattern } from './path-pattern/path-pattern.ts';
export {
  DEFAULT_SEARCH_PATH,
  findOpenSearchDirectories,
  type OpenSearchDirectory,
} from './posture-facts/search-path.ts';
export { findSetuidFiles, type SetuidFile, type SetuidFiles } from './posture-facts/setuid-files.ts';
export { BOM_FORMATS, type Bom, type BomFormat, type BomSubject, instantOf } from './sbom/bom.ts';
export { type Purl, parsePurl } from './sbom/parse-purl.ts';
export {
  bomPackages,
  MAX_SBOM_BYTES,
  parseSbom,
  readSbom,
  type SbomError,
  type ScannedBom,
} from './sbom/read-sbom.ts';
export { writeBom } from './sbom/write-bom.ts';
export {
  type Catalog,
  type CatalogOptions,
  type CatalogProgress,
  CONTAINER_EXCLUSIONS,
  catalogTree,
  HOST_EXCLUSIONS,
} from './scan/catalog-tree.ts';
export {
  type FoundHygiene,
  type FoundSecrets,
  ImageSearch,
  type ImageSearchOptions,
  rulesVersionOf,
} from './scan/image-search.ts';
export { MAX_LOCATIONS } from './scan/merge-packages.ts';
export { readTree, type TreeReading, type TreeReadingOptions } from './scan/read-tree.ts';
export {
  type MatchReport,
  matchPackages,
  packagesOf,
  type ScanOptions,
  type ScanReport,
  scanTree,
} from './scan/scan-tree.ts';
export { fingerprintOf, HASH_KEY_BYTES, makeHashKey, previewOf, tenantHashKey } from './secrets/keep.ts';
export { searchManifest } from './secrets/manifest-secrets.ts';
export { patternFault } from './secrets/pattern-guard.ts';
export { compileSecretRules, type SecretRuleSet } from './secrets/rule-set.ts';
export { placeOf, secretFinding, secretsBeyond } from './secrets/secret-finding.ts';
export type { SecretMatch, SecretScan, SecretSource, SuppressedSecret } from './secrets/secret-match.ts';
export { SecretScanner, type SecretScannerOptions, type SecretStream } from './secrets/secret-scanner.ts';
export { type NamedText, searchEnvironment, searchImageConfig, searchTexts } from './secrets/text-secrets.ts';
export {
  byUrgency,
  DEFAULT_SECRET_FILE_BYTES,
  type SecretReport,
  searchTree,
  type TreeSecretsOptions,
} from './secrets/tree-secrets.ts';
export { DirectoryTree } from './tree/directory-tree.ts';
export type { FileTree, TreeEntry, TreeError, TreeFile, TreeResult, TreeStat } from './tree/file-tree.ts';
export { MemoryTree } from './tree/memory-tree.ts';
export { findPendingUpdates, type PendingUpdate, type PendingUpdates } from './updates/pending-updates.ts';
export { ownedPaths } from './use/own-paths.ts';
export { isCodePath, ownerOfPath, type PathOwner, type PathTable, pathTableOf } from './use/path-table.ts';
export { COMPARATORS, compareVersions } from './versions/compare.ts';
export type { VersionScheme } from './versions/scheme.ts';
export {
  type AppliedVex,
  applyVex,
  VEX_ORIGINS,
  type VexOrigin,
  type VexPlace,
  type VexSet,
  vexFor,
} from './vex/apply-vex.ts';
export { readVex, type VexError } from './vex/read-vex.ts';
export type { VexDocument, VexProduct, VexStatement, VexStatus } from './vex/statement.ts';
export { expressible, VEX_FORMATS, type VexFormat, type VexHead, writeVex } from './vex/write-vex.ts';
export type { ScanFailure, ScanOutcome, ScanRequest } from './worker/messages.ts';
export { runScan } from './worker/run-scan.ts';
export { DEFAULT_WORKER_BOUNDS, scanInWorker, type WorkerBounds } from './worker/scan-in-worker.ts';
