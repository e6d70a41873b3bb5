// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Transform } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { freeChunk, freeIfFull } from '../archive/chunk-memory.ts';
import { borrowInflater, giveBackInflater, type Inflater } from '../deflate/inflater.ts';
import { GZIP_TRAILER_BYTES, gzipHeaderBytes } from './gzip-header.ts';
import type { LayerCompression } from './image-source.ts';

/** Larger pieces than Node's default: inflating costs a fifth less CPU with them (measured). */
const CHUNK_BYTES = 1024 * 1024;
/** Pieces as objects: a stream of bytes would join them into new ones. */
const INFLATE = { chunkSize: CHUNK_BYTES, readableObjectMode: true, readableHighWaterMark: 1 };
/** Our own inflater works in this thread: others get their turn behind so many of its pieces, a megabyte. */
const PIECES_A_TURN = 4;
/** Seekable layers (zstd:chunked) have one frame a file; more than this is no layer. */
const MAX_FRAMES = 1_000_000;

interface Given {
  readonly chunk: Buffer;
  readonly end: number;
}

/** Hands chunks on, and remembers those that the reader has not used yet. */
class Feed {
  readonly #source: AsyncIterator<Buffer>;
  #given: Given[] = [];
  #rest: Buffer;
  #turn = 0;
  isDone = false;

  constructor(source: AsyncIterator<Buffer>) {
    this.#source = source;
    this.#rest = Buffer.alloc(0);
  }

  get isEmpty(): boolean {
    return this.isDone && this.#rest.length === 0;
  }

