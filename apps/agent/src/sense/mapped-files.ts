// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CgroupIndex, Clock, HostIdentity, Procfs } from '@bartizan/host';
import type { Attributor } from './attributor.ts';
import type { FileUse } from './package-use.ts';
import { readProcess } from './procfs-process.ts';

/** What a sweep stands on and tells. */
export interface MappedFilesOptions {
  readonly procfs: Procfs;
  readonly cgroups: CgroupIndex;
  readonly host: HostIdentity;
  readonly clock: Clock;
  readonly attributor: Attributor;
  readonly isOurs: (pid: number) => boolean;
  readonly onUse: (use: FileUse) => void;
}

const PROCESSES_PER_STEP = 20;
const STEP_EVERY_MS = 50;
/** What stays mapped all day is never opened again: this keeps it from looking unused. */
const SWEEP_EVERY_MS = 60 * 60_000;

/** Looks at what all processes run and have mapped: that was opened before anybody watched. A few at a time. */
export class MappedFiles {
  readonly #options: MappedFilesOptions;
  readonly #stopTimer: () => void;
  #waiting: number[] = [];
  #stopStep: (() => void) | undefined;

  constructor(options: MappedFilesOptions) {
    this.#options = options;
    this.#stopTimer = options.clock.every(SWEEP_EVERY_MS, () => this.sweep());
  }

  stop(): void {
    this.#stopTimer();
    this.#stopStep?.();
  }

  /** Begins a sweep; one that goes on begins anew. */
  sweep(): void {
    this.#waiting = this.#options.procfs.pids();
    this.#stopStep ??= this.#options.clock.every(STEP_EVERY_MS, () => this.#step());
  }

  #step(): void {
    for (const pid of this.#waiting.splice(0, PROCESSES_PER_STEP)) this.#look(pid);
    if (this.#waiting.length > 0) return;
    this.#stopStep?.();
    this.#stopStep = undefined;
  }

  #look(pid: number): void {
    const { procfs, attributor, clock, isOurs, onUse } = this.#options;
    if (isOurs(pid)) return;
    const process = readProcess(pid, this.#options);
    if (!process?.known) return;
    const mapped = procfs.mappedFiles(pid);
    const files = new Map((mapped.ok ? mapped.value : []).map((one) => [one.path, one.isExecutable]));
    if (!process.fileless && process.executable.startsWith('/')) files.set(process.executable, true);
    const atMs = clock.wallMs();
    attributor.attribute(process, ({ workload }) => {
      for (const [path, isExecutable] of files) onUse({ workload, path, isExecutable, atMs });
    });
  }
}
