// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok } from '@bartizan/contracts';
import type { TreeFile, TreeResult } from './file-tree.ts';
import { MemoryTree } from './memory-tree.ts';

/** A piece of a file. */
export interface FileRange {
  readonly offset: number;
  readonly lengthBytes: number;
}

interface Held {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** A read of bytes that are not held: whoever holds the file can fetch them and let the reader begin again. */
export class RangeMissing extends Error {
  override readonly name = 'RangeMissing';
  readonly range: FileRange;
  constructor(range: FileRange) {
    super(`${range.lengthBytes} bytes at ${range.offset} are not held`);
    this.range = range;
  }
}

/** A file of which some pieces are held. Reading any other throws RangeMissing. */
export class SparseFile implements TreeFile {
  readonly sizeBytes: number;
  #held: Held[] = [];
  #passing: Held = { offset: 0, bytes: Buffer.alloc(0) };

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
  }

  /** What goes by right now: it can be read until the next one comes. */
  set passing(piece: Held) {
    this.#passing = piece;
  }

  hold(offset: number, bytes: Buffer): void {
    this.#held.push({ offset, bytes });
  }

  /** The part of a range that the file has. */
  clamp({ offset, lengthBytes }: FileRange): FileRange {
    const end = Math.min(this.sizeBytes, offset + lengthBytes);
    return { offset, lengthBytes: Math.max(0, end - offset) };
  }

  has(range: FileRange): boolean {
    return this.#find(range) !== undefined;
  }

  readAt(offset: number, lengthBytes: number): Buffer {
    const range = this.clamp({ offset, lengthBytes });
    if (range.lengthBytes === 0) return Buffer.alloc(0);
    const found = this.#find(range);
    if (found === undefined) throw new RangeMissing(range);
    return found.bytes.subarray(offset - found.offset, offset - found.offset + range.lengthBytes);
  }

  close(): void {
    this.#passing = { offset: 0, bytes: Buffer.alloc(0) };
  }

  #find({ offset, lengthBytes }: FileRange): Held | undefined {
    return [this.#passing, ...this.#held].find(
      (piece) => piece.offset <= offset && offset + lengthBytes <= piece.offset + piece.bytes.length,
    );
  }

  /** Lets go of all that is held. */
  release(): void {
    this.#held = [];
    this.close();
  }
}

/** A tree that holds one such file. */
export class SparseTree extends MemoryTree {
  readonly #path: string;
  readonly #file: SparseFile;

  constructor(path: string, file: SparseFile, mode: number) {
    super(path);
    this.#path = path;
    this.#file = file;
    this.add(path, 'file', { sizeBytes: file.sizeBytes, mode });
  }

  override open(path: string): TreeResult<TreeFile> {
    return path === this.#path ? ok(this.#file) : super.open(path);
  }
}
