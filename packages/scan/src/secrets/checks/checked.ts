// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText, VERIFICATIONS } from '@bartizan/contracts';

/** What checking a value without the network gave. `detail` never holds any of the value. */
export interface Checked {
  readonly verification: (typeof VERIFICATIONS)[number];
  readonly detail: LocalText;
  /** SHA-256 of the public key that belongs to a private one, to find its certificate. */
  readonly publicKey?: string;
  /** It cannot be used as it lies there: encrypted, or expired. */
  readonly isBlunt?: boolean;
}

/** The check holds. */
export const verified = (en: string, ja: string): Checked => ({
  verification: 'verified',
  detail: { en, ja },
});
/** The shape fits, and there is nothing in it to check. */
export const plausible = (en: string, ja: string): Checked => ({
  verification: 'plausible',
  detail: { en, ja },
});
/** The check fails. */
export const unverified = (en: string, ja: string): Checked => ({
  verification: 'unverified',
  detail: { en, ja },
});
