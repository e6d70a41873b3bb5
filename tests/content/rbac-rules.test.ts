// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { loadAdmissionRules } from '@bartizan/adapters/content';
import type { AdmissionRule } from '@bartizan/contracts';
import { compileAdmissionPolicy, EMPTY_CONTEXT, judgeAdmission } from '@bartizan/engine/admission';
import { emitNativePolicies } from '@bartizan/engine/admission-native';
import { describe, expect, it } from 'vitest';
import { nativeJudge, nativeRequest } from '../conformance/native/requests.ts';
import { exampleRequest, requestFor } from './admission-request.ts';

const loaded = loadAdmissionRules(resolve(import.meta.dirname, '../../content'));
if (!loaded.ok) throw new Error(loaded.error.detail);
const rules = loaded.value.rules
  .filter(({ id }) => /^admission\.(?:bind|rbac)-/.test(id))
  .map((rule): AdmissionRule => ({ ...rule, mode: 'enforce' }));
const NOW_MS = 1_790_000_000_000;

describe('admission rules about roles and bindings', () => {
  it.each(rules.map((rule) => [rule.id, rule] as const))(
    '%s says of its examples what the policy says that is written from it',
    (id, rule) => {
      const set = compileAdmissionPolicy({ rules: [rule] });
      if (!set.ok) throw new Error(set.error.detail);
      const { compiled, notExpressible } = emitNativePolicies({ rules: [rule] }, { nowMs: NOW_MS });
      expect(notExpressible).toEqual([]);
      const [written] = compiled;
      if (written === undefined) throw new Error(`nothing was written from ${id}`);
      const judge = nativeJudge(written);
      const answers = [...rule.tests.mustViolate, ...rule.tests.mustPass].map((example) => {
        const request = { ...exampleRequest(rule, example), user: { name: 'mallory', groups: [] } };
        const { decision } = judgeAdmission(set.value, request, EMPTY_CONTEXT, NOW_MS);
        return [example.name, decision.verdict === 'deny', judge(nativeRequest(request))];
      });
      expect(answers.filter(([, closure, policy]) => closure !== policy)).toEqual([]);
      expect(answers.filter(([, closure]) => closure)).toHaveLength(rule.tests.mustViolate.length);
    },
  );

  it('let no name through that somebody may choose', () => {
    const all = compileAdmissionPolicy({ rules });
    if (!all.ok) throw new Error(all.error.detail);
    const wild = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    const said = ['system:x', 'system:controller:x', 'kubeadm:x', 'system:discovery'].map((name) => {
      const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name } };
      const request = requestFor({ ...object, rules: wild }, { user: 'mallory' });
      return judgeAdmission(all.value, request, EMPTY_CONTEXT, NOW_MS).decision.verdict;
    });
    expect(said).toEqual(['deny', 'deny', 'deny', 'deny']);
  });
});
