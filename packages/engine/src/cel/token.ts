// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Value } from './value.ts';

/** The smallest part of a source that means something. */
export interface Token {
  readonly kind: 'ident' | 'quoted' | 'reserved' | 'number' | 'text' | 'operator' | 'end';
  readonly text: string;
  readonly at: number;
  readonly value?: Value;
  /** A whole number whose sign is not read yet: the smallest integer fits only with its minus. */
  readonly magnitude?: bigint;
}
