// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { freeText, splitTokens } from '../../filter/tokens.ts';

/** What a filter of the list of packages may name. */
export const PACKAGE_FIELDS: readonly string[] = [
  'name',
  'version',
  'ecosystem',
  'purl',
  'sourceName',
  'architecture',
  'cluster',
];

/**
 * What somebody asks, as a filter. A Maven coordinate and a package URL have a colon and are no field with a value: what
 * names no field of the list is searched for as it is.
 */
export const questionOf = (text: string): string =>
  splitTokens(text)
    .map((token) => {
      const field = /^-?([^":]*):/.exec(token)?.[1];
      return field === undefined || PACKAGE_FIELDS.includes(field) ? token : freeText(token);
    })
    .join(' ');

/** The box of the search and the address bar: each may change, and the other follows. */
export interface Asking {
  /** What stands in the box. */
  readonly typed: string;
  /** What was put into the address last, from the box. */
  readonly sent: string;
  /** What the address said last. */
  readonly seen: string;
}

export const askingOf = (address: string): Asking => ({ typed: address, sent: address, seen: address });

/**
 * The box after the address changed. When it says what was sent, the box stays: somebody may have typed on meanwhile.
 * When it says something else, as after a link or "back", the box says that too.
 */
export function follow(asking: Asking, address: string): Asking {
  if (address === asking.seen) return asking;
  return address === asking.sent ? { ...asking, seen: address } : askingOf(address);
}
