// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asSecurityEvent, GAP, type LiveMessage } from '../../data/live.ts';
import { parseFilter } from '../../filter/tokens.ts';
import { matchesFilter } from './matches.ts';

/** What came since a list was read. */
export interface Fresh {
  readonly filter: string;
  readonly ids: ReadonlySet<string>;
  /** When the list was read that was shown as the stream had a gap. */
  readonly gapAfterMs?: number;
}
/** The list as it is shown. */
export interface ShownList {
  readonly filter: string;
  readonly items: readonly { readonly id: string }[];
  readonly asOfMs: number | undefined;
}

/** Nothing came yet; another filter starts another count. */
export const nothingFresh = (filter: string): Fresh => ({ filter, ids: new Set() });

/** What came, with one message more. */
export const withMessage = (
  before: Fresh,
  message: LiveMessage,
  { filter, asOfMs }: Pick<ShownList, 'filter' | 'asOfMs'>,
): Fresh => {
  const same = before.filter === filter ? before : nothingFresh(filter);
  if (message.topic === GAP) return asOfMs === undefined ? same : { ...same, gapAfterMs: asOfMs };
  const event = asSecurityEvent(message.data);
  if (event === undefined || !matchesFilter(event, parseFilter(filter))) return before;
  return { ...same, ids: new Set([...same.ids, event.id]) };
};

/** What a reader can ask for: so many events that the list does not show, or those that a gap in the stream held back. */
export const offerOf = (fresh: Fresh, { filter, items, asOfMs }: ShownList) => {
  if (fresh.filter !== filter) return { count: 0, mayMiss: false };
  const shown = new Set(fresh.ids.size === 0 ? [] : items.map(({ id }) => id));
  const count = [...fresh.ids].filter((id) => !shown.has(id)).length;
  return { count, mayMiss: fresh.gapAfterMs !== undefined && fresh.gapAfterMs === asOfMs };
};
