// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const NEWLINE = 0x0a;

/**
 * Cuts bytes into lines. A line that is longer than the bound is told as undefined: memory stays bounded. Zero bytes
 * before a line are no part of it: a file that was truncated under a writer that does not append begins with them.
 */
export class LineCutter {
  readonly #max: number;
  #parts: Buffer[] = [];
  #size = 0;
  #raw = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Bytes of the line that has begun and not ended. */
  get openBytes(): number {
    return this.#raw;
  }

  /** Lines that end in these bytes. */
  push(chunk: Buffer): (Buffer | undefined)[] {
    const lines: (Buffer | undefined)[] = [];
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      this.#add(rest.subarray(0, end));
      lines.push(this.end());
      rest = rest.subarray(end + 1);
    }
    this.#add(rest);
    return lines;
  }

  /** The line that has begun, as if it ended here. */
  end(): Buffer | undefined {
    const [first, ...more] = this.#parts;
    const isShort = this.#size <= this.#max;
    const line = more.length === 0 ? (first ?? Buffer.alloc(0)) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    this.#raw = 0;
    return isShort ? line : undefined;
  }

  #add(found: Buffer): void {
    this.#raw += found.length;
    const bytes = this.#size === 0 ? withoutZeros(found) : found;
    // Nothing is kept of what is empty: it would hold all the bytes it was cut from.
    if (bytes.length === 0) return;
    this.#size += bytes.length;
    if (this.#size <= this.#max) this.#parts.push(bytes);
    else this.#parts = [];
  }
}

const ZEROS = Buffer.alloc(64 * 1024);

function withoutZeros(bytes: Buffer): Buffer {
  if (bytes[0] !== 0) return bytes;
  let start = 0;
  // Whole blocks at once: what a truncation leaves may be as long as the file was.
  while (
    bytes.length - start >= ZEROS.length &&
    bytes.compare(ZEROS, 0, ZEROS.length, start, start + ZEROS.length) === 0
  )
    start += ZEROS.length;
  while (bytes[start] === 0) start += 1;
  return bytes.subarray(start);
}
