// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Streams whose records are kept in slices, in the order in which they are given up when space is short. */
export const SLICE_STREAMS = ['flow', 'file', 'process', 'security'] as const;
export type SliceStream = (typeof SLICE_STREAMS)[number];

/** One slice file: `<stream>-YYYYMMDDTHH-<ordinal>.db`. The ordinal rises for ever: it is the receive order. */
export interface SliceName {
  readonly file: string;
  readonly stream: SliceStream;
  readonly ordinal: number;
}

const PATTERN = /^(flow|file|process|security)-\d{8}T\d{2}-(\d{1,15})\.db$/;

/** The hour of an instant as file names carry it, UTC. */
export const hourOf = (nowMs: number): string =>
  new Date(nowMs).toISOString().slice(0, 13).replaceAll('-', '');

/** The name of a new slice. */
export const sliceFile = (stream: SliceStream, nowMs: number, ordinal: number): string =>
  `${stream}-${hourOf(nowMs)}-${ordinal}.db`;

/** Reads a file name; undefined when it is not a slice. */
export function parseSliceName(file: string): SliceName | undefined {
  const match = PATTERN.exec(file);
  const stream = SLICE_STREAMS.find((candidate) => candidate === match?.[1]);
  if (stream === undefined) return undefined;
  return { file, stream, ordinal: Number(match?.[2]) };
}

/** Slices of a folder listing, oldest first. */
export const slicesIn = (files: readonly string[]): SliceName[] =>
  files
    .map(parseSliceName)
    .filter((slice) => slice !== undefined)
    .sort((left, right) => left.ordinal - right.ordinal);
