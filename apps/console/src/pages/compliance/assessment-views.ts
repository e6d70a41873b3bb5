// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  ComplianceAnswer,
  ControlAssessment,
  FrameworkAssessment,
  MappingState,
} from '@bartizan/contracts/compliance';

type Mapping = ControlAssessment['mappings'][number];

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Whether a text has every word that was asked for, in whatever width and case they were typed. */
export const hasWords = (text: string, asked = ''): boolean =>
  plain(asked)
    .split(/\s+/)
    .every((word) => plain(text).includes(word));

/** A check with the controls it answers. */
export interface CheckView {
  readonly mapping: Mapping;
  readonly controls: readonly string[];
}

const RANK: Readonly<Record<MappingState, number>> = { fail: 0, unknown: 1, stale: 2, 'no-data': 3, pass: 4 };

/** The same answers by check: each once, failing first, with the controls it is evidence for. */
export function byCheck({ controls }: FrameworkAssessment): CheckView[] {
  const found = new Map<string, { mapping: Mapping; controls: string[] }>();
  for (const control of controls)
    for (const mapping of control.mappings) {
      const known = found.get(mapping.ref);
      if (known === undefined) found.set(mapping.ref, { mapping, controls: [control.id] });
      else known.controls.push(control.id);
    }
  return [...found.values()].sort(
    (one, two) =>
      RANK[one.mapping.state] - RANK[two.mapping.state] || two.mapping.failed - one.mapping.failed,
  );
}

/** The answers of one node or subject. */
export interface PlaceView {
  readonly place: string;
  readonly answers: readonly ComplianceAnswer[];
  readonly failed: number;
  readonly unknown: number;
  readonly passed: number;
}

/** The same answers by node, or by subject where no node is named; the most failures first. */
export function byPlace({ answers }: FrameworkAssessment): PlaceView[] {
  const count = (all: readonly ComplianceAnswer[], outcome: ComplianceAnswer['outcome']): number =>
    all.filter((answer) => answer.outcome === outcome).length;
  return [...Map.groupBy(answers, ({ node, subject }) => node ?? subject)]
    .map(([place, mine]) => ({
      place,
      answers: mine,
      failed: count(mine, 'fail'),
      unknown: count(mine, 'unknown'),
      passed: count(mine, 'pass'),
    }))
    .sort((one, two) => two.failed - one.failed || (one.place < two.place ? -1 : 1));
}

/** Answers by the reference a framework uses. A number of another edition stands with the one it was named by. */
export const byRef = ({ answers }: FrameworkAssessment): ReadonlyMap<string, readonly ComplianceAnswer[]> =>
  Map.groupBy(answers, ({ ref }) => ref);
