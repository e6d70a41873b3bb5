// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerCompression } from './image-source.ts';
import { inflated } from './inflate.ts';

const UNSEEN = (): void => undefined;

const inflate = async (
  chunks: readonly Buffer[],
  compression: LayerCompression,
  isHeld = true,
): Promise<Buffer> => {
  const out: Buffer[] = [];
  for await (const chunk of inflated(Readable.from(chunks), { compression, onPacked: UNSEEN, isHeld }))
    out.push(chunk);
  return Buffer.concat(out);
};
const pack = (bytes: Uint8Array, compression: LayerCompression): Buffer => {
  if (compression === 'gzip') return gzipSync(bytes);
  return compression === 'zstd' ? zstdCompressSync(bytes) : Buffer.from(bytes);
};
/** RFC 8878, 3.1.2: a frame that decoders pass over, as zstd:chunked appends. */
const SKIPPABLE = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('abc')]);

describe('inflated', () => {
  it.each<LayerCompression>(['none', 'gzip', 'zstd'])(
    'joins parts packed one by one with %s, however the bytes arrive',
    async (compression) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
          fc.integer({ min: 1, max: 400 }),
          async (parts, step) => {
            const stored = Buffer.concat(parts.map((part) => pack(part, compression)));
            const chunks: Buffer[] = [];
            for (let at = 0; at < stored.length; at += step) chunks.push(stored.subarray(at, at + step));
            expect(await inflate(chunks, compression)).toEqual(Buffer.concat(parts));
            expect(await inflate(chunks, compression, false)).toEqual(Buffer.concat(parts));
          },
        ),
        { seed: 5, numRuns: 60 },
      );
    },
  );

  it('reads a gzip header with every field, and lets padding go by', async () => {
    const plain = gzipSync('content');
    const head = Buffer.from(plain.subarray(0, 10));
    head[3] = 2 | 4 | 8 | 16;
    const fields = Buffer.concat([Buffer.from([3, 0]), Buffer.from('abcname\0comment\0'), Buffer.alloc(2)]);
    const stored = Buffer.concat([head, fields, plain.subarray(10), Buffer.alloc(700)]);
    for (const step of [1, 7, stored.length]) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < stored.length; at += step) chunks.push(stored.subarray(at, at + step));
      const seen: Buffer[] = [];
      const out: Buffer[] = [];
      for await (const chunk of inflated(Readable.from(chunks), {
        ...{ compression: 'gzip', isHeld: true },
        onPacked: (bytes) => seen.push(bytes),
      }))
        out.push(chunk);
      expect(Buffer.concat(out).toString()).toBe('content');
      expect(Buffer.concat(seen)).toEqual(stored);
    }
  });

  it.each([
    ['another method', (bytes: Buffer) => bytes.writeUInt8(7, 2), 'unknown compression method'],
    ['unknown flags', (bytes: Buffer) => bytes.writeUInt8(0x80, 3), 'unknown header flags'],
    [
      'a name without an end',
      (bytes: Buffer) => bytes.fill(65, 10).writeUInt8(8, 3),
      'a text that is too long',
    ],
    ['another length', (bytes: Buffer) => bytes.writeUInt32LE(5, bytes.length - 4), 'incorrect length check'],
  ])('refuses a gzip member with %s', async (_name, change, message) => {
    const stored = Buffer.from(gzipSync(randomBytes(300_000)));
    change(stored);
    await expect(inflate([stored], 'gzip')).rejects.toThrow(message);
  });

  it('checks the CRC-32 of gzip where no stronger sum of the stored bytes is', async () => {
    const stored = Buffer.from(gzipSync('content'));
    stored.writeUInt32LE(1, stored.length - 8);
    await expect(inflate([stored], 'gzip', false)).rejects.toThrow('incorrect data check');
    expect((await inflate([stored], 'gzip')).toString()).toBe('content');
  });

  it('refuses what follows a gzip member and is none', async () => {
    await expect(inflate([Buffer.concat([gzipSync('one'), Buffer.from('rest')])], 'gzip')).rejects.toThrow();
  });

  it('inflates two gzip streams that are read in turn', async () => {
    const plain = [1, 2].map((seed) => Buffer.alloc(1_500_000, randomBytes(40_000 + seed)));
    const readers = plain.map((bytes) =>
      inflated(Readable.from([gzipSync(bytes)]), { compression: 'gzip', onPacked: UNSEEN, isHeld: true })[
        Symbol.asyncIterator
      ](),
    );
    const out: Buffer[][] = [[], []];
    for (let open = 2; open > 0; ) {
      open = 0;
      for (const [at, reader] of readers.entries()) {
        const next = await reader.next();
        if (next.done === true) continue;
        open += 1;
        out[at]?.push(Buffer.from(next.value));
      }
    }
    expect(out.map((pieces, at) => Buffer.concat(pieces).equals(plain[at] ?? Buffer.alloc(0)))).toEqual([
      true,
      true,
    ]);
  });

  it('inflates on after a reader that stopped in the middle', async () => {
    const stored = gzipSync(Buffer.alloc(2_000_000, 'first'));
    for await (const _piece of inflated(Readable.from([stored]), {
      ...{ compression: 'gzip', isHeld: true },
      onPacked: UNSEEN,
    }))
      break;
    expect((await inflate([gzipSync('second')], 'gzip')).toString()).toBe('second');
  });

  it('leaves others their turn while it inflates', async () => {
    const stored = gzipSync(Buffer.alloc(16_000_000));
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    expect(await inflate([stored], 'gzip')).toHaveLength(16_000_000);
    isOver = true;
    expect(turns).toBeGreaterThan(10);
  });

  it('passes over frames without content', async () => {
    const stored = Buffer.concat([zstdCompressSync('one '), SKIPPABLE, zstdCompressSync('two'), SKIPPABLE]);
    expect((await inflate([stored], 'zstd')).toString()).toBe('one two');
  });

  it('shows every stored byte', async () => {
    const stored = Buffer.concat([zstdCompressSync('one'), zstdCompressSync('two')]);
    const seen: Buffer[] = [];
    for await (const _chunk of inflated(Readable.from([stored]), {
      ...{ compression: 'zstd', isHeld: true },
      onPacked: (chunk) => seen.push(chunk),
    }));
    expect(Buffer.concat(seen)).toEqual(stored);
  });

  it.each<LayerCompression>(['gzip', 'zstd'])('throws when %s ends early or is none', async (compression) => {
    const stored = pack(Buffer.from('content'.repeat(100)), compression);
    await expect(inflate([stored.subarray(0, stored.length - 5)], compression)).rejects.toThrow();
    await expect(inflate([Buffer.from('none of it at all')], compression)).rejects.toThrow();
  });

  it('throws what the source throws', async () => {
    const broken = Readable.from(
      (async function* (): AsyncGenerator<Buffer> {
        yield zstdCompressSync('x');
        throw new Error('connection lost');
      })(),
    );
    const read = async (): Promise<void> => {
      for await (const _chunk of inflated(broken, {
        ...{ compression: 'zstd', isHeld: true },
        onPacked: UNSEEN,
      }));
    };
    await expect(read()).rejects.toThrow('connection lost');
  });
});
