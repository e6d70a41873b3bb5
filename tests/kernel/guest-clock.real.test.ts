// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtSensor, kernelbox } from './built-sensor.ts';

const box = kernelbox();
const root = fileURLToPath(new URL('../..', import.meta.url));
/** In the checkout, which the guest sees; it has a /tmp of its own. */
let folder = '';
/** Where the guest's clock is set to, relative to the truth, in days. */
const JUMPS_DAYS = [0, 400, 0, -400, 0];

beforeAll(() => {
  mkdirSync(join(root, 'artefacts'), { recursive: true });
  folder = mkdtempSync(join(root, 'artefacts/guest-clock-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a real jump of the wall clock, in a guest of its own', { timeout: 600_000 }, () => {
  it.skipIf(box === undefined)('loses no event of the sensor, and dates each by the time since boot', () => {
    // The guest opens files slowly: as hundreds of modules the program takes minutes to start.
    const program = join(folder, 'guest-clock.mjs');
    const bundler = join(root, 'tools/run-tree/one-file.ts');
    execFileSync(process.execPath, [bundler, join(root, 'tests/kernel/guest-clock.ts'), program]);
    const words = ['--timeout', '500', '--', process.execPath, program, builtSensor(), JUMPS_DAYS.join(',')];
    const output = execFileSync(
      'nice',
      // It takes every core that it gets: those of tests that promise seconds come first.
      ['-n', '10', `${box}/run.sh`, ...words],
      { cwd: root, encoding: 'utf8', timeout: 580_000 },
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
