// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtSensor, kernelbox } from './built-sensor.ts';
import { EXPECTED_PATHS } from './path-tries.ts';

const box = kernelbox();
const root = fileURLToPath(new URL('../..', import.meta.url));
/** In the checkout, which the guest sees; it has a /tmp of its own. */
let folder = '';

beforeAll(() => {
  mkdirSync(join(root, 'artefacts'), { recursive: true });
  folder = mkdtempSync(join(root, 'artefacts/guest-paths-'));
  builtSensor();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('paths that a process would like to choose itself', { timeout: 600_000 }, () => {
  it.skipIf(box === undefined).each(['6.1', '6.12'])('are told alike on kernel %s', (kernel) => {
    // The guest opens files slowly: as hundreds of modules the program takes minutes to start.
    const program = join(folder, `guest-paths-${kernel}.mjs`);
    const bundler = join(root, 'tools/run-tree/one-file.ts');
    execFileSync(process.execPath, [bundler, join(root, 'tests/kernel/guest-paths.ts'), program]);
    const output = execFileSync(
      'nice',
      // It takes every core that it gets: those of tests that promise seconds come first.
      [
        ...['-n', '10', `${box}/run.sh`, '--kernel', kernel, '--timeout', '500', '--'],
        ...[process.execPath, program, builtSensor()],
      ],
      { cwd: root, encoding: 'utf8', timeout: 580_000 },
    );
    const line = output.split('\n').find((text) => text.startsWith('{"paths"'));
    expect(JSON.parse(line ?? '{}')).toEqual({ paths: EXPECTED_PATHS });
  });
});
