// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AccessRequest,
  AdmissionDecision,
  AgentEvent,
  ApiKey,
  AuditRecord,
  CheckResult,
  Cluster,
  Container,
  CoverageEntry,
  Finding,
  FindingException,
  Image,
  LocalText,
  Node,
  Package,
  PackageUseReport,
  PageOf,
  Query,
  Registry,
  Scope,
  StoredAdmissionBinding,
  StoredAdmissionException,
  StoredAdmissionRule,
  Stream,
  Tenant,
  ToldText,
  User,
  VexDocument,
  Workload,
} from '@bartizan/contracts';
import type { ComplianceRun } from '@bartizan/contracts/compliance';
import type { VexStatement } from '@bartizan/scan';
import type { Counts, EntityRepository, Stored, StoreFailure } from './stored.ts';

export type { DecisionLimits, DecisionRetention, Retention } from './retention-limits.ts';
export type { Counts, EntityRepository, Stored, StoreFailure } from './stored.ts';

/** A user with what only the store and the login code may see. */
export interface StoredUser {
  readonly user: User;
  readonly passwordHash: string;
  readonly passwordExpiresAtMs?: number;
  readonly previousHashes: readonly string[];
  readonly failures: number;
}
export interface UserRepository {
  byName(scope: Scope, name: string): Stored<StoredUser | undefined>;
  byId(scope: Scope, id: string): Stored<StoredUser | undefined>;
  put(scope: Scope, user: StoredUser): Stored<void>;
  remove(scope: Scope, id: string): Stored<boolean>;
  list(scope: Scope, query: Query): Stored<PageOf<User>>;
}

/** A session or key, found by the SHA-256 of its secret (the secret itself is never stored). */
export interface StoredSession {
  readonly tokenHash: string;
  readonly userId: string;
  readonly csrfToken: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}
export interface SessionRepository {
  put(scope: Scope, session: StoredSession): Stored<void>;
  byHash(scope: Scope, tokenHash: string): Stored<StoredSession | undefined>;
  /** Moves the end of a session that is still there; false: it is not, and stays away. */
  touch(scope: Scope, tokenHash: string, expiresAtMs: number): Stored<boolean>;
  remove(scope: Scope, tokenHash: string): Stored<void>;
  removeOfUser(scope: Scope, userId: string): Stored<void>;
  removeExpired(scope: Scope, nowMs: number): Stored<number>;
}
export interface ApiKeyRepository extends EntityRepository<ApiKey> {
  putWithHash(scope: Scope, key: ApiKey, secretHash: string): Stored<void>;
  byHash(scope: Scope, secretHash: string): Stored<ApiKey | undefined>;
}

/** One-time join tokens; only hashes are kept. `take` succeeds once. */
export interface JoinTokenRepository {
  put(
    scope: Scope,
    token: {
      readonly id: string;
      readonly secretHash: string;
      readonly expiresAtMs: number;
      readonly tenant: string;
      readonly cluster: string;
    },
  ): Stored<void>;
  take(
    scope: Scope,
    id: string,
    secretHash: string,
    nowMs: number,
  ): Stored<{ readonly tenant: string; readonly cluster: string } | undefined>;
}

/** Certificates issued to agents, for revocation. */
export interface CertificateRepository {
  put(
    scope: Scope,
    certificate: {
      readonly serial: string;
      readonly node: string;
      readonly notAfterMs: number;
      readonly revoked: boolean;
    },
  ): Stored<void>;
  isRevoked(scope: Scope, serial: string): Stored<boolean>;
  revokeNode(scope: Scope, node: string): Stored<number>;
}

/** The hash-chained audit log: append only. The repository computes sequence and hashes. */
export interface AuditRepository {
  append(scope: Scope, record: Omit<AuditRecord, 'sequence' | 'previousHash' | 'hash'>): Stored<AuditRecord>;
  list(scope: Scope, query: Query): Stored<PageOf<AuditRecord>>;
  /** How many records all tenants have, as the head says: read by its key, at once. For a system scope only. */
  count(scope: Scope): Stored<number>;
  /** Walks the whole chain. */
  verify(scope: Scope): Stored<{
    readonly intact: boolean;
    readonly records: number;
    readonly firstBroken?: number;
    /** What does not fit: a record, the signature of the end, or an end from which the chain went on earlier. */
    readonly fault?: 'record' | 'head' | 'earlier';
    /** When `earlier` was noticed. */
    readonly brokenSinceMs?: number;
    readonly headHash: string;
  }>;
}

/**
 * Events and flows in time slices. `append` resolves once they are on disk (synchronous=FULL), idempotent by event id. It
 * raises the last sequence of its stream: callers store the batches of a stream in order.
 */
