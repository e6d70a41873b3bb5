// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { builtSensor } from './built-sensor.ts';

interface Told {
  readonly kept: readonly {
    readonly days: number;
    readonly events: number;
    readonly atDays: readonly number[];
  }[];
  readonly state: string;
}

const PROGRAM = fileURLToPath(new URL('./clock-jump-program.ts', import.meta.url));
/** Debian's libfaketime: a wall clock of their own for the programs that load it; that of the machine stays. */
const CLOCK_LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

function outcome(): Told {
  const output = execFileSync(process.execPath, [PROGRAM, builtSensor(), CLOCK_LIBRARY], {
    encoding: 'utf8',
    timeout: 280_000,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = output.split('\n').find((text) => text.startsWith('RESULT '));
  if (line === undefined) throw new Error(output.slice(-2000));
  process.stdout.write(`${line}\n`);
  return JSON.parse(line.slice('RESULT '.length));
}

/** The first of two like events is told at once, its repeat after the rule's interval; each at the clock of its moment. */
const EXPECTED = [0, 400, 0, -400, 0].map((days) => ({ days, events: 2, atDays: [days] }));

describe('a clock that jumps by a year and back', { timeout: 300_000 }, () => {
  it('costs no event, whether the agent can come in meanwhile or not', () => {
    const told = outcome();
    expect(told.kept).toEqual(EXPECTED);
    expect(told.state).not.toBe('failed');
  });
});
