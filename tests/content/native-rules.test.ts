// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { loadAdmissionRules } from '@bartizan/adapters/content';
import type { AdmissionRule } from '@bartizan/contracts';
import { compileAdmissionPolicy, judgeAdmission } from '@bartizan/engine/admission';
import { emitNativePolicies } from '@bartizan/engine/admission-native';
import { expect, it } from 'vitest';
import { asStored, namespaceFacts, nativeJudge, nativeRequest } from '../conformance/native/requests.ts';
import { exampleRequest } from './admission-request.ts';

const loaded = loadAdmissionRules(resolve(import.meta.dirname, '../../content'));
if (!loaded.ok) throw new Error(loaded.error.detail);
const rules = loaded.value.rules.map((rule): AdmissionRule => ({ ...rule, mode: 'enforce' }));
const NOW_MS = 1_790_000_000_000;
/** The API server asks no policy of its own about webhooks and policies. */
const isAsked = ({ match }: AdmissionRule): boolean =>
  !match.resources.some((one) => one.startsWith('admissionregistration.k8s.io/'));
const { compiled } = emitNativePolicies({ rules: rules.filter(isAsked) }, { nowMs: NOW_MS });

it('most rules have a form that the API server holds by itself', () => {
  expect(compiled.length / rules.length).toBeGreaterThan(0.6);
});

it.each(compiled.map((written) => [written.rule, written] as const))(
  '%s says of its examples what the policy says that is written from it',
  (id, written) => {
    const rule = rules.find((one) => one.id === id);
    if (rule === undefined) throw new Error(`there is no ${id}`);
    const set = compileAdmissionPolicy({ rules: [rule] });
    if (!set.ok) throw new Error(set.error.detail);
    const judge = nativeJudge(written);
    const answers = [...rule.tests.mustViolate, ...rule.tests.mustPass].map((example) => {
      const { object, oldObject, ...rest } = exampleRequest(rule, example);
      const request = {
        ...rest,
        ...(object === undefined ? {} : { object: asStored(object) }),
        ...(oldObject === undefined ? {} : { oldObject: asStored(oldObject) }),
      };
      const { decision } = judgeAdmission(set.value, request, { namespace: namespaceFacts }, NOW_MS);
      return [example.name, decision.verdict === 'deny', judge(nativeRequest(request))];
    });
    expect(answers.filter(([, closure, policy]) => closure !== policy)).toEqual([]);
  },
);
