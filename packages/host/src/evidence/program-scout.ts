// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Procfs } from '../procfs/procfs.ts';
import { isCandidate } from './program-table.ts';

/** A process may still become another program so many looks after it was first seen. */
const YOUNG_LOOKS = 8;

/**
 * Notices programs that benchmarks ask about when they begin and end, cheaply: of a process that is older than some
 * looks nothing is read again.
 */
export class ProgramScout {
  readonly #procfs: Procfs;
  readonly #looks = new Map<number, number>();
  readonly #found = new Set<number>();

  constructor(procfs: Procfs) {
    this.#procfs = procfs;
  }

  /** Ids of the processes that are such programs now; looks at what is new. */
  look(): readonly number[] {
    const pids = new Set(this.#procfs.pids());
    for (const pid of this.#looks.keys()) {
      if (pids.has(pid)) continue;
      this.#looks.delete(pid);
      this.#found.delete(pid);
    }
    for (const pid of pids) {
      const looks = this.#looks.get(pid) ?? 0;
      if (looks >= YOUNG_LOOKS) continue;
      this.#looks.set(pid, looks + 1);
      const words = this.#procfs.commandLine(pid);
      if (words.ok && isCandidate(words.value)) this.#found.add(pid);
      else this.#found.delete(pid);
    }
    return [...this.#found].sort((one, other) => one - other);
  }
}
