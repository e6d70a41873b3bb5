// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What a backup is made of. */
export interface BackupRequest {
  readonly dataDir: string;
  /** File to write; it must not exist. */
  readonly path: string;
  readonly passphrase: string;
  /** Sealed settings in the clear: inside the backup only its passphrase protects them, so no key file is needed. */
  readonly secrets: readonly (readonly [name: string, plain: string])[];
}
