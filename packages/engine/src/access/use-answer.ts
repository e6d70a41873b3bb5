// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessUse } from '@bartizan/contracts';
import { grantOf, holderOf, missing, nameOf, place } from './answers.ts';
import type { AccessGraph, Person } from './graph.ts';
import { proposeSmallerRole, type SmallerRole, smallerRoleYaml } from './smaller-role.ts';
import { subjectName } from './subject-name.ts';
import { type UsedPermission, useOfGrants } from './use.ts';

/** How long the audit log was followed. */
export interface UseWindow {
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
  /** Time within it in which nothing was heard. */
  readonly gapMs: number;
  /** What was used did not fit into memory whole. */
  readonly isCut: boolean;
}

const GRANTS_MAX = 1000;
const WORDS_MAX = 1000;

const proposalOf = (made: SmallerRole): NonNullable<AccessUse['proposal']> => ({
  yaml: smallerRoleYaml(made),
  roles: made.roles.slice(0, GRANTS_MAX).map(place),
  replaces: made.replaces.slice(0, GRANTS_MAX).map(place),
  checked: made.checked,
  stillAllowed: made.stillAllowed,
  reachesAdmin: made.reachesAdmin,
  reachesAdminAfter: made.reachesAdminAfter,
});

/** What somebody was granted against what was seen in use, with the smaller role that keeps it. */
export function answerUse(
  graph: AccessGraph,
  person: Person,
  known: { readonly used: readonly UsedPermission[]; readonly window: UseWindow; readonly neededMs: number },
): AccessUse {
  const { used, window, neededMs } = known;
  const { grants, isCut } = useOfGrants(graph, person, used);
  const { sinceMs, untilMs, gapMs } = window;
  const watchedMs =
    sinceMs === undefined || untilMs === undefined ? 0 : Math.max(0, untilMs - sinceMs - gapMs);
  const unreadable = missing(graph);
  const isWhole = !window.isCut && !isCut && unreadable.length === 0;
  const isSure = sinceMs !== undefined && watchedMs >= neededMs && isWhole;
  const count = (side: 'used' | 'unseen'): number => grants.reduce((sum, one) => sum + one[side].length, 0);
  const name = nameOf(person);
  return {
    subject: name,
    unseenIs: sinceMs === undefined ? 'not-watched' : isSure ? 'unused' : 'not-known',
    window: {
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...(untilMs === undefined ? {} : { untilMs }),
      ...{ gapMs, watchedMs, neededMs },
      isCut: window.isCut || isCut,
    },
    used: count('used'),
    unseen: count('unseen'),
    grants: grants.slice(0, GRANTS_MAX).map(({ grant, ...words }) => {
      const holder = holderOf(grant.binding, person);
      return {
        grant: grantOf(holder === undefined ? name : subjectName(holder), grant),
        used: words.used.slice(0, WORDS_MAX).map((one) => one.slice(0, 1024)),
        unseen: words.unseen.slice(0, WORDS_MAX).map((one) => one.slice(0, 1024)),
      };
    }),
    ...(used.length === 0 ? {} : { proposal: proposalOf(proposeSmallerRole(graph, person, used)) }),
    unreadable,
  };
}
