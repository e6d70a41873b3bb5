// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import type { CliContext } from '../context.ts';
import { type StoodItem, standingText } from '../gate/standing.ts';
import { type Column, renderList } from '../output/render.ts';
import type { Terminal } from '../output/terminal.ts';

/** Findings, with who answers for each. `items` are those of the findings, in their order. */
export interface StoodFindings {
  readonly findings: readonly Finding[];
  readonly items: readonly StoodItem[];
}

/** What json and yaml show of findings: with who answers for each, and what tells it in another run. */
export const withStandings = (findings: readonly Finding[], items: readonly StoodItem[]) =>
  findings.map((finding, at) => ({
    ...finding,
    standing: items[at]?.standing,
    fingerprint: items[at]?.fingerprint,
  }));

/** A list of findings for people, with a column for who answers where anybody does. */
export function showFindingList(
  { context, terminal, format }: { context: CliContext; terminal: Terminal; format: 'table' | 'csv' },
  { findings, items }: StoodFindings,
  columns: readonly Column<Finding>[],
): void {
  const texts = new Map(findings.map((finding, at) => [finding, standingOf(items[at])]));
  const standing: Column<Finding> = {
    field: 'standing',
    heading: context.t('column.standing'),
    value: (item) => texts.get(item) ?? '',
  };
  renderList<Finding>(terminal, format, {
    items: findings,
    columns: [...columns, ...([...texts.values()].some((text) => text !== '') ? [standing] : [])],
  });
}

const standingOf = (item: StoodItem | undefined): string =>
  item === undefined ? '' : standingText(item.standing);
