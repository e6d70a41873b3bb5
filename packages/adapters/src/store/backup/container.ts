// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { err, failure, ok, type Result } from '@bartizan/contracts/result';
import type { StoreFailure } from '../ports.ts';

/**
 * An encrypted container: a header (magic, scrypt parameters, salt), then chunks of at most 1 MB, each AES-256-GCM
 * with a rising nonce whose last byte marks the end: chunks cannot be dropped, swapped or cut off unseen. The first
 * chunk is a known word, so that a wrong passphrase is told from a damaged file.
 */
const MAGIC = Buffer.from('BZBACKUP1\n');
const CHUNK_BYTES = 1024 * 1024;
const TAG_BYTES = 16;
const SALT_BYTES = 32;
const HEADER_BYTES = MAGIC.length + 1 + SALT_BYTES;
const LOG2_N = 17;
const LOG2_N_MAX = 20;
const CHECK_WORD = Buffer.from('bartizan backup');

const keyFor = (passphrase: string, salt: Uint8Array, log2N: number): Buffer =>
  scryptSync(passphrase.normalize('NFKC'), salt, 32, {
    N: 2 ** log2N,
    r: 8,
    p: 1,
    maxmem: 2 ** (log2N + 11),
  });

function nonceFor(counter: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(counter, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Writes a container; `finish` makes it durable. */
export class ContainerWriter {
  readonly #file: number;
  readonly #key: Buffer;
  readonly #header: Buffer;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #counter = 0;

  constructor(path: string, passphrase: string) {
    const salt = randomBytes(SALT_BYTES);
    this.#header = Buffer.concat([MAGIC, Buffer.from([LOG2_N]), salt]);
    this.#key = keyFor(passphrase, salt, LOG2_N);
    this.#file = openSync(path, 'wx', 0o600);
    writeSync(this.#file, this.#header);
    this.#seal(CHECK_WORD, false);
  }

  write(bytes: Uint8Array): void {
    this.#pending.push(Buffer.from(bytes));
    this.#pendingBytes += bytes.length;
    while (this.#pendingBytes > CHUNK_BYTES) {
      const all = Buffer.concat(this.#pending);
      this.#seal(all.subarray(0, CHUNK_BYTES), false);
      this.#pending = [Buffer.from(all.subarray(CHUNK_BYTES))];
      this.#pendingBytes = all.length - CHUNK_BYTES;
    }
  }

  /** Seals what is left, flushes to disk and closes. Returns the size of the file in bytes. */
  finish(): number {
    this.#seal(Buffer.concat(this.#pending), true);
    fsyncSync(this.#file);
    const { size } = fstatSync(this.#file);
    closeSync(this.#file);
    return size;
  }

  /** Closes without an end: what is there will never open. */
  abort(): void {
    closeSync(this.#file);
  }

  #seal(plain: Uint8Array, isLast: boolean): void {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceFor(this.#counter++, isLast));
    cipher.setAAD(this.#header);
    const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    writeAll(this.#file, Buffer.concat([length, body]));
  }
}

function writeAll(file: number, bytes: Buffer): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(file, bytes, at);
}

const invalid = (detail: string): Result<never, StoreFailure> => err(failure('E_BACKUP_INVALID', detail));

/** Reads a container chunk by chunk; nothing is given out before its tag was checked. */
export class ContainerReader {
  readonly #file: number;
  readonly #key: Buffer;
  readonly #header: Buffer;
  #counter = 0;
  #isOver = false;

  private constructor(file: number, key: Buffer, header: Buffer) {
    this.#file = file;
    this.#key = key;
    this.#header = header;
  }

  /** Opens a container and checks the passphrase. */
  static open(path: string, passphrase: string): Result<ContainerReader, StoreFailure> {
    const file = openSync(path, 'r');
    const header = readExactly(file, HEADER_BYTES);
    const log2N = header?.[MAGIC.length] ?? 0;
    if (header === undefined || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
      closeSync(file);
      return invalid('the file does not begin like a backup');
    }
    if (log2N < 10 || log2N > LOG2_N_MAX) {
      closeSync(file);
      return invalid('the file asks for an unreasonable key derivation');
    }
    const key = keyFor(passphrase, header.subarray(MAGIC.length + 1), log2N);
    const reader = new ContainerReader(file, key, header);
    const word = reader.next();
    if (word.ok && word.value?.equals(CHECK_WORD) === true) return ok(reader);
    reader.close();
    if (!word.ok && word.error.code === 'E_BACKUP_INVALID' && word.error.detail.startsWith('chunk 0')) {
      return err(failure('E_BACKUP_PASSPHRASE', 'the first chunk does not open with this passphrase'));
    }
    return word.ok ? invalid('the first chunk is not ours') : word;
  }

  /** The next chunk; undefined after the last one. */
  next(): Result<Buffer | undefined, StoreFailure> {
    if (this.#isOver) return ok(undefined);
    const length = readExactly(this.#file, 4)?.readUInt32BE();
    if (length === undefined) return invalid('the file is cut off');
    if (length < TAG_BYTES || length > CHUNK_BYTES + TAG_BYTES)
      return invalid('a chunk has an impossible size');
    const body = readExactly(this.#file, length);
    if (body === undefined) return invalid('the file is cut off');
    const counter = this.#counter++;
    const plain = this.#open(body, counter, false);
    if (plain !== undefined) return ok(plain);
    const last = this.#open(body, counter, true);
    if (last === undefined) return invalid(`chunk ${counter} was changed`);
    this.#isOver = true;
    if (readExactly(this.#file, 1) !== undefined) return invalid('there is something after the end');
    return ok(last);
  }

  close(): void {
    closeSync(this.#file);
  }

  #open(body: Buffer, counter: number, isLast: boolean): Buffer | undefined {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonceFor(counter, isLast));
      decipher.setAAD(this.#header);
      decipher.setAuthTag(body.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      return undefined;
    }
  }
}

function readExactly(file: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    const read = readSync(file, bytes, at, length - at, null);
    if (read === 0) return undefined;
    at += read;
  }
  return bytes;
}
