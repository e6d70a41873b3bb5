// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { distinctTexts, type PackageReport } from '@bartizan/contracts';
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
  lastAtMs: number;
  next: number;
  readonly packages: PackageReport['packages'];
  readonly coverage: PackageReport['coverage'];
  readonly pendingUpdates: PackageReport['pendingUpdates'];
  readonly incomplete: PackageReport['incomplete'];
}

const STARTED_MAX = 256;
const PACKAGES_MAX = 100_000;
const PATIENCE_MS = 2 * 60_000;

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
      started.incomplete.push({
        en: `part ${started.next} of the package list is missing`,
        ja: `パッケージ一覧の ${started.next} 番目の部分が届いていません`,
      });
    started.next = report.part + 1;
    if (started.packages.length + report.packages.length > PACKAGES_MAX)
      started.incomplete.push({
        en: `more than ${PACKAGES_MAX} packages`,
        ja: `パッケージが ${PACKAGES_MAX} 個を超えています`,
      });
    else started.packages.push(...report.packages);
    started.coverage.push(...report.coverage);
    started.pendingUpdates.push(...report.pendingUpdates);
    started.incomplete.push(...report.incomplete);
    if (!report.last) return undefined;
    this.#started.delete(key);
    return {
      packages: started.packages,
      coverage: started.coverage.slice(0, 64),
      pendingUpdates: started.pendingUpdates,
      incomplete: distinctTexts(started.incomplete).slice(0, 64),
    };
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
    for (const [key, { lastAtMs }] of this.#started)
      if (this.#started.size > STARTED_MAX || nowMs - lastAtMs > PATIENCE_MS) this.#started.delete(key);
  }

  #begin(key: string, place: Place, report: PackageReport): Started {
    const { workload } = report.subject;
    for (const [old, started] of this.#started)
      if (started.node === place.node && started.workload === workload) this.#started.delete(old);
    const started: Started = {
      ...place,
      workload,
      lastAtMs: this.#clock.nowMs(),
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
