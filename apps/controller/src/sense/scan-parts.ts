// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageReport } from '@bartizan/contracts';
import type { Clock } from '../ports.ts';

/** All parts of a package list put together. */
export type WholeScan = Pick<PackageReport, 'packages' | 'coverage' | 'pendingUpdates' | 'incomplete'>;

interface Started {
  readonly atMs: number;
  next: number;
  readonly packages: PackageReport['packages'];
  readonly coverage: PackageReport['coverage'];
  readonly pendingUpdates: PackageReport['pendingUpdates'];
  readonly incomplete: PackageReport['incomplete'];
}

const STARTED_MAX = 256;
const PACKAGES_MAX = 100_000;
const PATIENCE_MS = 10 * 60_000;

/** Joins the parts of package lists. A list with a missing part is judged all the same, and says that it is incomplete. */
export class ScanParts {
  readonly #clock: Clock;
  readonly #started = new Map<string, Started>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a part; gives the whole list when it was the last one. */
  add(node: string, report: PackageReport): WholeScan | undefined {
    const key = `${node}\n${report.scan}`;
    const started = this.#started.get(key) ?? this.#begin(key);
    if (report.part !== started.next)
      started.incomplete.push(`part ${started.next} of the package list is missing`);
    started.next = report.part + 1;
    if (started.packages.length + report.packages.length > PACKAGES_MAX)
      started.incomplete.push(`more than ${PACKAGES_MAX} packages`);
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
      incomplete: [...new Set(started.incomplete)].slice(0, 64),
    };
  }

  #begin(key: string): Started {
    const nowMs = this.#clock.nowMs();
    for (const [old, { atMs }] of this.#started)
      if (this.#started.size >= STARTED_MAX || nowMs - atMs > PATIENCE_MS) this.#started.delete(old);
    const started: Started = {
      atMs: nowMs,
      next: 0,
      packages: [],
      coverage: [],
      pendingUpdates: [],
      incomplete: [],
    };
    this.#started.set(key, started);
    return started;
  }
}
