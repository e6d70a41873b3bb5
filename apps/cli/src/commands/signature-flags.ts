// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Format } from '../output/render.ts';

/** Options of `sign`. */
export interface SignFlags {
  readonly key: string;
  readonly passphraseFile?: string;
  readonly bundle: string;
}

/** Options of `attest`. */
export interface AttestFlags extends SignFlags {
  readonly predicate: string;
  readonly type: string;
}

/** Options of `verify`. */
export interface VerifyFlags {
  readonly output: Format;
  readonly bundle: string;
  readonly key?: string;
  readonly identity?: string;
  readonly issuer?: string;
  readonly trustRoot?: string;
  readonly logEntries?: number;
}
