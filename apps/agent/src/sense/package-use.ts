// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageUseReport, WorkloadRef } from '@bartizan/contracts';
import type { Clock } from '@bartizan/host';
import type { PathOwner, PathTable } from '@bartizan/scan';
import { isCodePath, ownerOfPath } from '@bartizan/scan/path-table';
import { SeenPaths } from './seen-paths.ts';
import { TablePool } from './table-pool.ts';

type Row = PackageUseReport['packages'][number];
type State = Row['state'];

/** A file that a process of a workload runs, maps or opened. */
export interface FileUse {
  readonly workload: WorkloadRef;
  readonly path: string;
  readonly isExecutable: boolean;
  readonly atMs: number;
}

/** What the tracker stands on and tells. */
export interface PackageUseOptions {
  readonly clock: Clock;
  /** Whether every opening of a file is told now. */
  readonly isWatching: () => boolean;
  /** Events lost so far, wherever: after a loss nothing that happened before it can be called unseen. */
  readonly lostTotal: () => number;
  /** Ids of the containers that run, and an empty one for the host. */
  readonly present: () => ReadonlySet<string>;
  readonly onReport: (report: PackageUseReport) => void;
  /** Watching has begun: what is open already has to be looked for. */
  readonly onWatching: () => void;
}

interface Watched {
  readonly subject: WorkloadRef;
  sinceMs: number;
  readonly tables: Map<string, PathTable>;
  uses: Map<string, Row>;
  readonly changed: Set<string>;
  isListDue: boolean;
  isWordDue: boolean;
}

const TELL_EVERY_MS = 1000;
/** Workloads without a container that are kept, the newest. */
const ENDED_MAX = 200;
const ROWS_PER_REPORT = 1000;
/** A use that is only newer than the one that was told is told again after this. */
const AGAIN_AFTER_MS = 10 * 60_000;
/** A node that loses events all the time says so this often, not each second. */
const LOSS_WORD_EVERY_MS = 30_000;
const RANK: Readonly<Record<State, number>> = { 'not-seen': 0, touched: 1, loaded: 2 };

/** Names a container, or the host: what was seen stays when a runtime says later which workload it belongs to. */
const keyOf = (subject: WorkloadRef): string => subject.container ?? '';

/** The workload without what is special about one of its containers. */
const groupOf = ({ workload, kind, namespace, name }: WorkloadRef): WorkloadRef => ({
  workload,
  kind,
  namespace,
  name,
});

/**
 * Joins opened files with the packages that own them, per workload. Three states, never two: a package whose files
 * cannot be known is in no list, and without somebody who watches nothing is "not seen".
 */
export class PackageUse {
  readonly #options: PackageUseOptions;
  readonly #seen: SeenPaths;
  readonly #pool = new TablePool();
  readonly #workloads = new Map<string, Watched>();
  readonly #stopTimer: () => void;
  #isWatching = false;
  #epochMs = 0;
  #lost = 0;
  #lossWordAtMs = 0;

  constructor(options: PackageUseOptions, seen = new SeenPaths()) {
    this.#options = options;
    this.#seen = seen;
    this.#stopTimer = options.clock.every(TELL_EVERY_MS, () => this.tell());
  }

  stop(): void {
    this.#stopTimer();
  }

  /** Paths given up because there were too many. */
  droppedTotal(): number {
    return this.#seen.droppedTotal;
  }

  /** Workloads that run at start: what was known of them before a restart of ours may have a gap. */
  announce(subjects: readonly WorkloadRef[]): void {
    for (const subject of subjects) this.#watched(subject).isWordDue = true;
  }

