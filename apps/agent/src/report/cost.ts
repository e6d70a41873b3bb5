// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Node } from '@bartizan/contracts';
import type { Procfs } from '@bartizan/host';

const TICKS_PER_S = 100;
const PAGE_BYTES = 4096;

/** Measures what this process and the sensor cost, between two calls. */
export class CostMeter {
  readonly #procfs: Procfs;
  #last: { readonly ticks: number; readonly atUs: number; readonly pids: string } | undefined;

  constructor(procfs: Procfs) {
    this.#procfs = procfs;
  }

  /** Undefined until there are two measurements of the same processes. */
  measure(nowUs: number, sensorPids: readonly number[]): Node['cost'] {
    const pids = [process.pid, ...sensorPids];
    let ticks = 0;
    let residentBytes = 0;
    for (const pid of pids) {
      const stat = this.#procfs.stat(pid);
      if (!stat.ok) continue;
      ticks += stat.value.cpuTicks;
      residentBytes += stat.value.residentPages * PAGE_BYTES;
    }
    const last = this.#last;
    this.#last = { ticks, atUs: nowUs, pids: pids.join() };
    if (!last || last.pids !== pids.join() || nowUs <= last.atUs) return undefined;
    const seconds = (nowUs - last.atUs) / 1e6;
    const cpuPercentOfCore = Math.max(0, ((ticks - last.ticks) / TICKS_PER_S / seconds) * 100);
    return { cpuPercentOfCore: Math.round(cpuPercentOfCore * 100) / 100, residentBytes };
  }
}
