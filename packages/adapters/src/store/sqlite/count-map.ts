// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Counts } from '../ports.ts';
import type { Cells } from './database.ts';

/** Groups that one count may have. Whoever reads asks for one more, so that a cut is noticed. */
export const GROUPS_MAX = 10_000;

/** Counts by value; the key of several fields is their values joined with commas. */
export class CountMap extends Map<string, number> implements Counts {
  readonly isCut: boolean;

  private constructor(entries: readonly (readonly [string, number])[], isCut: boolean) {
    super(entries);
    this.isCut = isCut;
  }

  /** Groups, largest first. */
  static of(groups: readonly (readonly [values: Cells, count: number])[]): CountMap {
    return new CountMap(
      groups
        .slice(0, GROUPS_MAX)
        .map(([values, count]) => [values.map((cell) => String(cell ?? '')).join(','), count]),
      groups.length > GROUPS_MAX,
    );
  }
}
