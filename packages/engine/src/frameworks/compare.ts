// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceAnswer, ComplianceChange, Framework } from '@bartizan/contracts/compliance';
import { answersUnder } from './assess.ts';

/** What a list of changes holds at most. */
const CHANGES_MAX = 10_000;

/** The lists of a comparison, as reports show them. */
export const CHANGE_LISTS = ['newlyFailing', 'repaired', 'stillOpen', 'newlyUnknown'] as const;
export type ChangeList = (typeof CHANGE_LISTS)[number];

type Outcomes = Map<string, ComplianceAnswer>;
type Moved = ComplianceChange[ChangeList];

const placeOf = ({ ref, subject, node }: Moved[number]): string => [ref, subject, node ?? ''].join('\n');

/** One answer a check and subject; the worst when there are several. */
function byPlace(answers: readonly ComplianceAnswer[]): Outcomes {
  const found: Outcomes = new Map();
  const rank = { fail: 0, unknown: 1, pass: 2 } as const;
  for (const answer of answers) {
    const known = found.get(placeOf(answer));
    if (known === undefined || rank[answer.outcome] < rank[known.outcome]) found.set(placeOf(answer), answer);
  }
  return found;
}

/**
 * What differs between two runs. What was not asked before and fails now is newly failing; what was answered before and
 * is not now - unknown, or gone - is newly unknown: something that vanished was not repaired.
 */
export function compareAnswers(input: {
  readonly before: readonly ComplianceAnswer[];
  readonly after: readonly ComplianceAnswer[];
  readonly name: string;
  readonly beforeAt?: number;
}): ComplianceChange {
  const before = byPlace(input.before);
  const after = byPlace(input.after);
  const lists: Record<ChangeList, Moved> = {
    newlyFailing: [],
    repaired: [],
    stillOpen: [],
    newlyUnknown: [],
  };
  const add = (name: ChangeList, { ref, subject, node }: ComplianceAnswer): void => {
    if (lists[name].length < CHANGES_MAX)
      lists[name].push({ ref, subject, ...(node === undefined ? {} : { node }) });
  };
  for (const [place, now] of after) {
    const then = before.get(place)?.outcome;
    if (now.outcome === 'fail') add(then === 'fail' ? 'stillOpen' : 'newlyFailing', now);
    else if (now.outcome === 'pass' && then === 'fail') add('repaired', now);
    else if (now.outcome === 'unknown' && then !== undefined && then !== 'unknown') add('newlyUnknown', now);
  }
  for (const [place, then] of before)
    if (!after.has(place) && then.outcome !== 'unknown') add('newlyUnknown', then);
  return {
    before: input.name,
    ...(input.beforeAt === undefined ? {} : { beforeAt: input.beforeAt }),
    ...lists,
  };
}

/** What differs between two runs of what a framework asks, under the references it uses. */
export function changeOfFramework({
  framework,
  keyOf,
  before,
  after,
  ...told
}: Parameters<typeof compareAnswers>[0] & {
  readonly framework: Framework;
  /** References that ask the same, e.g. in two editions of a benchmark, have the same key. */
  readonly keyOf: (ref: string) => string;
}): ComplianceChange {
  return compareAnswers({
    ...told,
    before: answersUnder(framework, before, keyOf),
    after: answersUnder(framework, after, keyOf),
  });
}

/** A comparison as reports ask it: what became of an answer, and what was answered before and is gone. */
export function changesByAnswer(change: ComplianceChange | undefined) {
  const lists = new Map<string, ChangeList>();
  for (const name of CHANGE_LISTS) for (const row of change?.[name] ?? []) lists.set(placeOf(row), name);
  const unknown = Map.groupBy(change?.newlyUnknown ?? [], ({ ref }) => ref);
  return {
    of: (answer: ComplianceAnswer): ChangeList | undefined => lists.get(placeOf(answer)),
    goneOf: (ref: string, answers: readonly ComplianceAnswer[]): Moved => {
      const there = new Set(answers.map(placeOf));
      return (unknown.get(ref) ?? []).filter((row) => !there.has(placeOf(row)));
    },
  };
}
