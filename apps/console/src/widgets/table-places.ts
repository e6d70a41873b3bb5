// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { EDGES_PX, GAP_PX } from './table-columns.ts';

/** Below this width columns that can stand under the one before them do. */
export const STACKED_PX = 620;
/** A line of a row that holds more than one. */
export const LINE_PX = 22;

/** Where a column stands in the grid of a row. */
export interface Place {
  readonly column: number;
  readonly line: number;
  /** Lines it takes: all of them, where nothing stands under it. */
  readonly lines: number;
}

/** Where the columns stand, and how many lines a row has. `below`: of each column, whether it stands under the one before it. */
export function placesOf(below: readonly boolean[]): {
  readonly places: readonly Place[];
  readonly lines: number;
} {
  const found: { column: number; line: number }[] = [];
  for (const isBelow of below) {
    const before = found.at(-1);
    found.push(
      isBelow && before !== undefined
        ? { column: before.column, line: before.line + 1 }
        : { column: (before?.column ?? 0) + 1, line: 1 },
    );
  }
  const lines = Math.max(1, ...found.map(({ line }) => line));
  return {
    lines,
    places: found.map((one, index) => {
      const isAlone = one.line === 1 && (found[index + 1]?.line ?? 1) === 1;
      return { ...one, lines: isAlone ? lines : 1 };
    }),
  };
}

/** Pixels of each track of a template such as `110px minmax(180px, 2fr)` in a table of a width. */
export function roomOf(template: string, widthPx: number): readonly number[] {
  const tracks = [...template.matchAll(/minmax\((\d+)px, *([\d.]+)(fr|px)\)|([\d.]+)px/gu)].map(
    ([, least, most, unit, fixed]) => ({
      least: Number(least ?? fixed),
      share: unit === 'fr' ? Number(most) : 0,
      most: unit === 'px' ? Number(most) : undefined,
    }),
  );
  const spare =
    widthPx - EDGES_PX - GAP_PX * (tracks.length - 1) - tracks.reduce((sum, { least }) => sum + least, 0);
  const capped = tracks.reduce((sum, { least, most = least }) => sum + most - least, 0);
  // Tracks with a most are filled before the others share what is left.
  const given = Math.max(0, Math.min(spare, capped));
  const left = Math.max(0, spare - given);
  const shares = sharesOf(tracks, left);
  return tracks.map(({ least, most = least, share }) =>
    share > 0
      ? Math.max(least, shares * share)
      : least + (capped === 0 ? 0 : (given * (most - least)) / capped),
  );
}

/** Pixels of one `fr`: a track whose least is more than its share takes no part. */
function sharesOf(
  tracks: readonly { readonly least: number; readonly share: number }[],
  left: number,
): number {
  let growing = tracks.filter(({ share }) => share > 0);
  for (;;) {
    const room = left + tracks.filter(({ share }) => share > 0).reduce((sum, { least }) => sum + least, 0);
    const taken = tracks
      .filter((track) => track.share > 0 && !growing.includes(track))
      .reduce((sum, { least }) => sum + least, 0);
    const one =
      (room - taken) /
      Math.max(
        1e-9,
        growing.reduce((sum, { share }) => sum + share, 0),
      );
    const next = growing.filter(({ least, share }) => least <= one * share);
    if (next.length === growing.length || next.length === 0) return one;
    growing = next;
  }
}
