// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';

const MAX_BYTES = 128 * 1024 * 1024;
const MAX_FILES = 1_000_000;
const LINE = /^([0-9a-fA-F]{64})(?:[\s,;]+\*?(.{0,256}))?$/;

/** Files known by their SHA-256. */
export class KnownFileSet {
  readonly #names = new Map<string, string>();

  get size(): number {
    return this.#names.size;
  }

  add(sha256: string, name: string): void {
    if (this.#names.size < MAX_FILES) this.#names.set(sha256.toLowerCase(), name);
  }

  nameOf(sha256: string): string | undefined {
    return this.#names.get(sha256);
  }

  /** Changes with the list: notes made with another one are not used. */
  get version(): string {
    const digest = createHash('sha256');
    for (const [sha256, name] of [...this.#names].sort(([left], [right]) => (left < right ? -1 : 1)))
      digest.update(`${sha256} ${name}\n`);
    return digest.digest('hex');
  }

  /**
   * Takes over a list of the user: a SHA-256 a line, and, behind a space, comma or semicolon, what it is; `#` begins a
   * comment. E_MALWARE_LIST names the first line that is none: a list that is half read would pass for a whole one.
   */
  addList(bytes: Buffer, label: string): Result<void, Failure<'E_MALWARE_LIST'>> {
    if (bytes.length > MAX_BYTES)
      return err(failure('E_MALWARE_LIST', `${label}: more than ${MAX_BYTES} bytes`));
    for (const [at, line] of bytes.toString('utf8').split('\n').entries()) {
      const text = line.trim();
      if (text === '' || text.startsWith('#')) continue;
      const [, sha256, name] = LINE.exec(text) ?? [];
      if (sha256 === undefined)
        return err(failure('E_MALWARE_LIST', `${label}: line ${at + 1} is no SHA-256`));
      if (this.#names.size >= MAX_FILES)
        return err(failure('E_MALWARE_LIST', `${label}: more than ${MAX_FILES} files`));
      this.add(sha256, name === undefined || name === '' ? label : name);
    }
    return ok(undefined);
  }
}
