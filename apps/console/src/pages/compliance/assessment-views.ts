// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  ComplianceAnswer,
  ControlAssessment,
  FrameworkAssessment,
  MappingState,
} from '@bartizan/contracts/compliance';
import { isStale } from '@bartizan/engine/frameworks';

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
  readonly state: MappingState;
  readonly failed: number;
  /** With those that are too old to tell anything of now. */
  readonly unknown: number;
  readonly passed: number;
}

/** The same answers by node, or by subject where no node is named; the most failures first. */
export function byPlace({ answers, at }: FrameworkAssessment): PlaceView[] {
  return [...Map.groupBy(answers, ({ node, subject }) => node ?? subject)]
    .map(([place, mine]) => viewOf(place, mine, at))
    .sort((one, two) => two.failed - one.failed || (one.place < two.place ? -1 : 1));
}

/** One place, judged as controls are: an answer that is too old says neither that it holds nor that it does not. */
function viewOf(place: string, answers: readonly ComplianceAnswer[], at: number): PlaceView {
  const fresh = answers.filter((answer) => !isStale(answer, at));
  const count = (outcome: ComplianceAnswer['outcome']): number =>
    fresh.filter((answer) => answer.outcome === outcome).length;
  const failed = count('fail');
  const unknown = count('unknown') + answers.length - fresh.length;
  const judged: MappingState = failed > 0 ? 'fail' : unknown > 0 ? 'unknown' : 'pass';
  return {
    place,
    answers,
    state: fresh.length === 0 ? 'stale' : judged,
    failed,
    unknown,
    passed: count('pass'),
  };
}

/** Answers by the reference a framework uses. A number of another edition stands with the one it was named by. */
export const byRef = ({ answers }: FrameworkAssessment): ReadonlyMap<string, readonly ComplianceAnswer[]> =>
  Map.groupBy(answers, ({ ref }) => ref);
