// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';

type ScoreRow = ResponseOf<'scorecard.show'>['rows'][number];

/** Why there is no score, said once for all rows of which it is true; in the order of the rows. */
export interface MissingScore {
  readonly reason: string;
  readonly items: readonly string[];
}

/** The reasons of the rows without a score, each with the names of its rows. */
export const missingScores = (
  rows: readonly ScoreRow[],
  words: {
    readonly reasonOf: (row: ScoreRow) => string;
    readonly nameOf: (row: ScoreRow) => string;
  },
): readonly MissingScore[] => {
  const without = rows.filter(({ score }) => score === undefined);
  return [...Map.groupBy(without, words.reasonOf)].map(([reason, of]) => ({
    reason,
    items: of.map(words.nameOf),
  }));
};
