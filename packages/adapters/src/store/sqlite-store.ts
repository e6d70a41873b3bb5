// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result } from '@bartizan/contracts';
import { backupBeside } from './backup/backup-beside.ts';
import { StoreEngine } from './engine.ts';
import { guarded } from './failure.ts';
import { removeLeftovers } from './leftovers.ts';
import { type PreparedCore, prepareCore } from './open-core.ts';
import { ListLane } from './package-lists/list-lane.ts';
import { SqlitePackages } from './package-lists/package-search.ts';
import type { DecisionRetention, Retention, Store, Stored, StoreFailure } from './ports.ts';
import { DECISION_RETENTION, DEFAULT_RETENTION } from './retention.ts';
import { auditKeyOf, createSealer, isSealed } from './sealer.ts';
import { SqliteEvents } from './slices/event-repository.ts';
import { SLICE_STREAMS, type SliceStream } from './slices/slice-name.ts';
import { ACCESS_REQUESTS } from './sqlite/access-request-noun.ts';
import {
  ADMISSION_BINDINGS,
  ADMISSION_DECISIONS,
  ADMISSION_EXCEPTIONS,
  ADMISSION_RULES,
} from './sqlite/admission-nouns.ts';
import { SqliteAudit } from './sqlite/audit-repository.ts';
import { COMPLIANCE_RUNS } from './sqlite/compliance-noun.ts';
import { CursorDesk } from './sqlite/cursor.ts';
import { textOf } from './sqlite/database.ts';
import { SqliteCertificates, SqliteJoinTokens } from './sqlite/enrolment-repositories.ts';
import { SqliteEntities } from './sqlite/entity-repository.ts';
import { lockFolder } from './sqlite/folder-lock.ts';
import { CONTAINERS, IMAGES, NODES, WORKLOADS } from './sqlite/inventory-nouns.ts';
import { SqliteApiKeys } from './sqlite/key-repository.ts';
import { CHECKS, CLUSTERS, EXCEPTIONS, FINDINGS, TENANTS } from './sqlite/nouns.ts';
import { REGISTRIES } from './sqlite/registry-noun.ts';
import { SqliteScans } from './sqlite/scan-repository.ts';
import { SqliteSessions } from './sqlite/session-repository.ts';
import { SqliteSettings } from './sqlite/setting-repository.ts';
import { USES } from './sqlite/use-noun.ts';
import { SqliteUsers } from './sqlite/user-repository.ts';
import { STATEMENT_PARTS, VEX_DOCUMENTS } from './sqlite/vex-noun.ts';
import type { StartThreads } from './workers/thread.ts';

/** Time, injected so that tests can move it. */
export interface StoreClock {
  /** Wall clock, milliseconds since the Unix epoch; may jump. */
  nowMs(): number;
}

/** How a store is opened. */
export interface SqliteStoreOptions {
  /** Folder of the data, made when absent (0700). */
  readonly dataDir: string;
  readonly clock: StoreClock;
  /** Key (32 bytes) of the sealed settings; also signs the head of the audit chain. */
  readonly sealKey?: Uint8Array;
  /** Per stream; default 7 days, 5 GB, 10 % free disk. */
  readonly retention?: Partial<Record<SliceStream, Retention>>;
  readonly decisions?: DecisionRetention;
  /** Default: the writer and the readers have a thread each. */
  readonly threads?: StartThreads;
  readonly limits?: {
    /** Size after which a new slice is begun, in bytes; default 512 MB. */
    readonly sliceBytes?: number;
    /** Records that may wait for the disk before `append` waits; default 20,000. */
    readonly waitingRecords?: number;
    /** Pause between two attempts to write on a full disk, in milliseconds; default 1000. */
    readonly probeMs?: number;
  };
}

/** The embedded store, and what only it can do. */
export interface SqliteStore extends Store {
  /** Seals all sealed settings with another key and signs the audit head with it: all or nothing. Returns how many. */
  rotateKey(next: Uint8Array): Stored<number>;
  /** How long each stream is kept. */
  readonly retention: Readonly<Record<SliceStream, Retention>>;
}

const SLICE_BYTES = 512 * 1024 ** 2;
const WAITING_RECORDS = 20_000;
const PROBE_MS = 1000;

/**
 * Opens the store, making or migrating what is there. One process may hold a data folder. E_KEY_MISSING: the settings
 * are sealed with another key.
 */
export async function openSqliteStore(
  options: SqliteStoreOptions,
): Promise<Result<SqliteStore, StoreFailure>> {
  const opened = prepare(options);
  if (!opened.ok) return opened;
  // The writer looks at the slices when it starts; what it finds decides whether the store opens.
  const started = await opened.value.start();
  if (started.ok) return ok(opened.value.store);
  await opened.value.store.close();
  return started;
}

interface Opened {
  readonly store: SqliteStore;
  readonly start: () => Stored<void>;
}

function prepare(options: SqliteStoreOptions): Result<Opened, StoreFailure> {
  const { dataDir, sealKey } = options;
  return guarded(dataDir, () => {
    mkdirSync(join(dataDir, 'slices'), { recursive: true, mode: 0o700 });
    const lock = lockFolder(dataDir);
    if (!lock.ok) return lock;
    try {
      removeLeftovers(dataDir);
      const prepared = prepareCore(dataDir, sealKey === undefined ? {} : { sealKey });
      if (prepared.ok) return ok(compose(options, prepared.value, lock.value.release));
      lock.value.release();
      return prepared;
    } catch (error) {
      lock.value.release();
      throw error;
    }
  });
}

