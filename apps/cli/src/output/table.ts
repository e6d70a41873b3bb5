// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { fitWidth, padWidth, plain, textWidth } from './width.ts';

const GAP = 2;
const COLUMN_MIN = 6;

/**
 * Lines of a table that fits `columns`: the widest column gives way first, never below six columns. Without a limit
 * (not a terminal) nothing is cut.
 */
export function tableLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const cells = [header, ...rows].map((row) => header.map((_, at) => plain(row[at] ?? '')));
  const widths = header.map(() => 0);
  for (const row of cells)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, textWidth(cell));
  const total = (): number => widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
  while (total() > columns) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= COLUMN_MIN) break;
    widths[widest] = width - 1;
  }
  return cells.map((row) =>
    row
      .map((cell, at) => {
        const fitted = fitWidth(cell, widths[at] ?? 0);
        return at === row.length - 1 ? fitted : padWidth(fitted, widths[at] ?? 0);
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}