export interface EventRepository {
  append(
    scope: Scope,
    events: readonly AgentEvent[],
  ): Stored<{
    readonly stored: number;
    readonly duplicates: number;
    /** Ids of those that were stored before; absent when there are none. */
    readonly repeated?: readonly string[];
  }>;
  get(scope: Scope, id: string): Stored<AgentEvent | undefined>;
  list(scope: Scope, kind: AgentEvent['kind'], query: Query): Stored<PageOf<AgentEvent>>;
  /** Events per interval and severity. */
  histogram(
    scope: Scope,
    kind: AgentEvent['kind'],
    query: Query & { readonly intervalMs: number },
  ): Stored<readonly { readonly atMs: number; readonly counts: Readonly<Record<string, number>> }[]>;
  countBy(scope: Scope, kind: AgentEvent['kind'], field: string, query: Query): Stored<Counts>;
  /** Flows folded by (workload, remote, port, protocol, direction), for the map; at most `limit` rows, largest first. */
  foldFlows(scope: Scope, query: Query): Stored<readonly FoldedFlow[]>;
  /** Last sequence stored per (node, boot, stream), whether by `append` or said by `acknowledge`. */
  acknowledged(
    scope: Scope,
    node: string,
  ): Stored<readonly { readonly stream: Stream; readonly bootId: string; readonly sequence: number }[]>;
  /** Raises the last stored sequence (also for streams whose records are not events); same durability as append. */
  acknowledge(
    scope: Scope,
    mark: {
      readonly node: string;
      readonly bootId: string;
      readonly stream: Stream;
      readonly sequence: number;
    },
  ): Stored<void>;
}
export interface FoldedFlow {
  readonly workload: string;
  readonly remoteWorkload?: string;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly direction: 'outbound' | 'inbound';
  readonly protocol: string;
  readonly serverPort: number;
  readonly connections: number;
  /** Absent: nothing of it was counted. */
  readonly bytes?: number;
  readonly verdict: string;
  /** Absent: not seen, as in all flows of before. */
  readonly application?: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** The package list of one file system, the base of re-matching without re-scanning. */
export interface ScanRecord {
  /** Id of the workload, or digest of the image. */
  readonly workload: string;
  /** Set where it is the list of an image, and not of something that runs. */
  readonly of?: 'image';
  readonly container?: string;
  readonly scan: string;
  readonly distribution: string;
  readonly distributionName: string;
  readonly packages: readonly Package[];
  readonly coverage: readonly CoverageEntry[];
  readonly incomplete: readonly ToldText[];
  readonly scannedAtMs: number;
  /** Version of the catalogue it was made with; absent = not said. */
  readonly catalogueVersion?: string;
  /** Pack digest it was last matched with; empty = never. */
  readonly matchedWith: string;
  /** When it was last held against a pack; absent = never. */
  readonly matchedAtMs?: number;
}
/** Which list: whose, and of what. */
export interface ListName {
  readonly cluster: string;
  readonly tenant: string;
  readonly of: 'workload' | 'image';
  readonly subject: string;
}
/** How far a list is, without its packages. */
export interface ListState extends ListName {
  readonly matchedWith: string;
  readonly matchedAtMs?: number;
  readonly scannedAtMs: number;
  readonly packages: number;
}
export interface ScanRepository {
  put(scope: Scope, scan: ScanRecord): Stored<void>;
  /** The list of a workload, or of an image by its digest. */
  ofWorkload(scope: Scope, workload: string): Stored<ScanRecord | undefined>;
  /** Ids of workloads with a scan. */
  workloads(scope: Scope): Stored<readonly string[]>;
  /** Packages of all lists of workloads together. */
  countPackages(scope: Scope): Stored<number>;
  /** How far some lists are; those that are not there are left out. */
  states(scope: Scope, subjects: readonly string[]): Stored<readonly ListState[]>;
  /**
   * Says with which pack a list was matched, and what that pack could judge. With `scan`, only if the list is still the
   * one of that scan: false when a newer one has taken its place.
   */
  markMatched(
    scope: Scope,
    workload: string,
    mark: {
      readonly matchedWith: string;
      readonly atMs: number;
      readonly scan?: string;
      readonly coverage?: readonly CoverageEntry[];
    },
  ): Stored<boolean>;
  /**
   * Says of every list last matched with pack `from` that it stands under pack `to` as well, but for some. Returns how
   * many were marked.
   */
  carryMatched(
    scope: Scope,
    mark: {
      readonly from: string;
      readonly to: string;
      readonly atMs: number;
      readonly but: readonly ListName[];
    },
  ): Stored<number>;
  /** Lists that were not last matched with a pack, newest scan first. */
  unmatched(scope: Scope, digest: string): Stored<readonly ListName[]>;
  remove(scope: Scope, workload: string): Stored<void>;
  listPackages(scope: Scope, workload: string, query: Query): Stored<PageOf<Package>>;
}

/** Use of the packages of one workload on one node, as its agent tells it. */
export interface UseRecord {
  readonly cluster: string;
  readonly tenant: string;
  readonly workload: string;
  readonly node: string;
  /** Absent = nobody watches there. */
  readonly watchedSinceMs?: number;
  readonly packages: PackageUseReport['packages'];
  readonly toldAtMs: number;
}

/** Some statements of one VEX document. */
export interface StatementPart {
  readonly cluster: string;
  readonly tenant: string;
  readonly document: string;
  readonly part: number;
  readonly statements: readonly VexStatement[];
}

/** A package of one version, as far as advisories tell packages apart. */
export interface PackageKey {
  readonly name: string;
  readonly version: string;
  readonly ecosystem: string;
  readonly purl: string;
  readonly sourceName?: string;
  readonly sourceVersion?: string;
  readonly architecture?: string;
}
/** A package, and how many lists have it. */
export interface PackageSpread {
  readonly key: PackageKey;
  readonly images: number;
  readonly workloads: number;
}
/** A package in one list. */
export interface PlacedPackage extends ListName {
  readonly package: Package;
}
/** What of advisories changed: packages by ecosystem and name, and ecosystems as a whole. */
export interface AdvisoryChange {
  readonly packages: readonly { readonly ecosystem: string; readonly name: string }[];
  readonly ecosystems: readonly string[];
}
/** All package lists together, searched from the side of the packages. */
export interface PackageRepository {
  /** Distinct packages with how far they are spread. */
  list(scope: Scope, query: Query): Stored<PageOf<PackageSpread>>;
  /** Where a package is, by package URL with or without version; each list once. */
  places(scope: Scope, purl: string, page: Pick<Query, 'limit' | 'cursor'>): Stored<PageOf<PlacedPackage>>;
  /** Lists with a package that a change may be about. Never too few; reads no list. */
  affected(scope: Scope, change: AdvisoryChange): Stored<readonly ListName[]>;
  /** Brings the index over all lists up to date; gives its memory in bytes. After a start it has to be read first. */
  indexBytes(scope: Scope): Stored<number>;
  /** Forgets packages that no list has any more. */
  collect(scope: Scope): Stored<{ readonly packages: number; readonly sets: number }>;
}

/** Small named values of the product itself (CA state, settings); values may be sealed by the caller. */
export interface SettingRepository {
  get(scope: Scope, name: string): Stored<string | undefined>;
  put(scope: Scope, name: string, value: string): Stored<void>;
  names(scope: Scope): Stored<readonly string[]>;
  remove(scope: Scope, name: string): Stored<boolean>;
}

/** What the store says of itself. */
export interface StoreState {
  readonly state: 'ok' | 'read-only' | 'failed';
  readonly reason?: LocalText;
  readonly code?: StoreFailure['code'];
  readonly sizeBytes: number;
  readonly oldestEventAtMs?: number;
  readonly schemaVersion: number;
}

export interface Store {
  readonly clusters: EntityRepository<Cluster>;
  readonly tenants: EntityRepository<Tenant>;
  readonly nodes: EntityRepository<Node>;
  readonly workloads: EntityRepository<Workload>;
  readonly containers: EntityRepository<Container>;
  readonly images: EntityRepository<Image>;
  readonly findings: EntityRepository<Finding>;
  /** Id of a check result: `check|workload`. */
  readonly checks: EntityRepository<CheckResult>;
  /** Their secrets are sealed settings of the same scope. */
  readonly registries: EntityRepository<Registry>;
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly apiKeys: ApiKeyRepository;
  readonly joinTokens: JoinTokenRepository;
  readonly certificates: CertificateRepository;
  readonly audit: AuditRepository;
  readonly events: EventRepository;
  readonly scans: ScanRepository;
  /** Id of a record: `workload|node`. */
  readonly uses: EntityRepository<UseRecord>;
  readonly packages: PackageRepository;
  readonly exceptions: EntityRepository<FindingException>;
  readonly admissionRules: EntityRepository<StoredAdmissionRule>;
  readonly admissionBindings: EntityRepository<StoredAdmissionBinding>;
  readonly admissionExceptions: EntityRepository<StoredAdmissionException>;
  readonly admissionDecisions: EntityRepository<AdmissionDecision>;
  /** Permissions in the cluster that are asked for, for a time. */
  readonly accessRequests: EntityRepository<AccessRequest>;
  readonly vexDocuments: EntityRepository<VexDocument>;
  /** Id of a record: `document|part`. */
  readonly vexStatements: EntityRepository<StatementPart>;
  readonly complianceRuns: EntityRepository<ComplianceRun>;
  readonly settings: SettingRepository;
  state(): StoreState;
  /** Deletes whole slices past retention, flows before process and file events before security events; audit never. */
  applyRetention(nowMs: number): Stored<{ readonly removedSlices: number }>;
  /** Removes a batch of admission decisions past their limits; with `hasMore` there are others. */
  trimDecisions(nowMs: number): Stored<{ readonly removed: number; readonly hasMore: boolean }>;
  /**
   * Writes a consistent copy, encrypted with a key derived from the passphrase (scrypt, AES-256-GCM), beside the data.
   * Its file is open for reading; whoever asked closes it, and calls `remove` then. Refused with `E_STORE_FULL` where
   * there is no room for it beside the data.
   */
  backup(
    passphrase: string,
  ): Stored<{ readonly file: number; readonly sizeBytes: number; readonly remove: () => void }>;
  close(): Promise<void>;
}
