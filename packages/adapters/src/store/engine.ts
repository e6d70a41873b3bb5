// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { type AuditRecord, ok, type Result } from '@bartizan/contracts';
import type { Change, CoreAccess, Outcome } from './access.ts';
import type { BackupRequest } from './backup/backup-request.ts';
import { guarded, storeErr } from './failure.ts';
import type { IndexAccess } from './package-lists/package-search.ts';
import type { DecisionRetention, Retention, Stored, StoreFailure, StoreState } from './ports.ts';
import type { EncodedGroup } from './slices/encode.ts';
import type { SliceAccess } from './slices/event-repository.ts';
import type { SliceStream } from './slices/slice-name.ts';
import type { Appended } from './slices/slice-writer.ts';
import type { AuditEntry, ChainVerdict } from './sqlite/audit-chain.ts';
import type { ChainAccess } from './sqlite/audit-repository.ts';
import { type Cells, Database, type SqlValue, type Statement } from './sqlite/database.ts';
import type { ReaderData, ReaderRequest, WriterData, WriterRequest } from './workers/protocol.ts';
import { OWN_THREADS, type StartThreads, startThread } from './workers/thread.ts';
import { WorkerClient } from './workers/worker-client.ts';

/** What the engine runs on. */
export interface EngineOptions {
  readonly dataDir: string;
  readonly nowMs: () => number;
  readonly retention: Readonly<Record<SliceStream, Retention>>;
  readonly decisions: DecisionRetention;
  readonly sliceBytes: number;
  readonly waitingRecords: number;
  readonly probeMs: number;
  readonly schemaVersion: number;
  readonly auditKey: Uint8Array | undefined;
  readonly threads: StartThreads | undefined;
}

/**
 * The threads of the store: one writer, one reader for core.db and one for slices (a long search over events never
 * delays a list of workloads), and a connection of its own for reads by key.
 */
