// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { VERIFICATIONS } from '@bartizan/contracts';

/** What checking a value without the network gave. `detail` never holds any of the value. */
export interface Checked {
  readonly verification: (typeof VERIFICATIONS)[number];
  readonly detail: string;
  /** SHA-256 of the public key that belongs to a private one, to find its certificate. */
  readonly publicKey?: string;
  /** It cannot be used as it lies there: encrypted, or expired. */
  readonly isBlunt?: boolean;
}

/** The check holds. */
export const verified = (detail: string): Checked => ({ verification: 'verified', detail });
/** The shape fits, and there is nothing in it to check. */
export const plausible = (detail: string): Checked => ({ verification: 'plausible', detail });
/** The check fails. */
export const unverified = (detail: string): Checked => ({ verification: 'unverified', detail });
