// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ActionLevel, PackageUseReport, SensorStatus, WorkloadRef } from '@bartizan/contracts';
import { type Discovery, type KnownContainer, steadyMs } from '@bartizan/host';
import type { PathTable } from '@bartizan/scan';
import { MappedFiles, type MappedFilesOptions } from './mapped-files.ts';
import { type FileUse, PackageUse } from './package-use.ts';

/** What watching for the use of packages needs and tells. */
export interface UseWatchOptions extends Omit<MappedFilesOptions, 'onUse'> {
  readonly discovery: Discovery;
  readonly workloadOf: (container: KnownContainer) => WorkloadRef;
  readonly sensor: () => SensorStatus;
  readonly onReport: (report: PackageUseReport) => void;
}

/** Programs of the kernel that see openings of files; either is enough. */
const SEERS = ['on_file_open', 'on_sys_exit'];
/** A status of the sensor is asked for this often at most: it is made anew each time. */
const STATUS_HOLDS_MS = 500;

/** Watches which files are in use, from the sensor and from what is mapped, and says when nobody can. */
export class UseWatch {
  readonly #options: UseWatchOptions;
  readonly #uses: PackageUse;
  readonly #mapped: MappedFiles;
  #status: { readonly atMs: number; readonly sensor: SensorStatus } | undefined;

  constructor(options: UseWatchOptions) {
    this.#options = options;
    this.#mapped = new MappedFiles({ ...options, onUse: (use) => this.take(use) });
    this.#uses = new PackageUse({
      clock: options.clock,
      isWatching: () => this.#seer() !== undefined,
      lostTotal: () => {
        const { lostInKernelTotal, shedTotal } = this.#sensor();
        return lostInKernelTotal + shedTotal;
      },
      present: () => new Set(['', ...this.#running().map(({ id }) => id)]),
      onReport: options.onReport,
      onWatching: () => this.#mapped.sweep(),
    });
    // Whether or not anybody watches: what is mapped is in use.
    this.#mapped.sweep();
    void options.discovery.settled.then(() =>
      this.#uses.announce(this.#running().map((container) => options.workloadOf(container))),
    );
  }

  take(use: FileUse): void {
    this.#uses.take(use);
  }

  learn(subject: WorkloadRef, owners: PathTable): void {
    this.#uses.learn(subject, owners);
  }

  stop(): void {
    this.#uses.stop();
    this.#mapped.stop();
  }

  /** How far the use of packages can be seen on this node. */
  level(): ActionLevel {
    const seer = this.#seer();
    if (seer === undefined)
      return {
        action: 'package-use',
        level: 'blind',
        reason: {
          en: `no program of the sensor (${this.#sensor().state}) sees openings of files: only what is mapped is known`,
          ja: `ファイルを開く操作を検知できるセンサーのプログラムがありません（センサー：${this.#sensor().state}）。メモリーにマップされたファイルだけが分かります`,
        },
      };
    const dropped = this.#uses.droppedTotal();
    return {
      action: 'package-use',
      level: 'detect-only',
      reason: {
        en: `${seer} tells the first opening of each file${dropped === 0 ? '' : `; ${dropped} paths were given up`}`,
        ja: `${seer} が各ファイルの最初のオープンを知らせます${dropped === 0 ? '' : `。${dropped} 件のパスは追跡を断念しました`}`,
      },
    };
  }

  #running(): KnownContainer[] {
    return this.#options.discovery
      .containers()
      .filter(({ isRunning, description }) => isRunning && !description.isSandbox);
  }

  #sensor(): SensorStatus {
    const atMs = steadyMs(this.#options.clock);
    if (!this.#status || atMs - this.#status.atMs >= STATUS_HOLDS_MS)
      this.#status = { atMs, sensor: this.#options.sensor() };
    return this.#status.sensor;
  }

  #seer(): string | undefined {
    const { state, programs } = this.#sensor();
    if (state !== 'running') return undefined;
    return programs.find(({ name, loaded }) => loaded && SEERS.includes(name))?.name;
  }
}
