// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^(\d{16})\.unsent$/;

/**
 * From which sequence on a log was never sent, kept beside its segments while the other side is not heard. A file
 * without content whose name is the number: it is there whole or not at all. Without one, all that lies on disk when a
 * log is opened may have been sent by the run before.
 */
export class UnsentFrom {
  readonly #folder: string;
  #path: string | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    const name = readdirSync(folder)
      .filter((one) => NAME.test(one))
      .sort()[0];
    this.#path = name === undefined ? undefined : join(folder, name);
  }

  /** The sequence an earlier run kept. */
  kept(): number | undefined {
    return this.#path === undefined ? undefined : Number.parseInt(this.#path.slice(-23), 10);
  }

  /** Keeps the sequence, unless one is kept already. Throws what the file system throws. */
  keep(sequence: number): void {
    if (this.#path !== undefined) return;
    const path = join(this.#folder, `${String(sequence).padStart(16, '0')}.unsent`);
    closeSync(openSync(path, 'a', 0o600));
    this.#path = path;
  }

  /** From now on everything may be sent. What the disk does not let go is tried again the next time. */
  forget(): void {
    if (this.#path === undefined) return;
    try {
      rmSync(this.#path, { force: true });
      this.#path = undefined;
    } catch {
      // A disk that became read-only: records that are on it can still be sent.
    }
  }
}
