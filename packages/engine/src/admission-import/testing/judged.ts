// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { expect } from 'vitest';
import {
  type AdmissionContext,
  type AdmissionRequest,
  compileAdmissionPolicy,
  judgeAdmission,
} from '../../admission/index.ts';
import type { AdmissionImport } from '../import-note.ts';
import { importNeuVector } from '../neuvector/index.ts';

export const NOW_MS = 1_790_000_000_000;
export const DAY_MS = 86_400_000;
export const criterion = (name: string, op: string, value: string, more: object = {}) => ({
  name,
  op,
  value,
  ...more,
});
export const rule = (criteria: readonly object[], more: object = {}) => ({
  id: 1000,
  cfg_type: 'user_created',
  rule_type: 'deny',
  rule_mode: 'protect',
  criteria,
  ...more,
});
export function imported(...rules: readonly object[]): AdmissionImport {
  const result = importNeuVector({ rules });
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}
export const pod = (spec: object = {}, metadata: object = {}, container: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec: { containers: [{ name: 'app', image: 'quay.io/shop/web:1.4', ...container }], ...spec },
});
export const requestOf = (object: object, more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  operation: 'CREATE',
  group: '',
  resource: 'pods',
  subResource: '',
  kind: 'Pod',
  namespace: 'shop',
  name: 'web',
  object,
  user: { name: 'kim', groups: ['developers'] },
  ...more,
});
export function verdict(
  rules: readonly AdmissionRule[],
  request: AdmissionRequest,
  context: AdmissionContext = {},
) {
  const set = compileAdmissionPolicy({ rules });
  if (!set.ok) throw new Error(set.error.detail);
  return judgeAdmission(set.value, request, context, NOW_MS);
}
/** Whether rules with these criteria refuse an object. */
export const refuses = (
  criteria: readonly object[],
  request: AdmissionRequest,
  context: AdmissionContext = {},
  more: object = {},
): boolean => {
  const { rules, notes } = imported(rule(criteria, more));
  expect(notes.filter(({ effect }) => effect === 'dropped')).toEqual([]);
  return verdict(rules, request, context).decision.verdict === 'deny';
};
export const one = (
  name: string,
  op: string,
  value: string,
  request: AdmissionRequest,
  context?: AdmissionContext,
) => refuses([criterion(name, op, value)], request, context);
