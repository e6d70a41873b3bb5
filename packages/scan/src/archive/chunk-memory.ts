// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The collector counts megabytes outside of its heap as a few bytes inside, so that up to a hundred of them wait to be
 * freed while a layer streams. Chunks that we made ourselves are therefore freed by hand as soon as they were used.
 */
const OWNED = new WeakSet<ArrayBufferLike>();

/** Says that nobody else holds a chunk that was just read. */
export const ownChunk = (chunk: Buffer): Buffer => {
  if (chunk.byteLength === chunk.buffer.byteLength) OWNED.add(chunk.buffer);
  return chunk;
};

/** Frees such a chunk: no view of it can be read any more. Other buffers are left alone. */
export const freeChunk = (chunk: Buffer): void => {
  if (OWNED.delete(chunk.buffer) && chunk.buffer instanceof ArrayBuffer) chunk.buffer.transfer(0);
};

/**
 * Frees what a decompressor gave, once the piece was used that reaches the end of its memory: it is full then, and
 * zlib never writes into memory again that it has handed on.
 */
export const freeIfFull = (piece: Buffer, chunkBytes: number): void => {
  const { buffer, byteOffset, byteLength } = piece;
  const isWhole = buffer.byteLength === chunkBytes && byteOffset + byteLength === chunkBytes;
  if (isWhole && buffer instanceof ArrayBuffer) buffer.transfer(0);
};
