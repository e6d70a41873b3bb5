// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactType } from '@bartizan/contracts';

/** A fact of the vocabulary, written short. */
export interface FactRow {
  readonly type: FactType;
  readonly phrase: readonly [en: string, ja: string];
  readonly description: readonly [en: string, ja: string];
}
export const row = (
  type: FactType,
  phrase: readonly [string, string],
  description: readonly [string, string],
): FactRow => ({ type, phrase, description });
