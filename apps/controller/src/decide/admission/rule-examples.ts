// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, ToldText } from '@bartizan/contracts';
import {
  type AdmissionContext,
  exampleStage,
  exampleUser,
  type ImageFacts,
  judgeAdmission,
  unknown,
} from '@bartizan/engine/admission';
import { requestOfObject } from './object-request.ts';
import type { PolicyBook } from './policy-book.ts';

/** Why a rule cannot be taken: it does not compile, hides one of the product, or its own examples fail. */
export function faultOfRule(rule: AdmissionRule, book: PolicyBook, nowMs: number): ToldText | undefined {
  if (book.isBuiltIn(rule.id))
    return {
      en: `${rule.id} comes with the product: choose another id`,
      ja: `${rule.id} は製品に組み込みの ID です。別の ID を選んでください`,
    };
  const { set, refused } = book.alone([rule]);
  const [first] = refused;
  if (first !== undefined) return first.failure.detail;
  const stage = exampleStage(rule);
  const cases = [
    ...rule.tests.mustViolate.map((one) => ({ one, wanted: true })),
    ...rule.tests.mustPass.map((one) => ({ one, wanted: false })),
  ];
  for (const { one, wanted } of cases) {
    const request = requestOfObject(one.object, {
      operation: one.operation ?? 'CREATE',
      ...(one.oldObject === undefined ? {} : { oldObject: one.oldObject }),
      ...subResourceOf(rule, one),
      ...(one.user === undefined ? {} : { user: exampleUser(one.user) }),
    });
    if (!request.ok)
      return {
        en: `example "${one.name}": ${request.error.detail}`,
        ja: `例「${one.nameJa ?? one.name}」がオブジェクトとして正しくありません`,
      };
    const { violations } = judgeAdmission(set, request.value, contextOf(one), nowMs, stage);
    const violates = violations.some(({ state }) => state === 'violated');
    if (violates !== wanted)
      return {
        en: `example "${one.name}" ${wanted ? 'does not violate' : 'violates'} the rule`,
        ja: `例「${one.nameJa ?? one.name}」がルールに${wanted ? '違反していません' : '違反しています'}`,
      };
  }
  return undefined;
}

type Example = AdmissionRule['tests']['mustPass'][number];

/** The sub-resource of an example, of the resource that the rule is about. */
function subResourceOf(rule: AdmissionRule, { subResource }: Example) {
  if (subResource === undefined) return {};
  const resource = rule.match.resources.find((name) => name.endsWith(`/${subResource}`));
  return { subResource, ...(resource === undefined ? {} : { resource }) };
}

const isFacts = (value: unknown): value is ImageFacts =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'scanned') === 'boolean';

/** What an example says of images; of everything else nothing is known. */
const contextOf = ({ images = {} }: Example): AdmissionContext => ({
  image: (reference) => {
    const facts: unknown = Object.hasOwn(images, reference) ? images[reference] : undefined;
    return isFacts(facts) ? facts : unknown('the example says nothing of it');
  },
});
