// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildEvent, buildHeartbeat, eventKindOf } from './build-event.ts';
import { FRAME_MAGIC, FRAME_MAX_BYTES, frameKind } from './frame-constants.ts';
import { FrameStream } from './frame-stream.ts';
import { headerField, place } from './frames.ts';

const seed = 20_261_125;
const golden = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../../../native/testdata/frames/${name}.bin`, import.meta.url)));

function collect(): { stream: FrameStream; kinds: string[]; failures: string[] } {
  const kinds: string[] = [];
  const failures: string[] = [];
  const stream = new FrameStream(
    (frame) => {
      const kind = eventKindOf(frame);
      if (kind !== undefined) kinds.push(buildEvent(frame, kind).kind);
      else if (headerField.kind(frame) === frameKind.heartbeat)
        kinds.push(String(buildHeartbeat(frame).sent));
    },
    (failure) => failures.push(failure.detail),
  );
  return { stream, kinds, failures };
}

const names = ['exec', 'fork', 'connect', 'open', 'exit'];
const whole = Buffer.concat(names.map(golden));

describe('FrameStream', () => {
  it('finds the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 }), (cuts) => {
        const { stream, kinds } = collect();
        let at = 0;
        for (let i = 0; at < whole.length; i += 1) {
          const end = Math.min(whole.length, at + (cuts[i % cuts.length] ?? 1));
          expect(stream.push(whole.subarray(at, end)).ok).toBe(true);
          at = end;
        }
        expect(kinds).toEqual(names);
        expect(stream.pendingBytes).toBe(0);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('survives any bytes without throwing or keeping more than one frame', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
        const { stream } = collect();
        for (const chunk of chunks) {
          if (!stream.push(Buffer.from(chunk)).ok) break;
          expect(stream.pendingBytes).toBeLessThanOrEqual(FRAME_MAX_BYTES);
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  it('decodes, skips or refuses a frame with any byte changed, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names, 'credentials', 'cgroup-created', 'listen'),
        fc.nat(400),
        fc.integer({ min: 0, max: 255 }),
        (name, at, value) => {
          const bytes = Buffer.from(golden(name));
          bytes[at % bytes.length] = value;
          const { stream, kinds } = collect();
          const outcome = stream.push(bytes);
          const isAccounted =
            !outcome.ok || kinds.length === 1 || stream.malformed === 1 || stream.pendingBytes > 0;
          expect(isAccounted || headerField.kind(bytes) < 16).toBe(true);
        },
      ),
      { seed, numRuns: 2000 },
    );
  });

  it('skips a frame of unknown kind by its length and goes on', () => {
    const strange = Buffer.from(golden('fork'));
    strange.writeUInt8(99, place.headerKind);
    const { stream, kinds, failures } = collect();
    expect(stream.push(Buffer.concat([strange, golden('exit')])).ok).toBe(true);
    expect(kinds).toEqual(['exit']);
    expect(stream.malformed).toBe(1);
    expect(failures).toEqual(['kind 99 is not known']);
  });

  it('skips a frame whose text ends outside it', () => {
    const bytes = Buffer.from(golden('exec'));
    bytes.writeUInt16LE(60_000, 122);
    const { stream, kinds } = collect();
    expect(stream.push(bytes).ok).toBe(true);
    expect([kinds.length, stream.malformed]).toEqual([0, 1]);
  });

  it('skips a frame that is shorter than its kind needs', () => {
    const bytes = Buffer.from(golden('exec').subarray(0, 100));
    bytes.writeUInt32LE(100, place.headerLength);
    const { stream } = collect();
    expect(stream.push(bytes).ok).toBe(true);
    expect(stream.malformed).toBe(1);
  });

  it.each([
    [
      'an oversized length',
      (b: Buffer) => b.writeUInt32LE(FRAME_MAX_BYTES + 1, place.headerLength),
      'claims 32769',
    ],
    ['a length below the header', (b: Buffer) => b.writeUInt32LE(3, place.headerLength), 'claims 3'],
    ['another magic', (b: Buffer) => b.writeUInt16LE(FRAME_MAGIC + 1, place.headerMagic), 'does not start'],
    ['another version', (b: Buffer) => b.writeUInt8(1, place.headerVersion), 'version 1'],
  ])('refuses the stream at %s', (_, spoil, detail) => {
    const bytes = Buffer.from(golden('exec'));
    spoil(bytes);
    const outcome = collect().stream.push(bytes);
    expect(outcome.ok ? '' : outcome.error.code).toBe('E_SENSOR_FRAME');
    expect(outcome.ok ? '' : outcome.error.detail).toContain(detail);
  });
});
