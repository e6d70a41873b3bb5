// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A table as narrow as a phone. */
const NARROW_PX = 480;
/** What a column that may grow needs there at best, and at least. */
const NARROW_MIN_PX = 140;
const NARROW_LEAST_PX = 96;
/** Between two columns, and beside the first and the last: see `.table-row`. */
export const GAP_PX = 12;
export const EDGES_PX = 32;

interface Track {
  /** What the column takes at least, in pixels. */
  readonly px: number;
  /** How far it grows; absent: it does not. */
  readonly most?: string;
}

const trackOf = (text: string): Track => {
  const [, least, most] = /^minmax\((\d+)px, *(.+)\)$/u.exec(text) ?? [];
  return most === undefined
    ? { px: Number.parseFloat(text) }
    : { px: Math.min(Number(least), NARROW_MIN_PX), most };
};

const sum = (tracks: readonly Track[]): number => tracks.reduce((total, { px }) => total + px, 0);

/** Takes so many pixels from tracks in the measure of what each has above its least. */
const taken = (tracks: readonly Track[], px: number, least: number): readonly Track[] => {
  const spare = tracks.reduce((total, track) => total + Math.max(0, track.px - least), 0);
  const share = spare === 0 ? 0 : Math.min(1, Math.max(0, px) / spare);
  return tracks.map((track) => ({
    ...track,
    px: Math.round(track.px - Math.max(0, track.px - least) * share),
  }));
};

/**
 * The tracks of the columns. In a narrow table, before the last column leaves the screen, those that may grow ask for
 * less, and when that is not enough those of a fixed width give way.
 */
export const templateOf = (texts: readonly string[], widthPx: number): string => {
  if (widthPx >= NARROW_PX) return texts.join(' ');
  const room = widthPx - EDGES_PX - GAP_PX * (texts.length - 1);
  const tracks = texts.map(trackOf);
  const over = sum(tracks) - room;
  const growing = taken(
    tracks.filter(({ most }) => most !== undefined),
    over,
    NARROW_LEAST_PX,
  );
  const fixed = tracks.filter(({ most }) => most === undefined);
  const given = taken(fixed, sum(growing) + sum(fixed) - room, 0);
  const [nextGrowing, nextFixed] = [growing.values(), given.values()];
  return tracks
    .map(({ most }) => (most === undefined ? nextFixed : nextGrowing).next().value)
    .map((track) =>
      track?.most === undefined ? `${track?.px ?? 0}px` : `minmax(${track.px}px, ${track.most})`,
    )
    .join(' ');
};

/** Times start with the newest, everything else at its natural start; the second click turns the order. */
export const nextSort = (field: string, now: string | undefined): string => {
  const first = field.endsWith('AtMs') ? `-${field}` : field;
  const second = field.endsWith('AtMs') ? field : `-${field}`;
  return now === first ? second : first;
};
