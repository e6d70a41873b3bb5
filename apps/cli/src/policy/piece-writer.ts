// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Terminal } from '../output/terminal.ts';

/** Few enough calls, and little that waits: what waits is moved about by each collection of young memory. */
const WRITE_CHARS = 64 * 1024;
/** A character takes three bytes at most. */
const ROOM_BYTES = 4 * WRITE_CHARS;

/** A stream of the platform, which takes bytes too, and says what of them is not yet written. */
type ByteStream = Pick<NodeJS.WriteStream, 'write' | 'writableLength'>;

/** Writes pieces of text in few calls. */
export class PieceWriter {
  readonly #stdout: Terminal['stdout'];
  readonly #bytes: ByteStream | undefined;
  /** Bytes for a stream of the platform: left to itself, that makes new ones for each text, with room for the longest it may be. */
  #room: Buffer | undefined;
  #waiting = '';

  constructor(stdout: Terminal['stdout'], bytes: ByteStream = process.stdout) {
    this.#stdout = stdout;
    this.#bytes = stdout === bytes ? bytes : undefined;
  }

  write(piece: string): void {
    this.#waiting += piece;
    if (this.#waiting.length >= WRITE_CHARS) this.flush();
  }

  flush(): void {
    const text = this.#waiting;
    this.#waiting = '';
    if (this.#bytes === undefined || text.length * 3 > ROOM_BYTES) this.#stdout.write(text);
    else this.#writeBytes(text, this.#bytes);
  }

  #writeBytes(text: string, bytes: ByteStream): void {
    this.#room ??= Buffer.allocUnsafeSlow(ROOM_BYTES);
    bytes.write(this.#room.subarray(0, this.#room.write(text, 'utf8')));
    // What the stream still holds must not be written over.
    if (bytes.writableLength > 0) this.#room = undefined;
  }
}
