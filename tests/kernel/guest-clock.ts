// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Runs in a guest with a kernel and a wall clock of its own: sets that clock by years while programs start, and prints
 * what the sensor told as one line of JSON. Never run it on a machine whose clock anybody needs.
 */
import { execFileSync } from 'node:child_process';
import { systemClock } from '@bartizan/host';
import { type SensorEvent, startSensor } from '@bartizan/host/sensor';
import { until } from './watching.ts';

const PROGRAMS = 25;
const DAY_S = 86_400;
const [, , binaryPath = '', jumps = ''] = process.argv;

interface Told {
  readonly marker: string;
  readonly bootTimeUs: number;
}
const told: Told[] = [];
const onEvent = (event: SensorEvent): void => {
  const marker = event.process.arguments.find((word) => word.startsWith('marker-'));
  if (event.kind === 'exec' && marker !== undefined) told.push({ marker, bootTimeUs: event.bootTimeUs });
};

const clock = systemClock();
const sensor = startSensor({ binaryPath, watchedPaths: [], onEvent });
await until(() => sensor.stats().snapshotDone, 'the sensor to start', 200_000);

const trueS = Math.round(Date.now() / 1000);
const startedUs = clock.bootUs();
const steps = [];
for (const [index, days] of jumps.split(',').map(Number).entries()) {
  const elapsedS = Math.round((clock.bootUs() - startedUs) / 1e6);
  execFileSync('/usr/bin/date', ['-s', `@${trueS + elapsedS + days * DAY_S}`]);
  const fromUs = clock.bootUs();
  for (let number = 0; number < PROGRAMS; number += 1)
    execFileSync('/usr/bin/env', ['true', `marker-${index}-${number}`]);
  const own = (): Told[] => told.filter(({ marker }) => marker.startsWith(`marker-${index}-`));
  // Two execs each: that of `env`, and that of the program it becomes.
  await until(() => own().length >= PROGRAMS * 2, `the programs of jump ${index}`, 60_000).catch(
    () => undefined,
  );
  const toUs = clock.bootUs();
  const pong = await sensor.ping();
  steps.push({
    days,
    wallDays: Math.round((Date.now() / 1000 - trueS) / DAY_S),
    seen: own().length,
    outside: own().filter(({ bootTimeUs }) => bootTimeUs < fromUs - 1e6 || bootTimeUs > toUs + 1e6).length,
    answers: pong.ok,
  });
}
const { restarts, missing, malformedFrames, lastHeartbeat } = sensor.stats();
await sensor.stop();
process.stdout.write(
  `${JSON.stringify({ steps, restarts, missing, malformedFrames, kernelDropped: lastHeartbeat?.kernelDropped, userShed: lastHeartbeat?.userShed })}\n`,
);
process.exit(0);
