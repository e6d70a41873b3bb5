// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanItem } from '../report/item.ts';
import { type Baseline, isInBaseline } from './baseline.ts';
import { appliesTo, type ScanException } from './exceptions.ts';

/**
 * Who answers for a finding. `open`: nobody, it counts. `explained`: a statement (VEX). `accepted`: an exception that
 * still holds. `known`: the baseline. Nothing is ever left out because of it.
 */
export type ItemStanding =
  | { readonly state: 'open'; readonly expired?: ScanException }
  | { readonly state: 'explained'; readonly reason: string }
  | { readonly state: 'accepted'; readonly exception: ScanException }
  | { readonly state: 'known'; readonly since: string };

/** An item with its standing, and whether the baseline holds it where there is one. */
export type StoodItem = ScanItem & { readonly standing: ItemStanding; readonly isInBaseline?: boolean };

/** What the user brought to hold findings against. */
export interface GateRules {
  readonly exceptions: readonly ScanException[];
  readonly baseline?: Baseline;
  readonly nowMs: number;
}

function standingOf(item: ScanItem, target: string, rules: GateRules): ItemStanding {
  if (item.statement !== undefined) return { state: 'explained', reason: item.statement };
  const applying = rules.exceptions.filter((one) => appliesTo(one, item, target));
  const exception = applying.find(({ expiresAtMs }) => expiresAtMs >= rules.nowMs);
  if (exception !== undefined) return { state: 'accepted', exception };
  if (rules.baseline !== undefined && isInBaseline(rules.baseline, item))
    return { state: 'known', since: rules.baseline.writtenAt };
  const [expired] = applying;
  return expired === undefined ? { state: 'open' } : { state: 'open', expired };
}

/** Says of each item who answers for it: a statement goes before an exception, an exception before the baseline. */
export const standItems = (
  items: readonly ScanItem[],
  target: string,
  rules: GateRules,
): readonly StoodItem[] =>
  items.map((item) => ({
    ...item,
    standing: standingOf(item, target, rules),
    ...(rules.baseline === undefined ? {} : { isInBaseline: isInBaseline(rules.baseline, item) }),
  }));

/** Exceptions that no item of any target fitted: they are told, so that somebody takes them out. */
export const unusedExceptions = (
  rules: GateRules,
  targets: readonly { readonly name: string; readonly items: readonly ScanItem[] }[],
): readonly ScanException[] =>
  rules.exceptions.filter(
    (exception) => !targets.some(({ name, items }) => items.some((item) => appliesTo(exception, item, name))),
  );

/** A standing in a few words for a column, and why. */
export function standingText(standing: ItemStanding): string {
  switch (standing.state) {
    case 'open':
      return standing.expired === undefined
        ? ''
        : `expired ${standing.expired.expires} (${standing.expired.owner})`;
    case 'explained':
      return standing.reason;
    case 'accepted': {
      const { owner, reason, expires } = standing.exception;
      return `accepted until ${expires} (${owner}): ${reason}`;
    }
    case 'known':
      return `baseline ${standing.since.slice(0, 10)}`;
  }
}
