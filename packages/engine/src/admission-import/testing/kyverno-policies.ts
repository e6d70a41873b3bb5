// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRequest } from '../../admission/index.ts';
import { importKyverno } from '../kyverno/index.ts';
import { verdict } from './judged.ts';

export const PODS = { any: [{ resources: { kinds: ['Pod'] } }] };
/** A policy of Kyverno with one rule. */
export const policy = (validate: unknown, rule: object = {}): object => ({
  apiVersion: 'kyverno.io/v1',
  kind: 'ClusterPolicy',
  metadata: { name: 'example' },
  spec: {
    validationFailureAction: 'Enforce',
    rules: [{ name: 'first', match: PODS, validate, ...rule }],
  },
});
/** What the importer makes of it. */
export function taken(document: object) {
  const result = importKyverno(document);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}
/** Whether an imported policy refuses a request; it must have been taken whole. */
export function refuses(document: object, request: AdmissionRequest): boolean {
  const { rules, notes } = taken(document);
  if (notes.length > 0) throw new Error(JSON.stringify(notes));
  return verdict(rules, request).decision.verdict === 'deny';
}