  async *chunks(used: () => number): AsyncGenerator<Buffer> {
    let total = 0;
    this.#given = [];
    const turn = this.#turn;
    for (;;) {
      // A reader whose frame has ended may ask once more: what comes belongs to the next one.
      if (turn !== this.#turn) return;
      const chunk = await this.#next();
      if (chunk === undefined) return;
      total += chunk.length;
      const usedBytes = used();
      for (const { chunk: done } of this.#given.filter(({ end }) => end <= usedBytes)) freeChunk(done);
      this.#given = this.#given.filter(({ end }) => end > usedBytes);
      this.#given.push({ chunk, end: total });
      yield chunk;
    }
  }

  /** Takes back what lies behind the first `usedBytes` of what was handed on. */
  takeBack(usedBytes: number): void {
    this.#turn += 1;
    const unused = this.#given
      .filter(({ end }) => end > usedBytes)
      .map(({ chunk, end }) => chunk.subarray(Math.max(0, chunk.length - (end - usedBytes))));
    // One alone is no copy: a stream of many small frames would copy a chunk for each.
    this.#rest =
      unused.length === 1 && this.#rest.length === 0
        ? (unused[0] ?? this.#rest)
        : Buffer.concat([...unused, this.#rest]);
  }

  async peek(): Promise<void> {
    if (this.#rest.length === 0) this.#rest = (await this.#next()) ?? Buffer.alloc(0);
  }

  /** The next bytes, fewer where the stream ends; they stay in the feed. */
  async ahead(lengthBytes: number): Promise<Buffer> {
    while (this.#rest.length < lengthBytes && !this.isDone) {
      const rest = this.#rest;
      this.#rest = Buffer.alloc(0);
      const next = await this.#next();
      this.#rest = next === undefined || rest.length === 0 ? (next ?? rest) : Buffer.concat([rest, next]);
    }
    return this.#rest.subarray(0, lengthBytes);
  }

  skip(lengthBytes: number): void {
    this.#rest = this.#rest.subarray(lengthBytes);
  }

  /** Reads what is left, so that who looks at stored bytes sees all of them. */
  async drain(): Promise<void> {
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) freeChunk(next);
  }

  async #next(): Promise<Buffer | undefined> {
    if (this.#rest.length > 0) {
      const chunk = this.#rest;
      this.#rest = Buffer.alloc(0);
      return chunk;
    }
    const next = this.isDone ? { done: true as const } : await this.#source.next();
    if (next.done !== true) return next.value;
    this.isDone = true;
    return undefined;
  }
}

const write = (inflate: Transform, chunk: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    inflate.write(chunk, (cause) => (cause instanceof Error ? reject(cause) : resolve()));
  });

/** A decompressor of Node's. */
type Inflate = Transform & { readonly bytesWritten: number };

/** Writes one chunk at a time, so that each can be freed when it was used. At the end of a frame the last one waits for ever. */
const fill = async (inflate: Inflate, feed: Feed): Promise<void> => {
  try {
    for await (const chunk of feed.chunks(() => inflate.bytesWritten)) await write(inflate, chunk);
    inflate.end();
  } catch (cause) {
    inflate.destroy(cause instanceof Error ? cause : new Error('the layer cannot be read'));
  }
};

/** One frame, from where the feed stands; what lies behind the frame is back in the feed then. */
async function* inflateFrame(inflate: Inflate, feed: Feed): AsyncGenerator<Buffer> {
  // Ends by itself: what goes wrong is thrown by the pieces below.
  void fill(inflate, feed);
  try {
    yield* freed(inflate);
    feed.takeBack(inflate.bytesWritten);
  } finally {
    inflate.destroy();
  }
}

/** Node's decompressor ends with the first frame of a chunk; a zstd stream may have many (RFC 8878, 3.1). */
async function* inflateZstd(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const feed = new Feed(input[Symbol.asyncIterator]());
  for (let frames = 0; frames < MAX_FRAMES; frames += 1) {
    await feed.peek();
    if (feed.isEmpty && frames > 0) return;
    yield* inflateFrame(createZstdDecompress(INFLATE), feed);
  }
  throw new RangeError(`more than ${MAX_FRAMES} frames`);
}

/** What the input so far inflates to, piece by piece; says whether the stream is done. */
async function* steps(inflater: Inflater): AsyncGenerator<Buffer, boolean> {
  for (let pieces = 1; ; pieces += 1) {
    const answer = inflater.step();
    if (answer === 'needs-input') return false;
    const piece = inflater.take();
    if (piece.length > 0) yield piece;
    if (answer === 'is-done') return true;
    if (pieces % PIECES_A_TURN === 0) await nextTurn();
  }
}

/** A raw deflate stream, from where the feed stands; what lies behind it is back in the feed then. */
async function* inflateDeflate(feed: Feed): AsyncGenerator<Buffer> {
  const inflater = borrowInflater();
  let givenBytes = 0;
  const usedBytes = (): number => givenBytes - inflater.unusedBytes;
  try {
    for await (const chunk of feed.chunks(usedBytes)) {
      for (let rest = chunk; rest.length > 0; ) {
        const taken = inflater.give(rest);
        givenBytes += taken;
        rest = rest.subarray(taken);
        if (yield* steps(inflater)) {
          feed.takeBack(usedBytes());
          return;
        }
      }
      await nextTurn();
    }
    inflater.end();
    yield* steps(inflater);
    feed.takeBack(usedBytes());
  } finally {
    giveBackInflater(inflater);
  }
}

/**
 * A gzip stream (RFC 1952). Where its stored bytes are held against a stated SHA-256, as what they inflate to always is,
 * its first member goes without the CRC-32, and through an inflater of our own, which takes a quarter to a third less
 * CPU than zlib (ADR 0095). Nearly all layers have no other member; those that have thousands are left to zlib.
 */
async function* inflateGzip(input: AsyncIterable<Buffer>, isHeld: boolean): AsyncGenerator<Buffer> {
  const feed = new Feed(input[Symbol.asyncIterator]());
  if (!isHeld) {
    yield* inflateFrame(createGunzip(INFLATE), feed);
    await feed.drain();
    return;
  }
  feed.skip(await gzipHeaderBytes((lengthBytes) => feed.ahead(lengthBytes)));
  let inflatedBytes = 0;
  for await (const piece of inflateDeflate(feed)) {
    inflatedBytes += piece.length;
    yield piece;
  }
  const trailer = await feed.ahead(GZIP_TRAILER_BYTES);
  if (trailer.length < GZIP_TRAILER_BYTES) throw new Error('unexpected end of file');
  if (trailer.readUInt32LE(4) !== inflatedBytes % 2 ** 32) throw new Error('incorrect length check');
  feed.skip(GZIP_TRAILER_BYTES);
  const [next = 0] = await feed.ahead(1);
  // Zeros are padding.
  if (next !== 0) yield* inflateFrame(createGunzip(INFLATE), feed);
  await feed.drain();
}

async function* tapped(
  input: AsyncIterable<Buffer>,
  onPacked: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    onPacked(chunk);
    yield chunk;
  }
}

/** Hands pieces on and frees them behind the reader, who copies what it keeps. */
async function* freed(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    yield piece;
    freeIfFull(piece, CHUNK_BYTES);
  }
}

async function* freedChunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk;
    freeChunk(chunk);
  }
}

/** How a stream is stored, and who looks at its bytes. */
export interface Stored {
  readonly compression: LayerCompression;
  /** Sees every stored byte. */
  readonly onPacked: (chunk: Buffer) => void;
  /** Whether a stronger sum of the stored bytes is checked by who reads them. */
  readonly isHeld: boolean;
}

/** The inflated bytes of a stream, piece by piece. Throws what the stream or zlib throws. */
export const inflated = (
  input: AsyncIterable<Buffer>,
  { compression, onPacked, isHeld }: Stored,
): AsyncIterable<Buffer> => {
  if (compression === 'none') return freedChunks(input);
  const stored = tapped(input, onPacked);
  return compression === 'gzip' ? inflateGzip(stored, isHeld) : inflateZstd(stored);
};
