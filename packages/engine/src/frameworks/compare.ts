// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceAnswer, ComplianceChange } from '@bartizan/contracts/compliance';

/** What a list of changes holds at most. */
const CHANGES_MAX = 10_000;

type Outcomes = Map<string, ComplianceAnswer>;
type Moved = ComplianceChange['newlyFailing'];

/** One answer a check and subject; the worst when there are several. */
function byPlace(answers: readonly ComplianceAnswer[], keyOf: (ref: string) => string): Outcomes {
  const found: Outcomes = new Map();
  const rank = { fail: 0, unknown: 1, pass: 2 } as const;
  for (const answer of answers) {
    const place = [keyOf(answer.ref), answer.subject, answer.node ?? ''].join('\n');
    const known = found.get(place);
    if (known === undefined || rank[answer.outcome] < rank[known.outcome]) found.set(place, answer);
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
  readonly keyOf?: (ref: string) => string;
}): ComplianceChange {
  const keyOf = input.keyOf ?? ((ref) => ref);
  const before = byPlace(input.before, keyOf);
  const after = byPlace(input.after, keyOf);
  const lists: Record<'newlyFailing' | 'repaired' | 'stillOpen' | 'newlyUnknown', Moved> = {
    newlyFailing: [],
    repaired: [],
    stillOpen: [],
    newlyUnknown: [],
  };
  const add = (name: keyof typeof lists, { ref, subject, node }: ComplianceAnswer): void => {
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
