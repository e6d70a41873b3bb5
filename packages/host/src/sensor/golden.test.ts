// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildEvent, eventKindOf } from './build-event.ts';
import { writeCommand } from './command-frame.ts';
import type { SensorEvent } from './events.ts';
import { FrameStream } from './frame-stream.ts';
import { networkField } from './frames.ts';

const folder = fileURLToPath(new URL('../../../../native/testdata/frames/', import.meta.url));
const isWriting = process.env['BARTIZAN_WRITE_GOLDEN'] === '1';
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.bin') && name !== 'command.bin')
  .map((name) => name.slice(0, -4));

function decode(bytes: Buffer): SensorEvent[] {
  const events: SensorEvent[] = [];
  const stream = new FrameStream(
    (frame) => {
      const kind = eventKindOf(frame);
      if (kind !== undefined) events.push(buildEvent(frame, kind));
    },
    (failure) => expect.fail(failure.detail),
  );
  expect(stream.push(bytes)).toEqual({ ok: true, value: undefined });
  expect(stream.pendingBytes).toBe(0);
  return events;
}

describe('frames that the sensor writes', () => {
  it.each(names)('decodes %s as its golden object', (name) => {
    const events = decode(readFileSync(`${folder}${name}.bin`));
    const path = `${folder}${name}.json`;
    if (isWriting) writeFileSync(path, `${JSON.stringify(events, null, 2)}\n`);
    expect(events).toEqual(JSON.parse(readFileSync(path, 'utf8')));
  });

  it('covers every kind of event that the engine makes itself', () => {
    expect(names.sort()).toEqual([
      'accept',
      'application',
      'cgroup-created',
      'close',
      'connect',
      'credentials',
      'exec',
      'exit',
      'file-use',
      'fork',
      'listen',
      'open',
    ]);
  });
});

describe('frames with an IPv4 address on a socket of family 6', () => {
  const mapped = (...last: number[]): Buffer =>
    Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...last]);

  it.each(['connect', 'listen'])('show it as rules name it: %s', (name) => {
    const bytes = readFileSync(`${folder}${name}.bin`);
    const change = (frame: Buffer): void => {
      networkField.localAddress(frame).set(mapped(127, 0, 0, 1));
      networkField.remoteAddress(frame).set(mapped(169, 254, 169, 254));
      // After both addresses and both ports, as frames.h has it.
      frame[networkField.remoteAddress(frame).byteOffset - frame.byteOffset + 20] = 6;
    };
    const events: SensorEvent[] = [];
    const stream = new FrameStream(
      (frame) => {
        const kind = eventKindOf(frame);
        if (kind === undefined) return;
        change(frame);
        expect(networkField.family(frame)).toBe(6);
        events.push(buildEvent(frame, kind));
      },
      (failure) => expect.fail(failure.detail),
    );
    stream.push(bytes);
    expect(events).toMatchObject([
      { kind: name, localAddress: '127.0.0.1', remoteAddress: name === 'listen' ? '' : '169.254.169.254' },
    ]);
  });
});

describe('commands', () => {
  const command = { kind: 'set-watched-paths', id: 3, generation: 12 } as const;

  it('are written as the golden file that the sensor reads', () => {
    const frame = writeCommand({ ...command, argument: 'rw:/etc/shadow\nr:/設定/' });
    expect(frame.ok).toBe(true);
    if (!frame.ok) return;
    if (isWriting) writeFileSync(`${folder}command.bin`, frame.value);
    expect(frame.value.equals(readFileSync(`${folder}command.bin`))).toBe(true);
  });

  it('are refused when they do not fit a frame', () => {
    const frame = writeCommand({ ...command, argument: 'x'.repeat(40_000) });
    expect(frame.ok ? '' : frame.error.code).toBe('E_SENSOR_FRAME');
  });
});
