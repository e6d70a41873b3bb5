// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** One entry of the error catalogue. */
export interface ErrorEntry {
  /** HTTP status when it leaves through the API; absent where it never does. */
  readonly status?: number;
  readonly title: { readonly en: string; readonly ja: string };
  readonly remedy: { readonly en: string; readonly ja: string };
}
