// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The embedded store: entities, users, audit chain and sealed settings in core.db, events in time slices. In: contract
 * records under a scope; out: the same, by id or by filter. Serves all controls; k05 (logging) and k08 (secrets) first.
 */
export { type RestoreOptions, restoreBackup } from './backup/restore-backup.ts';
export { notedKeyId } from './noted-key.ts';
export type {
  AdvisoryChange,
  ApiKeyRepository,
  AuditRepository,
  CertificateRepository,
  Counts,
  EntityRepository,
  EventRepository,
  FoldedFlow,
  JoinTokenRepository,
  ListName,
  ListState,
  PackageKey,
  PackageRepository,
  PackageSpread,
  PlacedPackage,
  Retention,
  ScanRecord,
  ScanRepository,
  SessionRepository,
  SettingRepository,
  StatementPart,
  Store,
  Stored,
  StoredSession,
  StoredUser,
  StoreFailure,
  StoreState,
  UseRecord,
  UserRepository,
} from './ports.ts';
export { DEFAULT_RETENTION } from './retention.ts';
export { createSealer, SEAL_KEY_BYTES, type Sealer, sealKeyId } from './sealer.ts';
export {
  openSqliteStore,
  RETAINED_STREAMS,
  type SqliteStore,
  type SqliteStoreOptions,
  type StoreClock,
} from './sqlite-store.ts';