  /** Takes the owners of files of one container, from its newest scan. */
  learn(subject: WorkloadRef, found: PathTable): void {
    const key = keyOf(subject);
    const table = this.#pool.share(found);
    const watched = this.#watched(subject);
    watched.tables.set(key, table);
    this.#list(watched);
    if (this.#seen.takeCut(key)) watched.sinceMs = this.#options.clock.wallMs();
    for (const [path, { isCode, atMs }] of this.#seen.of(key))
      this.#mark(watched, table, { path, isCode, atMs });
    watched.isListDue = true;
  }

  /** A file was opened, mapped or executed. */
  take(use: FileUse): void {
    const key = keyOf(use.workload);
    const isCode = use.isExecutable || isCodePath(use.path);
    this.#seen.add(key, use.path, { isCode, atMs: use.atMs });
    const watched = this.#workloads.get(use.workload.workload);
    const table = watched?.tables.get(key);
    if (watched && table) this.#mark(watched, table, { path: use.path, isCode, atMs: use.atMs });
    else if (!watched) this.#watched(use.workload);
  }

  /** Tells what has changed. */
  tell(): void {
    this.#lookAtSensor();
    this.#forgetEnded();
    for (const watched of this.#workloads.values()) this.#report(watched);
  }

  #watched(subject: WorkloadRef): Watched {
    const known = this.#workloads.get(subject.workload);
    if (known) {
      // Moved to the end, as the one that was needed last.
      this.#workloads.delete(subject.workload);
      this.#workloads.set(subject.workload, known);
      return known;
    }
    const made: Watched = {
      subject: groupOf(subject),
      sinceMs: Math.max(this.#epochMs, this.#options.clock.wallMs()),
      tables: new Map(),
      uses: new Map(),
      changed: new Set(),
      isListDue: false,
      isWordDue: false,
    };
    this.#workloads.set(subject.workload, made);
    return made;
  }

  /**
   * The packages of all containers of a workload, with what is known of their use. Those of which some files are not in
   * the tables are left out until they are seen: that they are not could not be said.
   */
  #list(watched: Watched): void {
    const owners = [...watched.tables.values()].flatMap((table) => table.owners);
    const partial = new Set(owners.filter((owner) => owner.isPartial).flatMap((owner) => owner.packages));
    const uses = new Map<string, Row>();
    for (const purl of owners.flatMap((owner) => owner.packages)) {
      const known = watched.uses.get(purl);
      if (known !== undefined || !partial.has(purl)) uses.set(purl, known ?? { purl, state: 'not-seen' });
    }
    watched.uses = uses;
  }

  #mark(
    watched: Watched,
    table: PathTable,
    seen: { readonly path: string; readonly isCode: boolean; readonly atMs: number },
  ): void {
    const owner = ownerOfPath(table, seen.path);
    for (const purl of owner?.packages ?? []) this.#use(watched, purl, owner, seen);
  }

  #use(
    watched: Watched,
    purl: string,
    owner: PathOwner | undefined,
    { isCode, atMs }: { readonly isCode: boolean; readonly atMs: number },
  ): void {
    const known = watched.uses.get(purl);
    if (!known && owner?.isPartial !== true) return;
    const before: Row = known ?? { purl, state: 'not-seen' };
    const now: State = isCode ? 'loaded' : 'touched';
    const isStronger = RANK[now] > RANK[before.state];
    const isExact = now === before.state && before.coarse === true && owner?.isCoarse !== true;
    const lastSeenAtMs = Math.max(before.lastSeenAtMs ?? 0, atMs);
    const isCoarse = isStronger || isExact ? owner?.isCoarse === true : before.coarse === true;
    watched.uses.set(purl, {
      purl,
      state: isStronger ? now : before.state,
      lastSeenAtMs,
      ...(isCoarse ? { coarse: true } : {}),
    });
    const isNews = lastSeenAtMs - (before.lastSeenAtMs ?? 0) >= AGAIN_AFTER_MS;
    if (isStronger || isExact || isNews) watched.changed.add(purl);
  }

  /** A gap in what is told begins the time of watching anew. */
  #lookAtSensor(): void {
    const { clock, isWatching, lostTotal, onWatching } = this.#options;
    const now = isWatching();
    const lost = lostTotal();
    const nowMs = clock.wallMs();
    const began = now && !this.#isWatching;
    const isLossy = now && lost > this.#lost;
    if (began || isLossy) {
      this.#epochMs = nowMs;
      for (const watched of this.#workloads.values()) watched.sinceMs = nowMs;
    }
    const isWordDue =
      now !== this.#isWatching || (isLossy && nowMs - this.#lossWordAtMs >= LOSS_WORD_EVERY_MS);
    if (isLossy && isWordDue) this.#lossWordAtMs = nowMs;
    if (isWordDue) for (const watched of this.#workloads.values()) watched.isWordDue = true;
    this.#isWatching = now;
    this.#lost = lost;
    if (began) onWatching();
  }

  /** Workloads stay known without containers: a job that runs each night is the same one. */
  #forgetEnded(): void {
    const present = this.#options.present();
    for (const key of this.#seen.containers()) if (!present.has(key)) this.#seen.forget(key);
    for (const watched of this.#workloads.values())
      for (const key of watched.tables.keys()) if (!present.has(key)) watched.tables.delete(key);
    const ended = [...this.#workloads].filter(([, { tables }]) => tables.size === 0);
    for (const [workload] of ended.slice(0, Math.max(0, ended.length - ENDED_MAX)))
      this.#workloads.delete(workload);
  }

  #report(watched: Watched): void {
    const { isListDue, isWordDue } = watched;
    if (!isListDue && !isWordDue && watched.changed.size === 0) return;
    const rows = [...watched.uses.values()].filter(({ purl }) => isListDue || watched.changed.has(purl));
    const parts = Math.max(1, Math.ceil(rows.length / ROWS_PER_REPORT));
    const atMs = this.#options.clock.wallMs();
    for (let part = 0; part < parts; part += 1) {
      this.#options.onReport({
        type: 'package-use',
        subject: watched.subject,
        ...(this.#isWatching ? { watchedSinceMs: watched.sinceMs } : {}),
        complete: isListDue && part === 0,
        packages: rows.slice(part * ROWS_PER_REPORT, (part + 1) * ROWS_PER_REPORT),
        atMs,
      });
    }
    watched.isListDue = false;
    watched.isWordDue = false;
    watched.changed.clear();
  }
}
