// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Format } from '../output/render.ts';
import type { RegistryFlags } from './registry-flags.ts';

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
export interface VerifyFlags extends RegistryFlags {
  readonly output: Format;
  /** Absent for an image of a registry: its signatures lie beside it. */
  readonly bundle?: string;
  readonly policy?: string;
  /** Folder with roots of the Notary Project. */
  readonly trustStore?: string;
  readonly trustedIdentity?: readonly string[];
  /** Predicate type: an attestation is asked for instead of a signature. */
  readonly type?: string;
  readonly key?: string;
  readonly identity?: string;
  readonly issuer?: string;
  readonly trustRoot?: string;
  readonly logEntries?: number;
}