export class StoreEngine implements CoreAccess {
  readonly #options: EngineOptions;
  readonly #core: Database;
  readonly #threads: StartThreads;
  readonly #writer: WorkerClient<WriterRequest>;
  /** Made at the first search. */
  #coreReaderMade: WorkerClient<ReaderRequest> | undefined;
  #sliceReaderMade: WorkerClient<ReaderRequest> | undefined;
  #auditKey: Uint8Array | undefined;
  #state: StoreState;
  #waitingRecords = 0;
  #room: (() => void)[] = [];
  #isClosed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#auditKey = options.auditKey;
    this.#threads = options.threads ?? OWN_THREADS;
    this.#state = { state: 'ok', sizeBytes: 0, schemaVersion: options.schemaVersion };
    this.#core = new Database(join(options.dataDir, 'core.db'), { readOnly: true });
    const { dataDir, sliceBytes, retention, decisions, probeMs, auditKey } = options;
    const writerData: WriterData = {
      ...{ dataDir, sliceBytes, retention, decisions, probeMs, nowMs: options.nowMs() },
      ...(auditKey === undefined ? {} : { auditKey }),
    };
    this.#writer = new WorkerClient({
      thread: this.#threads.writer(writerData),
      name: 'store writer',
      onState: (state) => {
        this.#state = state;
      },
      onDeath: (detail) => {
        const reason = { en: detail, ja: `ストアの書き込み処理が終了しました（${detail}）` };
        this.#state = { ...this.#state, state: 'failed', code: 'E_STORE_IO', reason };
      },
    });
  }

  /** What the store says of itself. */
  get state(): StoreState {
    return this.#state;
  }

  write(changes: readonly Change[]): Stored<readonly Outcome[]> {
    return this.#writer.call({ op: 'core', changes });
  }

  read(sql: string, params: readonly SqlValue[]): Result<readonly Cells[], StoreFailure> {
    if (this.#isClosed) return storeErr('E_STORE_IO', 'the store is closed');
    return guarded(this.#options.dataDir, () => ok(this.#core.rows(sql, params)));
  }

  search(statements: readonly Statement[]): Stored<readonly (readonly Cells[])[]> {
    if (this.#isClosed) return Promise.resolve(storeErr('E_STORE_IO', 'the store is closed'));
    return this.#coreReader.call({ op: 'search', statements });
  }

  /** Questions to all package lists together, in the thread of searches. */
  get packageIndex(): IndexAccess {
    return {
      ask: (request) =>
        this.#isClosed
          ? Promise.resolve(storeErr('E_STORE_IO', 'the store is closed'))
          : this.#coreReader.call(request),
    };
  }

  /** The slices, for the event repository. */
  get slices(): SliceAccess {
    return {
      append: (groups) => this.#append(groups),
      highest: (node, owner) =>
        this.#writer.call({ op: 'highest', node, ...(owner === undefined ? {} : { owner }) }),
      read: (request) =>
        this.#isClosed
          ? Promise.resolve(storeErr('E_STORE_IO', 'the store is closed'))
          : this.#sliceReader.call(request),
      nowMs: this.#options.nowMs,
    };
  }

  /** The audit chain, for its repository. */
  get chain(): ChainAccess {
    return {
      append: (entry: AuditEntry): Stored<AuditRecord> => this.#writer.call({ op: 'audit', entry }),
      verify: (): Stored<ChainVerdict> => {
        const auditKey = this.#auditKey;
        return this.#coreReader.call({ op: 'verify', ...(auditKey === undefined ? {} : { auditKey }) });
      },
    };
  }

  /** Deletes slices past their limits. */
  async retain(nowMs: number): Stored<{ readonly removedSlices: number }> {
    const done = await this.#writer.call<{ readonly removedSlices: number }>({ op: 'retention', nowMs });
    const reader = this.#sliceReaderMade;
    // What a reader holds open still takes its room: the next round would find the disk as full, and delete on.
    if (done.ok && done.value.removedSlices > 0 && reader?.isDead === false)
      await reader.call({ op: 'forget' });
    return done;
  }

  /** Removes a batch of admission decisions past their limits. */
  trimDecisions(nowMs: number): Stored<{ readonly removed: number; readonly hasMore: boolean }> {
    return this.#writer.call({ op: 'trim-decisions', nowMs });
  }

  /** Replaces sealed settings and the signature of the audit head. */
  async rotate(
    settings: readonly (readonly [name: string, before: string, after: string])[],
    auditKey: Uint8Array,
    keyId: string,
  ): Stored<number> {
    const done = await this.#writer.call<number>({
      op: 'rotate',
      settings,
      auditKey,
      keyId,
      nowMs: this.#options.nowMs(),
    });
    if (done.ok) this.#auditKey = auditKey;
    return done;
  }

  /** Writes a backup in a thread of its own, which ends after. */
  async backup(request: BackupRequest): Stored<{ readonly sizeBytes: number }> {
    // A backup is signed anew where it is restored: what was forged before has to say so in the copy.
    const checked = await this.#writer.call({ op: 'check-head', nowMs: this.#options.nowMs() });
    if (!checked.ok) return checked;
    const worker = new WorkerClient<BackupRequest>({
      thread: startThread(new URL('./backup/backup-worker.ts', import.meta.url), 'backup', null),
      name: 'backup',
    });
    const done = await worker.call<{ readonly sizeBytes: number }>(request);
    await worker.end();
    return done;
  }

  /** Ends all threads; what was acknowledged is on disk already. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writer.call({ op: 'close' });
    await Promise.all([this.#writer.end(), this.#coreReaderMade?.end(), this.#sliceReaderMade?.end()]);
    this.#core.close();
  }

  /** Waits while too much waits for the disk already, so that memory stays flat. */
  async #append(groups: readonly EncodedGroup[]): Stored<Appended> {
    const records = groups.reduce((total, group) => total + group.rows.length, 0);
    while (this.#waitingRecords > this.#options.waitingRecords) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
    this.#waitingRecords += records;
    try {
      return await this.#writer.call<Appended>({ op: 'append', groups, nowMs: this.#options.nowMs() });
    } finally {
      this.#waitingRecords -= records;
      const room = this.#room;
      this.#room = [];
      for (const go of room) go();
    }
  }

  get #coreReader(): WorkerClient<ReaderRequest> {
    // A search that ran out of memory ends its thread and nothing else: the next one gets a new thread.
    if (this.#coreReaderMade === undefined || this.#coreReaderMade.isDead) {
      this.#coreReaderMade = this.#reader('store reader', { dataDir: this.#options.dataDir });
    }
    return this.#coreReaderMade;
  }

  get #sliceReader(): WorkerClient<ReaderRequest> {
    if (this.#sliceReaderMade === undefined || this.#sliceReaderMade.isDead) {
      this.#sliceReaderMade = this.#reader('slice reader', { dataDir: this.#options.dataDir });
    }
    return this.#sliceReaderMade;
  }

  #reader(name: string, data: ReaderData): WorkerClient<ReaderRequest> {
    return new WorkerClient({ thread: this.#threads.reader(name, data), name });
  }
}
