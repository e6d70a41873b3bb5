// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { ScanProblemCode } from '../problem.ts';

/** Tells what of a database is not read; `scan.malformed` where no code is given. */
export type TellGap = (told: LocalText, code?: ScanProblemCode) => void;

/** No two values of a sound database share a byte. Twice its size leaves room for the pointers to them. */
const TIMES_FILE = 2;

/**
 * How much may be read out of one database. Any number of pointers may name one value, and a value may name itself as
 * its own continuation: without a bound, a few megabytes are read for hours.
 */
export class ValueBudget {
  readonly #maxBytes: number;
  #takenBytes = 0;

  constructor(fileBytes: number) {
    this.#maxBytes = fileBytes * TIMES_FILE;
  }

  /** Takes bytes before they are read; false where they are more than is left. */
  take(bytes: number): boolean {
    this.#takenBytes += bytes;
    return !this.isSpent();
  }

  isSpent(): boolean {
    return this.#takenBytes > this.#maxBytes;
  }

  /** Says that reading ended here, where it did. */
  tellSpent(problem: TellGap): void {
    if (this.isSpent())
      problem(
        {
          en: `its entries name more than ${this.#maxBytes} bytes, more than the file can hold: the rest is not read`,
          ja: `項目が示す大きさの合計が ${this.#maxBytes} バイトを超え、ファイルに収まるはずのない量のため、残りは読み取りません`,
        },
        'scan.limit',
      );
  }
}
