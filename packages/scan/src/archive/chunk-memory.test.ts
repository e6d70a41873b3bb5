// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflated } from '../image/inflate.ts';
import { freeChunk, ownChunk } from './chunk-memory.ts';

const MEGABYTE = 1024 * 1024;

describe('memory of chunks', () => {
  it('is freed when it is our own, and only then', () => {
    const own = ownChunk(Buffer.allocUnsafeSlow(MEGABYTE));
    const foreign = Buffer.allocUnsafeSlow(MEGABYTE);
    const view = ownChunk(foreign.subarray(1));
    for (const chunk of [own, foreign, view]) freeChunk(chunk);
    expect([own.length, foreign.length, view.length]).toEqual([0, MEGABYTE, MEGABYTE - 1]);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['none', (bytes: Buffer) => bytes],
  ] as const)('is freed behind the reader of a %s layer, who sees every byte', async (compression, pack) => {
    // Half of it packs well: pieces and chunks end at different places.
    const plain = Buffer.concat([
      randomBytes(3 * MEGABYTE),
      Buffer.alloc(3 * MEGABYTE + 5, 'ab'),
      randomBytes(99),
    ]);
    const packed = pack(plain);
    const chunks: Buffer[] = [];
    async function* input(): AsyncGenerator<Buffer> {
      for (let at = 0; at < packed.length; at += 700_000) {
        const chunk = ownChunk(Buffer.from(new Uint8Array(packed.subarray(at, at + 700_000)).buffer));
        chunks.push(chunk);
        yield chunk;
      }
    }
    const seen: Buffer[] = [];
    for await (const piece of inflated(input(), { compression, onPacked: () => undefined, isHeld: true }))
      seen.push(Buffer.from(piece));
    expect(Buffer.concat(seen).equals(plain)).toBe(true);
    // The last ones of a zstd stream stay until it is known that no frame follows.
    expect(chunks.filter((chunk) => chunk.length > 0).length).toBeLessThanOrEqual(2);
    expect(chunks.length).toBeGreaterThan(4);
  });
});
