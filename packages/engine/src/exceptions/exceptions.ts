// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ExceptionMatch, Finding, FindingException } from '@bartizan/contracts';
import { compileWildcard, isWildcard } from '../expression/index.ts';

type Part = keyof ExceptionMatch;

/** Parts that say what is wrong; the others only say where. */
const CAUSES: readonly Part[] = ['vulnerability', 'package', 'check', 'path'];
const GLOBS: readonly Part[] = ['package', 'path', 'image', 'workload'];

/** Whether a pattern leaves nothing out. */
const isEverything = (pattern: string): boolean => /^[*?]*$/u.test(pattern);

/** Why an exception cannot be made; undefined when it can. `wide`: it would accept whatever is found. */
export function exceptionFault(
  match: ExceptionMatch,
): { readonly part: Part | ''; readonly wide: boolean } | undefined {
  for (const part of GLOBS) {
    const pattern = match[part];
    if (pattern !== undefined && !isWildcard(pattern)) return { part, wide: false };
  }
  const saysWhat = CAUSES.some((part) => {
    const pattern = match[part];
    return pattern !== undefined && !isEverything(pattern.trim());
  });
  return saysWhat ? undefined : { part: '', wide: true };
}

/** Places of a package that are kept: where there are as many, there may be more. */
const LOCATIONS_MAX = 32;

/** Where it was found; none where not every place is known. */
function placesOf({ location, package: found }: Finding): string[] {
  const places = found?.locations ?? [];
  if (places.length >= LOCATIONS_MAX) return [];
  return location?.path === undefined ? [...places] : [location.path, ...places];
}

/** The texts of a finding that a part is held against; any of them may match, but of the places every one must. */
const TEXTS: Readonly<Record<Part, (finding: Finding) => readonly (string | undefined)[]>> = {
  vulnerability: ({ vulnerability }) =>
    vulnerability === undefined ? [] : [vulnerability.id, ...vulnerability.aliases],
  package: (finding) => [finding.package?.name],
  check: (finding) => [finding.check],
  path: placesOf,
  image: ({ subject }) => [subject.image, subject.imageDigest],
  workload: ({ subject }) => [`${subject.namespace}/${subject.name}`],
};

const PARTS: readonly Part[] = [...CAUSES, 'image', 'workload'];

function compile(match: ExceptionMatch): (finding: Finding) => boolean {
  const tests = PARTS.flatMap((part) => {
    const wanted = match[part];
    if (wanted === undefined) return [];
    const folded = wanted.toLowerCase();
    const fits = GLOBS.includes(part) ? compileWildcard(folded) : (text: string) => text === folded;
    const holds = (text: string | undefined): boolean => text !== undefined && fits(text.toLowerCase());
    return [
      (finding: Finding): boolean => {
        const texts = TEXTS[part](finding);
        return part === 'path' ? texts.length > 0 && texts.every(holds) : texts.some(holds);
      },
    ];
  });
  return (finding) => tests.length > 0 && tests.every((test) => test(finding));
}

/** Tells which exception a finding falls under: of those that have not ended, the one that lasts longest. */
export function compileExceptions(
  exceptions: readonly FindingException[],
  nowMs: number,
): (finding: Finding) => FindingException | undefined {
  const compiled = exceptions
    .filter(({ match, expiresAtMs }) => expiresAtMs > nowMs && exceptionFault(match) === undefined)
    .sort((left, right) => right.expiresAtMs - left.expiresAtMs || (left.id < right.id ? -1 : 1))
    .map((exception) => ({ exception, matches: compile(exception.match) }));
  return (finding) => compiled.find(({ matches }) => matches(finding))?.exception;
}
