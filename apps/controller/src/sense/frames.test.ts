// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { zstdCompressSync } from 'node:zlib';
import { WIRE_FRAME_BYTES_MAX, WIRE_FRAME_INFLATED_BYTES_MAX } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameCutter, frameOf } from './frames.ts';

const FUZZ = { seed: 20261125, numRuns: 300 };

function framed(body: Buffer, flag: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length + 1, 0);
  head.writeUInt8(flag, 4);
  return Buffer.concat([head, body]);
}
const code = (result: ReturnType<FrameCutter['push']>) => (result.ok ? 'ok' : result.error.code);

describe('the frame cutter', () => {
  it('finds the same messages however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
        fc.array(fc.nat({ max: 40 }), { maxLength: 40 }),
        (messages, cuts) => {
          const bytes = Buffer.concat(
            messages.map((message, at) => {
              const json = Buffer.from(JSON.stringify(message));
              return at % 2 === 0 ? framed(json, 0) : framed(zstdCompressSync(json), 1);
            }),
          );
          const cutter = new FrameCutter();
          const found: unknown[] = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            const part = cutter.push(bytes.subarray(at, Math.min(bytes.length, at + cut)));
            expect(part.ok).toBe(true);
            if (part.ok) found.push(...part.value);
            at = Math.min(bytes.length, at + cut);
          }
          expect(found).toEqual(JSON.parse(JSON.stringify(messages)));
        },
      ),
      FUZZ,
    );
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['ok', 'E_WIRE_FRAME']).toContain(code(new FrameCutter().push(Buffer.from(bytes))));
      }),
      FUZZ,
    );
  });

  it('refuses a bomb before it is held: a small frame that inflates past the limit', () => {
    const bomb = zstdCompressSync(Buffer.alloc(WIRE_FRAME_INFLATED_BYTES_MAX + 1, 0x20));
    expect(bomb.length).toBeLessThan(WIRE_FRAME_BYTES_MAX / 100);
    const before = process.memoryUsage().arrayBuffers;
    expect(code(new FrameCutter().push(framed(bomb, 1)))).toBe('E_WIRE_FRAME');
    const huge = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    expect(code(new FrameCutter().push(framed(huge, 1)))).toBe('E_WIRE_FRAME');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('takes a frame as large as allowed and refuses one byte more', () => {
    const json = (size: number) => Buffer.from(`"${'a'.repeat(size - 2)}"`);
    expect(code(new FrameCutter().push(framed(json(WIRE_FRAME_BYTES_MAX - 1), 0)))).toBe('ok');
    expect(code(new FrameCutter().push(framed(json(WIRE_FRAME_BYTES_MAX), 0)))).toBe('E_WIRE_FRAME');
  });

  it('reads what frameOf writes, compressed or not', () => {
    for (const size of [1, 50_000]) {
      const message = { type: 'refused', code: 'E_WIRE_FRAME', detail: 'x'.repeat(size) } as const;
      expect(new FrameCutter().push(frameOf(message))).toEqual({ ok: true, value: [message] });
    }
  });
});
