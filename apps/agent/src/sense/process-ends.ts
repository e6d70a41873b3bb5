// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ProcessSighting } from './sighting.ts';

interface Held {
  readonly sighting: ProcessSighting;
  readonly untilMs: number;
}

const HOLD_MS = 500;
const HELD_MAX = 20_000;

const keyOf = ({ chain }: ProcessSighting): string => `${chain.process.pid}:${chain.process.startBootUs}`;

/** Puts the end of a short process into the record of its start: one record where there would be two. */
export class ProcessEnds {
  readonly #held = new Map<string, Held>();
  /** Processes whose start was told; their end is told too. Forks that never ran a program are not. */
  readonly #told = new Set<string>();
  readonly #tell: (sighting: ProcessSighting) => void;

  constructor(tell: (sighting: ProcessSighting) => void) {
    this.#tell = tell;
  }

  take(sighting: ProcessSighting, nowMs: number): void {
    const key = keyOf(sighting);
    if (sighting.action === 'exec') {
      this.#flush(key);
      if (this.#held.size < HELD_MAX) this.#held.set(key, { sighting, untilMs: nowMs + HOLD_MS });
      else this.#tell(sighting);
      return;
    }
    if (sighting.action !== 'exit') {
      this.#told.add(key);
      this.#tell(sighting);
      return;
    }
    const held = this.#held.get(key);
    this.#held.delete(key);
    if (held) this.#tell({ ...held.sighting, exitCode: sighting.exitCode });
    else if (this.#told.has(key)) this.#tell(sighting);
    this.#told.delete(key);
  }

  /** Tells starts that were held long enough. */
  expire(nowMs: number): void {
    for (const [key, held] of this.#held) if (nowMs >= held.untilMs) this.#flush(key);
    if (this.#told.size > HELD_MAX * 5) this.#told.clear();
  }

  #flush(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.#held.delete(key);
    this.#told.add(key);
    this.#tell(held.sighting);
  }
}
