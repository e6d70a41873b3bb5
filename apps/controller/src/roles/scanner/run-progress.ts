// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { RegistryRun } from '@bartizan/contracts';

type Counted = 'repositories' | 'images' | 'scanned' | 'unchanged' | 'failed' | 'skipped';

const WRITE_MS = 1000;
const DETAIL_MAX = 512;

/** The first run of a registry that had none. */
export const NEVER_RUN: RegistryRun = {
  state: 'never',
  repositories: 0,
  images: 0,
  scanned: 0,
  unchanged: 0,
  failed: 0,
};

/** How far a run is; written at most once a second, and at every change of its state. */
export class RunProgress {
  #run: RegistryRun;
  #writtenAtMs = 0;
  readonly #write: (run: RegistryRun) => Promise<void>;
  readonly #nowMs: () => number;

  constructor(startedAtMs: number, nowMs: () => number, write: (run: RegistryRun) => Promise<void>) {
    this.#run = { ...NEVER_RUN, skipped: 0, state: 'listing', startedAtMs };
    this.#nowMs = nowMs;
    this.#write = write;
  }

  get run(): RegistryRun {
    return this.#run;
  }

  /** Counts; the store hears of it now and then. */
  async count(what: Counted, by = 1): Promise<void> {
    this.#run = { ...this.#run, [what]: (this.#run[what] ?? 0) + by };
    if (this.#nowMs() - this.#writtenAtMs >= WRITE_MS) await this.#save();
  }

  /** Something that could not be scanned; the last of them is told. */
  async fail(code: string, detail: string): Promise<void> {
    this.#run = { ...this.#run, detail: `${code} ${detail}`.slice(0, DETAIL_MAX) };
    await this.count('failed');
  }

  /** A change of state. */
  async enter(more: Partial<RegistryRun> & Pick<RegistryRun, 'state'>): Promise<void> {
    this.#run = { ...this.#run, ...more };
    await this.#save();
  }

  #save(): Promise<void> {
    this.#writtenAtMs = this.#nowMs();
    return this.#write(this.#run);
  }
}
