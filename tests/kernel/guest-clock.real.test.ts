// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { builtSensor, kernelbox } from './built-sensor.ts';

const box = kernelbox();
const program = fileURLToPath(new URL('guest-clock.ts', import.meta.url));
/** Where the guest's clock is set to, relative to the truth, in days. */
const JUMPS_DAYS = [0, 400, 0, -400, 0];

describe('a real jump of the wall clock, in a guest of its own', { timeout: 600_000 }, () => {
  it.skipIf(box === undefined)('loses no event of the sensor, and dates each by the time since boot', () => {
    const output = execFileSync(
      `${box}/run.sh`,
      ['--timeout', '500', '--', process.execPath, program, builtSensor(), JUMPS_DAYS.join(',')],
      { encoding: 'utf8', timeout: 580_000 },
    );
    const line = output.split('\n').find((text) => text.startsWith('{"steps"'));
    expect(JSON.parse(line ?? '{}')).toEqual({
      // 25 programs a step, each seen as `env` and as what it becomes, none dated outside its step.
      steps: JUMPS_DAYS.map((days) => ({ days, wallDays: days, seen: 50, outside: 0, answers: true })),
      restarts: 0,
      missing: 0,
      malformedFrames: 0,
      kernelDropped: 0,
      userShed: 0,
    });
  });
});
