// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge, MapNode } from '@bartizan/contracts';
import { SEVERITY_ORDER } from '../../widgets/severity-order.ts';

/** A rectangle on the stage, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
/** A mark with its name, as it lies on the stage. */
export interface Named {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Width of the name in pixels. */
  readonly width: number;
  /** The greater it is, the sooner its name is shown. */
  readonly weight: number;
}

/** Characters of a name that are drawn: 64 digits of a container would lie over its neighbours, on a phone far fewer. */
export const LABEL_MOST = 22;
const LABEL_MOST_NARROW = 14;
const NARROW_STAGE_PX = 480;
export const labelMost = (stagePx: number): number =>
  stagePx < NARROW_STAGE_PX ? LABEL_MOST_NARROW : LABEL_MOST;

/** Room that a mark has at full size, and how small marks get at most. */
const FULL_ROOM_PX = 90;
const LEAST_SCALE = 0.16;
/** How large marks and lines are drawn: at full size where few have the stage, smaller the more there are. */
export const scaleOf = (
  marks: number,
  stage: { readonly width: number; readonly height: number },
): number => {
  const room = Math.min(stage.width, stage.height) / Math.sqrt(Math.max(1, marks));
  return Math.min(1, Math.max(LEAST_SCALE, (room / FULL_ROOM_PX) ** 1.5));
};

/** Where marks are many, names would lie over most of them: a few are shown until one comes closer. */
const MANY_MARKS = 60;
const NAMES_OF_MANY = 12;

const NAME_PX = 18;
const GAP_PX = 3;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Where a name stands: under its mark, in the middle. */
const boxOf = ({ x, y, radius, width }: Named): Box => ({
  left: x - width / 2 - GAP_PX,
  right: x + width / 2 + GAP_PX,
  top: y + radius + GAP_PX,
  bottom: y + radius + GAP_PX + NAME_PX,
});

/**
 * The names that are shown: the weightiest first, each only where it lies over no other, over nothing that was taken
 * before, and within the stage. The others are in the table, and shown for a mark that is pointed at or chosen.
 */
export function namesShown(
  marks: readonly Named[],
  stage: { readonly width: number; readonly height: number },
  taken: readonly Box[] = [],
): ReadonlySet<string> {
  const placed: Box[] = [...taken];
  const inSight = marks.filter(({ x, y }) => x >= 0 && x <= stage.width && y >= 0 && y <= stage.height);
  const most = inSight.length > MANY_MARKS ? NAMES_OF_MANY : inSight.length;
  const shown = new Set<string>();
  for (const mark of inSight.toSorted((a, b) => b.weight - a.weight)) {
    if (shown.size >= most) break;
    const box = boxOf(mark);
    const isWithin = box.left >= 0 && box.right <= stage.width && box.top >= 0 && box.bottom <= stage.height;
    if (!isWithin || placed.some((other) => overlap(box, other))) continue;
    placed.push(box);
    shown.add(mark.id);
  }
  return shown;
}

const SEVERITIES: readonly string[] = SEVERITY_ORDER;
/** How much the name of a mark matters: the worst finding first, then a group, then how many talk to it. */
export const weightOf = (
  { worstSeverity, kind }: Pick<MapNode, 'worstSeverity' | 'kind'>,
  lines: number,
): number => {
  const place = SEVERITIES.indexOf(worstSeverity ?? '');
  const severity = place === -1 ? 0 : SEVERITY_ORDER.length - place;
  return severity * 10_000 + (kind === 'group' ? 1_000 : 0) + Math.min(999, lines);
};

/** Lines that begin or end at each node. */
export function linesOf(edges: readonly Pick<MapEdge, 'from' | 'to'>[]): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const { from, to } of edges)
    for (const end of from === to ? [from] : [from, to]) lines.set(end, (lines.get(end) ?? 0) + 1);
  return lines;
}
