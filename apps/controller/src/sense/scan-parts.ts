// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { distinctTexts, type LocalText, type PackageReport } from '@bartizan/contracts';
import type { Clock } from '../ports.ts';

/** All parts of a package list put together. */
export type WholeScan = Pick<PackageReport, 'packages' | 'coverage' | 'pendingUpdates' | 'incomplete'>;

/** Where a part stands in the stream of its agent. */
export interface Place {
  readonly node: string;
  readonly bootId: string;
  readonly sequence: number;
}
interface Started extends Place {
  readonly workload: string;
  readonly startedAtMs: number;
  lastAtMs: number;
  parts: number;
  next: number;
  readonly packages: PackageReport['packages'];
  readonly coverage: PackageReport['coverage'];
  readonly pendingUpdates: PackageReport['pendingUpdates'];
  incomplete: PackageReport['incomplete'];
}

/** An agent makes one list at a time. A node that begins more gives up its own, never those of others. */
const STARTED_OF_NODE_MAX = 4;
/** An agent puts hundreds of packages in a part. */
const PARTS_MAX = 4096;
const PATIENCE_MS = 2 * 60_000;
/** From the first part to the last, however steadily they come. */
const WHOLE_MS = 15 * 60_000;
const INCOMPLETE_MAX = 64;

/** Rows of a list that are kept, and what is said when there are more. */
const ROWS = {
  packages: {
    max: 100_000,
    tooMany: { en: 'more than 100000 packages', ja: 'パッケージが 100000 個を超えています' },
  },
  coverage: {
    max: 64,
    tooMany: { en: 'more than 64 rows of coverage', ja: '網羅率の項目が 64 件を超えています' },
  },
  pendingUpdates: {
    max: 10_000,
    tooMany: { en: 'more than 10000 pending updates', ja: '未適用の更新が 10000 件を超えています' },
  },
} as const;

const tell = (started: Started, ...told: PackageReport['incomplete']): void => {
  started.incomplete = distinctTexts([...started.incomplete, ...told]).slice(0, INCOMPLETE_MAX);
};
const tooManyParts: LocalText = {
  en: `more than ${PARTS_MAX} parts`,
  ja: `一覧の分割数が ${PARTS_MAX} を超えています`,
};

/** Adds the rows of a part. Those beyond a limit are left out, and the list says that it is incomplete. */
function addRows(started: Started, report: PackageReport): void {
  started.parts += 1;
  if (started.parts > PARTS_MAX) {
    tell(started, tooManyParts);
    return;
  }
  const take = <T>(kept: T[], rows: readonly T[], { max, tooMany }: { max: number; tooMany: LocalText }) => {
    if (kept.length + rows.length > max) tell(started, tooMany);
    else kept.push(...rows);
  };
  take(started.packages, report.packages, ROWS.packages);
  take(started.coverage, report.coverage, ROWS.coverage);
  take(started.pendingUpdates, report.pendingUpdates, ROWS.pendingUpdates);
  tell(started, ...report.incomplete);
}

/**
 * Joins the parts of package lists. Parts are only in memory: until the last has come, nothing from the first on may be
 * acknowledged (`heldFrom`), so that after a crash the agent sends them again. A list with a missing part is judged all
 * the same, and says that it is incomplete.
 */
export class ScanParts {
  readonly #clock: Clock;
  readonly #started = new Map<string, Started>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a part; gives the whole list when it was the last one. A part that came before changes nothing. */
  add(place: Place, report: PackageReport): WholeScan | undefined {
    const key = `${place.node}\n${report.scan}`;
    if (report.part === 0) this.#started.delete(key);
    const started = this.#started.get(key) ?? this.#begin(key, place, report);
    started.lastAtMs = this.#clock.nowMs();
    if (report.part < started.next) return undefined;
    if (report.part > started.next)
      tell(started, {
        en: `part ${started.next} of the package list is missing`,
        ja: `パッケージ一覧の ${started.next} 番目の部分が届いていません`,
      });
    started.next = report.part + 1;
    addRows(started, report);
    if (!report.last) return undefined;
    this.#started.delete(key);
    const { packages, coverage, pendingUpdates, incomplete } = started;
    return { packages, coverage, pendingUpdates, incomplete };
  }

  /** Sequence of the first record of a node that is not safe yet; undefined = all are. */
  heldFrom(node: string, bootId: string): number | undefined {
    this.#forget();
    const sequences = [...this.#started.values()]
      .filter((started) => started.node === node && started.bootId === bootId)
      .map((started) => started.sequence);
    return sequences.length === 0 ? undefined : Math.min(...sequences);
  }

  /** A list that stopped coming is given up: its agent begins a new one. */
  #forget(): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, { startedAtMs, lastAtMs }] of this.#started)
      if (nowMs - lastAtMs > PATIENCE_MS || nowMs - startedAtMs > WHOLE_MS) this.#started.delete(key);
  }

  #begin(key: string, place: Place, report: PackageReport): Started {
    const { workload } = report.subject;
    for (const [old, started] of this.#started)
      if (started.node === place.node && started.workload === workload) this.#started.delete(old);
    const [oldest, ...others] = [...this.#started].filter(([, { node }]) => node === place.node);
    if (oldest !== undefined && others.length + 1 >= STARTED_OF_NODE_MAX) this.#started.delete(oldest[0]);
    const nowMs = this.#clock.nowMs();
    const started: Started = {
      ...place,
      workload,
      startedAtMs: nowMs,
      lastAtMs: nowMs,
      parts: 0,
      next: 0,
      packages: [],
      coverage: [],
      pendingUpdates: [],
      incomplete: [],
    };
    this.#started.set(key, started);
    this.#forget();
    return started;
  }
}
