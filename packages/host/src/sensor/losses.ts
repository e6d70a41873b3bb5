// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SensorHeartbeat } from './events.ts';

/** What was lost over all runs of the sensor; each loss is in it once. */
export type SensorLosses = Readonly<{
  /** Records that found the kernel's ring full, or were given up to keep room in it. */
  inKernel: number;
  /** Events that the sensor gave up or that never came. */
  shed: number;
  /** Records that the sensor could not read. */
  malformed: number;
}>;

/** What a heartbeat says of losses, counted from the start of its run. */
type Told = Pick<SensorHeartbeat, 'kernelDropped' | 'kernelShed' | 'userShed' | 'malformed'>;

/** Counts losses. A new run of the sensor counts from zero again, so that those before it are kept here. */
export class LossCount {
  #before: SensorLosses = { inKernel: 0, shed: 0, malformed: 0 };
  #told: Told | undefined;
  #missing = 0;

  /** Takes the heartbeat that came last. */
  take(heartbeat: Told): void {
    this.#told = heartbeat;
  }

  /** Takes sequence numbers that were passed over. */
  miss(count: number): void {
    this.#missing += count;
  }

  endRun(): void {
    this.#before = this.total();
    this.#told = undefined;
    this.#missing = 0;
  }

  total(): SensorLosses {
    const { kernelDropped = 0, kernelShed = 0, userShed = 0, malformed = 0 } = this.#told ?? {};
    return {
      inKernel: this.#before.inKernel + kernelDropped + kernelShed,
      // An event that the sensor gives up keeps its number, so that the heartbeat and the gap tell the same loss.
      shed: this.#before.shed + Math.max(userShed, this.#missing),
      malformed: this.#before.malformed + malformed,
    };
  }
}
