// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, type Finding, failure, ok, type Package, type Result } from '@bartizan/contracts';
import { cut, type FindingPlace, findingId } from '../findings/finding-place.ts';
import { type LicenceExpression, readExpression } from './expression.ts';
import { categoryOf, LICENCE_CATEGORIES, type LicenceCategory, licenceIdOf } from './licence-table.ts';

/** Ids and categories that are refused, and, where there are any, the only ones that are not. */
export interface LicencePolicy {
  readonly deny: ReadonlySet<string>;
  readonly allow: ReadonlySet<string>;
}

const isCategory = (word: string): word is LicenceCategory =>
  LICENCE_CATEGORIES.some((category) => category === word);

const readWords = (words: readonly string[]): Result<Set<string>, string> => {
  const read = new Set<string>();
  for (const word of words) {
    const known = isCategory(word) ? word : licenceIdOf(word);
    if (known === undefined) return err(word);
    read.add(known);
  }
  return ok(read);
};

/** Reads a policy. E_LICENSE_POLICY: a word is neither a category nor a licence that is known; it would never match. */
export const readLicencePolicy = (stated: {
  readonly deny: readonly string[];
  readonly allow: readonly string[];
}): Result<LicencePolicy, Failure<'E_LICENSE_POLICY'>> => {
  const deny = readWords(stated.deny);
  if (!deny.ok) return err(failure('E_LICENSE_POLICY', deny.error.slice(0, 256)));
  const allow = readWords(stated.allow);
  if (!allow.ok) return err(failure('E_LICENSE_POLICY', allow.error.slice(0, 256)));
  return ok({ deny: deny.value, allow: allow.value });
};

/** The ids for which an expression is refused; none when it may be used. Of alternatives one that may be used is enough. */
export const refusedBy = (expression: LicenceExpression, policy: LicencePolicy): string[] => {
  if ('all' in expression) return expression.all.flatMap((term) => refusedBy(term, policy));
  if ('any' in expression) {
    const each = expression.any.map((term) => refusedBy(term, policy));
    return each.some((refused) => refused.length === 0) ? [] : each.flat();
  }
  const { id } = expression;
  const isIn = (words: ReadonlySet<string>): boolean => words.has(id) || words.has(categoryOf(id));
  const isRefused = isIn(policy.deny) || (policy.allow.size > 0 && !isIn(policy.allow));
  return isRefused ? [id] : [];
};

/**
 * What of a package is refused. Each licence that it states counts by itself: one that cannot be read does not hide the
 * others. Without one it is `unknown`, which is refused only where that is said.
 */
const refusedOf = (found: Package, policy: LicencePolicy): string[] => {
  const isUnknownRefused =
    policy.deny.has('unknown') || (policy.allow.size > 0 && !policy.allow.has('unknown'));
  const unknown = isUnknownRefused ? ['unknown'] : [];
  const stated = found.licenses ?? [];
  if (stated.length === 0) return unknown;
  return stated.flatMap((text) => {
    const expression = readExpression(text);
    return expression === undefined ? unknown : refusedBy(expression, policy);
  });
};

/** Packages whose licence the policy refuses, in the words of the contracts. */
export const licenceFindings = (
  packages: readonly Package[],
  policy: LicencePolicy,
  place: FindingPlace,
): Finding[] =>
  packages.flatMap((found): Finding[] => {
    const ids = [...new Set(refusedOf(found, policy))];
    if (ids.length === 0) return [];
    const what = `${found.name} ${found.version}`;
    return [
      {
        id: findingId(place, ['licence', found.purl, ...ids]),
        cluster: place.cluster,
        tenant: place.tenant,
        kind: 'posture',
        title: {
          en: cut(`${what} stands under ${ids.join(', ')}, which the policy refuses`, 512),
          ja: cut(`${what} のライセンス ${ids.join('、')} はポリシーで許可されていません`, 512),
        },
        severity: 'medium',
        subject: place.subject,
        check: 'licence.refused',
        package: found,
        evidence: [cut(found.licenses?.join(', ') ?? 'none stated', 2000)],
        why: ids.slice(0, 16).map((id) => ({
          step: 'licence',
          detail: { en: `${id} is ${categoryOf(id)}`, ja: `${id} の分類: ${categoryOf(id)}` },
        })),
        fix: {
          state: 'configuration',
          action: {
            en: cut(`Replace ${found.name}, obtain another licence, or write down an exception.`, 2000),
            ja: cut(
              `${found.name} を置き換えるか、別のライセンスを取得するか、例外として記録してください。`,
              2000,
            ),
          },
        },
        owasp: { 2022: ['K02'], 2025: ['K04'] },
        attack: [],
        state: 'open',
        groupKey: cut(`licence:${ids.join(',')}`, 512),
        firstSeenAtMs: place.nowMs,
        lastSeenAtMs: place.nowMs,
      },
    ];
  });
