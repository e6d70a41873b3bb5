// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FRAME_MAGIC, FRAME_VERSION, frameKind } from './frame-constants.ts';
import { heartbeatField, helloField, place } from './frames.ts';
import { type SensorHandle, type SensorOptions, startSensor } from './sensor.ts';

const golden = fileURLToPath(new URL('../../../../native/testdata/frames/fork.bin', import.meta.url));

function frameOf(kind: number, length: number): Buffer {
  const frame = Buffer.alloc(length);
  frame.writeUInt32LE(length, place.headerLength);
  frame.writeUInt16LE(FRAME_MAGIC, place.headerMagic);
  frame.writeUInt8(FRAME_VERSION, place.headerVersion);
  frame.writeUInt8(kind, place.headerKind);
  return frame;
}

const hello = frameOf(frameKind.hello, helloField.end);

/** Counters lie one after the other behind the header, eight bytes each. */
const COUNTERS = [
  'kernelSubmitted',
  'kernelDropped',
  'kernelShed',
  'received',
  'malformed',
  'userShed',
] as const;

function heartbeat(counts: Partial<Record<(typeof COUNTERS)[number], number>> = {}): Buffer {
  const frame = frameOf(frameKind.heartbeat, heartbeatField.end);
  COUNTERS.forEach((name, i) => {
    frame.writeBigUInt64LE(BigInt(counts[name] ?? 0), 48 + i * 8);
    expect(heartbeatField[name](frame)).toBe(counts[name] ?? 0);
  });
  return frame;
}

function event(sequence: number): Buffer {
  const frame = Buffer.from(readFileSync(golden));
  frame.writeBigUInt64LE(BigInt(sequence), place.headerSequence);
  return frame;
}

let folder = '';
let sensor: SensorHandle | undefined;

/**
 * A program that says what it is told to: in each of its runs the frames of one list. All but the last run end by
 * themselves; the last one goes on as `then` says.
 */
function start(runs: readonly Buffer[][], then: string, options: Partial<SensorOptions> = {}): SensorHandle {
  runs.forEach((frames, i) => {
    writeFileSync(join(folder, `${i}.frames`), Buffer.concat(frames));
  });
  writeFileSync(join(folder, 'event.frames'), event(1));
  const ended = runs
    .slice(0, -1)
    .map((_, i) => `[ -e ${i}.done ] || { : > ${i}.done; cat ${i}.frames >&3; exit 1; }`);
  const lines = ['#!/bin/sh', `cd ${folder}`, ...ended, `cat ${runs.length - 1}.frames >&3`, then];
  const binaryPath = join(folder, 'sensor');
  writeFileSync(binaryPath, `${lines.join('\n')}\n`, { mode: 0o755 });
  sensor = startSensor({
    binaryPath,
    watchedPaths: [],
    onEvent: () => undefined,
    restartDelayMs: 10,
    ...options,
  });
  return sensor;
}

/** Lives until it gets a command. */
const UNTIL_COMMAND = 'exec head -c 1 <&3';

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const began = performance.now(); !holds(); await pause(5)) {
    if (performance.now() - began > 10_000) throw new Error(`waited for ${what}`);
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-sensor-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await sensor?.stop();
  sensor = undefined;
  rmSync(folder, { recursive: true, force: true });
});

describe('losses of the sensor', () => {
  const hasBeat = (of: SensorHandle) => () => of.stats().lastHeartbeat !== undefined;

  it('stay when it is started again, and those of the new run are added', async () => {
    const first = heartbeat({ kernelDropped: 3, kernelShed: 2, userShed: 4, malformed: 1 });
    const running = start(
      [
        [hello, first],
        [hello, heartbeat()],
      ],
      UNTIL_COMMAND,
    );
    await until(() => existsSync(join(folder, '0.done')) && running.stats().restarts === 1, 'the restart');
    await until(hasBeat(running), 'the second heartbeat');
    expect(running.stats().losses).toEqual({ inKernel: 5, shed: 4, malformed: 1 });
  });

  it('are told while it waits for its next start', async () => {
    const frames = [hello, heartbeat({ kernelDropped: 5 })];
    const running = start([frames, frames], UNTIL_COMMAND, { restartDelayMs: 60_000 });
    await until(() => running.stats().state === 'waiting', 'its end');
    expect(running.stats()).toMatchObject({ losses: { inKernel: 5 }, lastHeartbeat: undefined });
  });

  it.each([
    ['the gap', [event(3), heartbeat({ userShed: 1 })]],
    ['the heartbeat', [heartbeat({ userShed: 1 }), event(3)]],
  ])('count an event that it gave up once, when %s tells it first', async (_what, told) => {
    const running = start([[hello, event(1), ...told]], UNTIL_COMMAND);
    await until(() => running.stats().events === 2 && hasBeat(running)(), 'what it tells');
    expect(running.stats()).toMatchObject({ missing: 1, losses: { shed: 1 } });
  });

  it('count what is given up and what is lost on the way together', async () => {
    // Two given up, one unsound on its way: three numbers never came.
    const frames = [hello, event(1), event(5), heartbeat({ userShed: 2 })];
    const running = start([frames], UNTIL_COMMAND);
    await until(hasBeat(running), 'the heartbeat');
    expect(running.stats().losses.shed).toBe(3);
  });
});

describe('a sensor without heartbeats', () => {
  it('is ended though its events come, and not before a busy one would have said something', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let nowMs = 1000;
    const ends: string[] = [];
    const events = 'while cat event.frames >&3; do sleep 0.01; done';
    const running = start([[hello, heartbeat()]], events, {
      now: () => nowMs,
      restartDelayMs: 60_000,
      onExit: (reason) => ends.push(reason.detail),
    });
    nowMs = 2000;
    await until(() => running.stats().lastHeartbeat !== undefined, 'the heartbeat');
    const more = async (): Promise<void> => {
      const before = running.stats().events;
      await until(() => running.stats().events > before + 2, 'more events');
    };
    nowMs += 29_000;
    await more();
    vi.advanceTimersByTime(5000);
    await more();
    expect(running.stats().state).toBe('running');
    nowMs += 2000;
    await more();
    vi.advanceTimersByTime(5000);
    await until(() => ends.length > 0, 'its end');
    expect(ends).toEqual(['no heartbeat for 30 s']);
    expect(running.stats().state).toBe('waiting');
  });
});
