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
    this.#size += bytes.length;
    if (this.#size <= this.#max) this.#parts.push(bytes);
    else this.#parts = [];
  }
}

function withoutZeros(bytes: Buffer): Buffer {
  if (bytes[0] !== 0) return bytes;
  const start = bytes.findIndex((byte) => byte !== 0);
  return start < 0 ? bytes.subarray(bytes.length) : bytes.subarray(start);
}