const retentionOf = (options: SqliteStoreOptions): Readonly<Record<SliceStream, Retention>> => ({
  flow: DEFAULT_RETENTION,
  file: DEFAULT_RETENTION,
  process: DEFAULT_RETENTION,
  security: DEFAULT_RETENTION,
  ...options.retention,
});

function compose(options: SqliteStoreOptions, prepared: PreparedCore, release: () => void): Opened {
  const { sealKey, limits } = options;
  const retention = retentionOf(options);
  const engine = new StoreEngine({
    dataDir: options.dataDir,
    nowMs: () => options.clock.nowMs(),
    retention,
    decisions: options.decisions ?? DECISION_RETENTION,
    sliceBytes: limits?.sliceBytes ?? SLICE_BYTES,
    waitingRecords: limits?.waitingRecords ?? WAITING_RECORDS,
    probeMs: limits?.probeMs ?? PROBE_MS,
    schemaVersion: prepared.schemaVersion,
    auditKey: sealKey === undefined ? undefined : auditKeyOf(sealKey),
    threads: options.threads,
  });
  const keys = keyRing(engine, sealKey);
  const store: SqliteStore = {
    ...repositories(engine, new CursorDesk(prepared.cursorKey)),
    retention,
    state: () => engine.state,
    applyRetention: (nowMs) => engine.retain(nowMs),
    trimDecisions: (nowMs) => engine.trimDecisions(nowMs),
    backup: async (passphrase) => {
      const secrets = keys.secrets();
      if (!secrets.ok) return secrets;
      return backupBeside(options.dataDir, (path) =>
        engine.backup({ dataDir: options.dataDir, path, passphrase, secrets: secrets.value }),
      );
    },
    rotateKey: (next) => keys.rotate(next),
    close: async () => {
      await engine.close();
      release();
    },
  };
  const start = async (): Stored<void> => {
    const answered = await engine.write([]);
    return answered.ok ? ok(undefined) : answered;
  };
  return { store, start };
}

function repositories(engine: StoreEngine, cursors: CursorDesk) {
  const lane = new ListLane(engine);
  return {
    clusters: new SqliteEntities(engine, cursors, CLUSTERS),
    tenants: new SqliteEntities(engine, cursors, TENANTS),
    nodes: new SqliteEntities(engine, cursors, NODES),
    workloads: new SqliteEntities(engine, cursors, WORKLOADS),
    containers: new SqliteEntities(engine, cursors, CONTAINERS),
    images: new SqliteEntities(engine, cursors, IMAGES),
    findings: new SqliteEntities(engine, cursors, FINDINGS),
    checks: new SqliteEntities(engine, cursors, CHECKS),
    registries: new SqliteEntities(engine, cursors, REGISTRIES),
    users: new SqliteUsers(engine, cursors),
    sessions: new SqliteSessions(engine),
    apiKeys: new SqliteApiKeys(engine, cursors),
    joinTokens: new SqliteJoinTokens(engine),
    certificates: new SqliteCertificates(engine),
    audit: new SqliteAudit(engine, engine.chain, cursors),
    events: new SqliteEvents(engine, engine.slices, cursors),
    uses: new SqliteEntities(engine, cursors, USES),
    scans: new SqliteScans(engine, cursors, lane),
    packages: new SqlitePackages(engine, cursors, engine.packageIndex, lane),
    exceptions: new SqliteEntities(engine, cursors, EXCEPTIONS),
    admissionRules: new SqliteEntities(engine, cursors, ADMISSION_RULES),
    admissionBindings: new SqliteEntities(engine, cursors, ADMISSION_BINDINGS),
    admissionExceptions: new SqliteEntities(engine, cursors, ADMISSION_EXCEPTIONS),
    admissionDecisions: new SqliteEntities(engine, cursors, ADMISSION_DECISIONS),
    vexDocuments: new SqliteEntities(engine, cursors, VEX_DOCUMENTS),
    vexStatements: new SqliteEntities(engine, cursors, STATEMENT_PARTS),
    complianceRuns: new SqliteEntities(engine, cursors, COMPLIANCE_RUNS),
    accessRequests: new SqliteEntities(engine, cursors, ACCESS_REQUESTS),
    settings: new SqliteSettings(engine),
  };
}

/** The sealed settings and the key they are sealed with. */
function keyRing(engine: StoreEngine, sealKey: Uint8Array | undefined) {
  let current = sealKey;
  const sealed = (): Result<{ name: string; value: string; plain: string }[], StoreFailure> => {
    const rows = engine.read('SELECT name,value FROM settings', []);
    if (!rows.ok) return rows;
    const found = [];
    for (const [name, cell] of rows.value) {
      const value = textOf(cell);
      if (!isSealed(value) || current === undefined) continue;
      const plain = createSealer(current).unseal(value);
      if (!plain.ok) return plain;
      found.push({ name: textOf(name), value, plain: plain.value });
    }
    return ok(found);
  };
  return {
    secrets: (): Result<readonly (readonly [name: string, plain: string])[], StoreFailure> => {
      const found = sealed();
      return found.ok ? ok(found.value.map(({ name, plain }) => [name, plain] as const)) : found;
    },
    rotate: async (next: Uint8Array): Stored<number> => {
      const found = sealed();
      if (!found.ok) return found;
      const sealer = createSealer(next);
      const changes = found.value.map(({ name, value, plain }) => [name, value, sealer.seal(plain)] as const);
      const done = await engine.rotate(changes, auditKeyOf(next), sealer.keyId);
      if (done.ok) current = next;
      return done;
    },
  };
}

/** Streams kept in slices, for those who show retention. */
export const RETAINED_STREAMS = SLICE_STREAMS;
