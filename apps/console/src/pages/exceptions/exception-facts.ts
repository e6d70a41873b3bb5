// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ExceptionMatch, Finding, FindingException } from '@bartizan/contracts';

/** Exceptions that end within this time are marked. */
export const SOON_MS = 14 * 86_400_000;
export type ExceptionState = 'active' | 'soon' | 'expired';

/** Whether an exception holds, ends soon, or has ended. */
export const stateOf = (exception: Pick<FindingException, 'expiresAtMs'>, nowMs: number): ExceptionState => {
  if (exception.expiresAtMs <= nowMs) return 'expired';
  return exception.expiresAtMs - nowMs <= SOON_MS ? 'soon' : 'active';
};

export const MATCH_PARTS = ['vulnerability', 'package', 'check', 'path', 'image', 'workload'] as const;
export type MatchPart = (typeof MATCH_PARTS)[number];
/** What says which findings are meant; the other parts only narrow it down. */
const DECIDING: readonly MatchPart[] = ['vulnerability', 'package', 'check', 'path'];

/** Parts of a match as they are typed. */
export type MatchDraft = Readonly<Record<MatchPart, string>>;
export const EMPTY_MATCH: MatchDraft = {
  vulnerability: '',
  package: '',
  check: '',
  path: '',
  image: '',
  workload: '',
};

/** The match that a draft stands for; undefined while it would mean everything. */
export const matchOf = (draft: MatchDraft): ExceptionMatch | undefined => {
  const given = MATCH_PARTS.flatMap((part) => {
    const value = draft[part].trim();
    return value === '' ? [] : [[part, value] as const];
  });
  if (!given.some(([part]) => DECIDING.includes(part))) return undefined;
  return Object.fromEntries(given);
};

/** The parts of a match that are there, in a fixed order. */
export const partsOfMatch = (match: ExceptionMatch): readonly (readonly [MatchPart, string])[] =>
  MATCH_PARTS.flatMap((part) => {
    const value = match[part];
    return value === undefined ? [] : [[part, value] as const];
  });

/** What makes a finding what it is, wherever it is found: the flaw in the package, the check, the place of a secret. */
export const matchOfFinding = (
  finding: Pick<Finding, 'vulnerability' | 'package' | 'check' | 'location'>,
): ExceptionMatch | undefined => {
  const { vulnerability, check, location } = finding;
  if (vulnerability !== undefined) {
    return {
      vulnerability: vulnerability.id,
      ...(finding.package === undefined ? {} : { package: finding.package.name }),
    };
  }
  if (check !== undefined) return { check, ...(location === undefined ? {} : { path: location.path }) };
  return finding.package === undefined ? undefined : { package: finding.package.name };
};

/** The end of a day as the reader's calendar has it. */
export const endOfDay = (date: string): number => Date.parse(`${date}T23:59:59`);
