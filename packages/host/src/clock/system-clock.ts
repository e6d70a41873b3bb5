// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import type { Clock } from './clock.ts';

/** Difference between CLOCK_BOOTTIME and the monotonic clock of Node: the time the machine slept. */
const bootOffsetUs = (): number => {
  const monotonicUs = Number(process.hrtime.bigint() / 1000n);
  try {
    const uptimeS = Number.parseFloat(readFileSync('/proc/uptime', 'latin1'));
    return Number.isFinite(uptimeS) ? Math.round(uptimeS * 1e6) - monotonicUs : 0;
  } catch {
    return 0;
  }
};

/** The real clocks. The sleep of the machine is measured again each minute. */
export const systemClock = (): Clock => {
  let offsetUs = bootOffsetUs();
  let measuredAtUs = Number(process.hrtime.bigint() / 1000n);
  return {
    wallMs: () => Date.now(),
    bootUs: () => {
      const nowUs = Number(process.hrtime.bigint() / 1000n);
      if (nowUs - measuredAtUs > 60_000_000) {
        offsetUs = bootOffsetUs();
        measuredAtUs = nowUs;
      }
      return nowUs + offsetUs;
    },
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
    every: (intervalMs, run) => {
      const timer = setInterval(run, intervalMs);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
};
