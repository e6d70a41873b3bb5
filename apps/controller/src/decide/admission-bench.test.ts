// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { applyPatch, compileAdmissionPolicy, EMPTY_CONTEXT } from '@bartizan/engine/admission';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { expect, it } from 'vitest';
import { AdmissionBench } from './admission-bench.ts';

const repairing = (name: string, value: boolean) => ({
  action: { en: 'a', ja: 'a' },
  patch: [{ op: 'add' as const, path: `{item}/securityContext/${name}`, value }],
});
const rules = [
  anAdmissionRule({ mode: 'warn', fix: repairing('privileged', false) }),
  anAdmissionRule({
    id: 'custom.escalation',
    mode: 'warn',
    condition: {
      some: 'containers',
      where: { not: { field: 'container.allowPrivilegeEscalation', operator: 'equals', value: false } },
    },
    fix: repairing('allowPrivilegeEscalation', false),
  }),
];

it('fills in what the API server takes only once another default is filled in', () => {
  const set = compileAdmissionPolicy({ rules });
  if (!set.ok) throw new Error(set.error.detail);
  const bench = new AdmissionBench({
    clock: { nowMs: () => 0 },
    rules: () => set.value,
    context: EMPTY_CONTEXT,
  });
  const object = { spec: { containers: [{ name: 'c', securityContext: { privileged: true } }] } };
  const { allowed, patch = [] } = bench.judge(
    {
      ...{ uid: 'u', operation: 'CREATE', group: '', version: 'v1', resource: 'pods', subResource: '' },
      ...{
        kind: 'Pod',
        namespace: 'shop',
        name: 'p',
        user: { name: 'kim', groups: [] },
        dryRun: false,
        object,
      },
    },
    'mutate',
  );
  expect(allowed).toBe(true);
  expect(applyPatch(object, patch)).toEqual({
    spec: {
      containers: [{ name: 'c', securityContext: { privileged: false, allowPrivilegeEscalation: false } }],
    },
  });
});
