// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { EMPTY_CONTEXT, judgeAdmission } from '@bartizan/engine/admission';
import { requestOfObject } from './object-request.ts';
import type { PolicyBook } from './policy-book.ts';

/** Why a rule cannot be taken: it does not compile, hides one of the product, or its own examples fail. */
export function faultOfRule(rule: AdmissionRule, book: PolicyBook, nowMs: number): string | undefined {
  if (book.isBuiltIn(rule.id)) return `${rule.id} comes with the product: choose another id`;
  const { set, refused } = book.alone([rule]);
  const [first] = refused;
  if (first !== undefined) return first.failure.detail;
  const cases = [
    ...rule.tests.mustViolate.map((one) => ({ one, wanted: true })),
    ...rule.tests.mustPass.map((one) => ({ one, wanted: false })),
  ];
  for (const { one, wanted } of cases) {
    const request = requestOfObject(one.object, {
      operation: one.operation ?? 'CREATE',
      ...(one.oldObject === undefined ? {} : { oldObject: one.oldObject }),
      ...(one.subResource === undefined ? {} : { subResource: one.subResource }),
      ...(one.user === undefined ? {} : { user: { name: one.user, groups: [] } }),
    });
    if (!request.ok) return `example "${one.name}": ${request.error.detail}`;
    const { violations } = judgeAdmission(set, request.value, EMPTY_CONTEXT, nowMs);
    const violates = violations.some(({ state }) => state === 'violated');
    if (violates !== wanted)
      return `example "${one.name}" ${wanted ? 'does not violate' : 'violates'} the rule`;
  }
  return undefined;
}
