// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessUse, AccessUseRow } from '@bartizan/contracts';
import { grantOf, holderOf, missing, nameOf, place } from './answers.ts';
import type { AccessGraph, Person } from './graph.ts';
import { proposeSmallerRole, type SmallerRole, smallerRoleYaml } from './smaller-role.ts';
import type { Binding } from './snapshot.ts';
import { originOf, personOf, subjectName } from './subject-name.ts';
import { type UsedPermission, useOf, useOfGrants } from './use.ts';

/** How long the audit log was followed. */
export interface UseWindow {
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
  /** Time within it in which nothing was heard. */
  readonly gapMs: number;
  /** What was used did not fit into memory whole. */
  readonly isCut: boolean;
}

/** How long it was followed, without the time in which nothing was heard. */
const watchedOf = ({ sinceMs, untilMs, gapMs }: UseWindow): number =>
  sinceMs === undefined || untilMs === undefined ? 0 : Math.max(0, untilMs - sinceMs - gapMs);

/** What it means that something was not seen. */
const meaningOf = (window: UseWindow, neededMs: number, isWhole: boolean): AccessUse['unseenIs'] =>
  window.sinceMs === undefined
    ? 'not-watched'
    : isWhole && !window.isCut && watchedOf(window) >= neededMs
      ? 'unused'
      : 'not-known';

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
  const unreadable = missing(graph);
  const isWhole = !isCut && unreadable.length === 0;
  const count = (side: 'used' | 'unseen'): number => grants.reduce((sum, one) => sum + one[side].length, 0);
  const name = nameOf(person);
  return {
    subject: name,
    unseenIs: meaningOf(window, neededMs, isWhole),
    window: {
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...(untilMs === undefined ? {} : { untilMs }),
      ...{ gapMs, watchedMs: watchedOf(window), neededMs },
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

const NOT_SEEN_MAX = 20;
const BINDINGS_MAX = 64;
/** The first different ones of several lists; no more are looked at than are told. */
function firstOf(lists: readonly (readonly string[])[]): string[] {
  const found = new Set<string>();
  for (const list of lists)
    for (const one of list) {
      if (found.size >= NOT_SEEN_MAX) return [...found];
      found.add(one.slice(0, 1024));
    }
  return [...found];
}

const placeText = ({ kind, namespace, name }: Binding): string =>
  `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`.slice(0, 512);

/**
 * Every user and service account that a binding names, with how much of what it gives was seen in use. What groups give
 * is left with the groups: nobody can take it away from one of their members.
 */
export function listUse(
  graph: AccessGraph,
  known: {
    readonly usedOf: (user: string) => readonly UsedPermission[];
    readonly window: UseWindow;
    readonly neededMs: number;
  },
): AccessUseRow[] {
  const { usedOf, window, neededMs } = known;
  const isReadable = missing(graph).length === 0;
  const watchedMs = watchedOf(window);
  return graph.subjects().flatMap((subject): AccessUseRow[] => {
    if (subject.kind === 'Group') return [];
    const name = subjectName(subject);
    const granted = graph.grantsTo(subject);
    if (granted.length === 0) return [];
    const { grants, isCut } = useOf(granted, usedOf(personOf(name, []).user));
    const count = (side: 'used' | 'unseen'): number => grants.reduce((sum, one) => sum + one[side].length, 0);
    const bindings = [...new Set(granted.map(({ binding }) => binding))];
    const busy = new Set(grants.filter(({ used }) => used.length > 0).map(({ grant }) => grant.binding));
    // What was not looked at is not idle.
    const idle = isCut ? [] : bindings.filter((binding) => !busy.has(binding));
    return [
      {
        subject: name,
        unseenIs: meaningOf(window, neededMs, isReadable && !isCut),
        origin: originOf({ subject, grants: granted }),
        ...{ used: count('used'), unseen: count('unseen') },
        notSeen: firstOf(grants.map(({ unseen }) => unseen)),
        bindings: bindings.slice(0, BINDINGS_MAX).map(placeText),
        idleBindings: idle.slice(0, BINDINGS_MAX).map(placeText),
        ...{ watchedMs, neededMs },
      },
    ];
  });
}
