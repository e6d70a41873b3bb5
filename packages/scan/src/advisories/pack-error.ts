// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Why a pack cannot be built, opened or exchanged. */
export type PackErrorCode =
  | 'E_PACK_MISSING'
  | 'E_PACK_INVALID'
  | 'E_PACK_SHRUNK'
  | 'E_PACK_OLDER'
  | 'E_PACK_NO_INPUT'
  | 'E_PACK_UNSIGNED'
  | 'E_PACK_UNTRUSTED'
  | 'E_PACK_SIGNATURE'
  | 'E_PACK_KEY'
  | 'E_PACK_BASE'
  | 'E_STORE_IO';

/** A failed pack operation. */
export interface PackError {
  readonly code: PackErrorCode;
  readonly detail: string;
  readonly cause?: unknown;
}
