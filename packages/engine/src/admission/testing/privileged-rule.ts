// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { type AdmissionPolicy, type AdmissionRuleSet, compileAdmissionPolicy } from '../rules/rule-set.ts';

/** A rule for tests: no container of any pod is privileged, and a patch that repairs it. */
export const PRIVILEGED_RULE: AdmissionRule = {
  id: 'test.privileged',
  title: { en: 'No container is privileged', ja: '特権コンテナーがない' },
  description: { en: 'd', ja: 'd' },
  severity: 'high',
  effect: 'deny',
  order: 100,
  stages: ['ci', 'admission', 'audit'],
  mode: 'enforce',
  match: { resources: ['workloads'], operations: ['CREATE', 'UPDATE'] },
  condition: {
    some: 'containers',
    where: { field: 'container.privileged', operator: 'equals', value: true },
  },
  whenUnknown: 'deny',
  message: { en: '{container.name} is privileged at {path}', ja: '{container.name} は特権です' },
  fix: {
    action: { en: 'Remove it', ja: '削除してください' },
    patch: [{ op: 'add', path: '{item}/securityContext/privileged', value: false }],
  },
  control: ['k01-workload-configuration'],
  owasp: { 2022: ['K01'], 2025: ['K01'] },
  attack: [],
  references: [],
  tests: { mustViolate: [], mustPass: [] },
};

/** Rules that must compile. */
export function compiledPolicy(policy: AdmissionPolicy): AdmissionRuleSet {
  const set = compileAdmissionPolicy(policy);
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
}
