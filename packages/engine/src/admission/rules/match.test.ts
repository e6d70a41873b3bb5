// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { type AdmissionRequest, EMPTY_CONTEXT, judgeAdmission } from '../index.ts';
import { compiledPolicy, PRIVILEGED_RULE } from '../testing/privileged-rule.ts';

const CEILING: AdmissionRule = {
  ...PRIVILEGED_RULE,
  id: 'test.ceiling',
  match: { resources: ['workloads'], operations: ['CREATE', 'UPDATE'] },
  condition: {
    some: 'containers',
    where: { field: 'container.resources.limits.cpu', operator: 'greater-than', value: 2000 },
  },
  message: { en: 'more than the ceiling', ja: '上限を超えています' },
};
const aPod = (cpu: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop' },
  spec: {
    containers: [
      {
        ...{ name: 'a', image: 'nginx', securityContext: { privileged: true } },
        resources: { limits: { cpu } },
      },
    ],
  },
});
const resized = (from: string, to: string): AdmissionRequest => ({
  ...{ operation: 'UPDATE', group: '', resource: 'pods', subResource: 'resize', kind: 'Pod' },
  ...{ namespace: 'shop', name: 'p', object: aPod(to), oldObject: aPod(from) },
  user: { name: 'alice', groups: ['dev'] },
});
const judged = (request: AdmissionRequest) =>
  judgeAdmission(compiledPolicy({ rules: [CEILING, PRIVILEGED_RULE] }), request, EMPTY_CONTEXT, 0);

describe('a rule about workloads', () => {
  it('is asked about the resize of a running pod, which no update of the pod itself may do', () => {
    const { allowed, violations } = judged(resized('1', '4'));
    expect(allowed).toBe(false);
    expect(violations.filter(({ mode }) => mode === 'enforce')).toMatchObject([{ rule: 'test.ceiling' }]);
  });

  it('refuses no resize for what the pod was before', () => {
    expect(judged(resized('1', '2')).allowed).toBe(true);
    expect(judged(resized('4', '4')).allowed).toBe(true);
  });
});
