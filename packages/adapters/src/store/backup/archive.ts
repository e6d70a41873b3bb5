// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { err, failure, ok, type Result } from '@bartizan/contracts/result';
import type { StoreFailure } from '../ports.ts';
import type { ContainerReader, ContainerWriter } from './container.ts';

/**
 * Files one after the other inside a container: length of the name, name, length, bytes, SHA-256. An entry with an
 * empty name ends the archive.
 */
const BLOCK_BYTES = 1024 * 1024;
const NAME_MAX = 128;

const uint = (value: number, bytes: 4 | 6): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};

/** Writes one entry from memory. */
export function writeEntry(container: ContainerWriter, name: string, bytes: Uint8Array): void {
  container.write(uint(Buffer.byteLength(name), 4));
  container.write(Buffer.from(name));
  container.write(uint(bytes.length, 6));
  container.write(bytes);
  container.write(createHash('sha256').update(bytes).digest());
}

/** Writes one entry from a file of a known size. */
export function writeFileEntry(
  container: ContainerWriter,
  name: string,
  from: { readonly path: string; readonly sizeBytes: number },
): void {
  container.write(uint(Buffer.byteLength(name), 4));
  container.write(Buffer.from(name));
  container.write(uint(from.sizeBytes, 6));
  const hash = createHash('sha256');
  const file = openSync(from.path, 'r');
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    let left = from.sizeBytes;
    while (left > 0) {
      const read = readSync(file, block, 0, Math.min(left, block.length), null);
      if (read === 0) break;
      hash.update(block.subarray(0, read));
      container.write(block.subarray(0, read));
      left -= read;
    }
  } finally {
    closeSync(file);
  }
  container.write(hash.digest());
}

/** Ends the archive. */
export const writeEnd = (container: ContainerWriter): void => container.write(uint(0, 4));

/** Where the bytes of an entry go. */
export interface Sink {
  readonly write: (bytes: Buffer) => void;
  readonly end: () => void;
}

class Bytes {
  readonly #container: ContainerReader;
  #have = Buffer.alloc(0);

  constructor(container: ContainerReader) {
    this.#container = container;
  }

  /** At most `length` bytes, at least one unless the container is over. */
  some(length: number): Result<Buffer, StoreFailure> {
    while (this.#have.length === 0) {
      const chunk = this.#container.next();
      if (!chunk.ok) return chunk;
      if (chunk.value === undefined) return err(failure('E_BACKUP_INVALID', 'the archive is cut off'));
      this.#have = Buffer.from(chunk.value);
    }
    const taken = this.#have.subarray(0, length);
    this.#have = this.#have.subarray(taken.length);
    return ok(taken);
  }

  exactly(length: number): Result<Buffer, StoreFailure> {
    const parts: Buffer[] = [];
    let left = length;
    while (left > 0) {
      const part = this.some(left);
      if (!part.ok) return part;
      parts.push(part.value);
      left -= part.value.length;
    }
    return ok(Buffer.concat(parts));
  }

  /** Whether the container has nothing more. */
  isOver(): Result<boolean, StoreFailure> {
    if (this.#have.length > 0) return ok(false);
    const chunk = this.#container.next();
    if (!chunk.ok) return chunk;
    if (chunk.value === undefined) return ok(true);
    this.#have = Buffer.from(chunk.value);
    return ok(this.#have.length === 0);
  }
}

/** Reads all entries; `open` names the sink of each, or refuses the name. */
export function readEntries(
  container: ContainerReader,
  open: (name: string) => Result<Sink, StoreFailure>,
): Result<number, StoreFailure> {
  const bytes = new Bytes(container);
  for (let entries = 0; ; entries++) {
    const nameBytes = bytes.exactly(4);
    if (!nameBytes.ok) return nameBytes;
    const length = nameBytes.value.readUInt32BE();
    if (length > NAME_MAX) return err(failure('E_BACKUP_INVALID', 'a name is too long'));
    if (length === 0) {
      const over = bytes.isOver();
      if (!over.ok) return over;
      return over.value ? ok(entries) : err(failure('E_BACKUP_INVALID', 'there is something after the end'));
    }
    const read = readEntry(bytes, length, open);
    if (!read.ok) return read;
  }
}

function readEntry(
  bytes: Bytes,
  nameLength: number,
  open: (name: string) => Result<Sink, StoreFailure>,
): Result<void, StoreFailure> {
  const name = bytes.exactly(nameLength);
  if (!name.ok) return name;
  const size = bytes.exactly(6);
  if (!size.ok) return size;
  const sink = open(name.value.toString('utf8'));
  if (!sink.ok) return sink;
  const hash = createHash('sha256');
  let left = size.value.readUIntBE(0, 6);
  while (left > 0) {
    const part = bytes.some(left);
    if (!part.ok) {
      sink.value.end();
      return part;
    }
    hash.update(part.value);
    sink.value.write(part.value);
    left -= part.value.length;
  }
  sink.value.end();
  const expected = bytes.exactly(32);
  if (!expected.ok) return expected;
  if (!hash.digest().equals(expected.value))
    return err(failure('E_BACKUP_INVALID', 'a checksum does not fit'));
  return ok(undefined);
}
