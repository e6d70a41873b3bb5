// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionDecision,
  AdmissionRule,
  StoredAdmissionBinding,
  StoredAdmissionException,
  StoredAdmissionRule,
} from '@bartizan/contracts';
import { OWNER } from './records.ts';

const header = {
  ...OWNER,
  owner: 'platform',
  origin: 'user',
  revision: 1,
  contentHash: 'c0ffee',
  updatedAtMs: 1000,
} as const;

/** An admission rule: no container is privileged. */
export const anAdmissionRule = (changes: Partial<AdmissionRule> = {}): AdmissionRule => ({
  id: 'custom.privileged',
  title: { en: 'Containers are not privileged', ja: 'コンテナーは特権モードではない' },
  description: { en: 'A privileged container owns the node.', ja: '特権コンテナーはノードを支配できます。' },
  severity: 'critical',
  effect: 'deny',
  order: 500,
  stages: ['ci', 'admission', 'audit'],
  mode: 'audit',
  match: { resources: ['workloads'], operations: ['CREATE', 'UPDATE'] },
  condition: {
    some: 'containers',
    where: { field: 'container.privileged', operator: 'equals', value: true },
  },
  whenUnknown: 'alert',
  message: { en: '{container.name} is privileged', ja: '{container.name} は特権モードです' },
  control: ['k01-workload-configuration'],
  owasp: { 2022: ['K01'], 2025: ['K01'] },
  attack: ['T1611'],
  references: [],
  tests: { mustViolate: [], mustPass: [] },
  ...changes,
});

/** The same rule as the store keeps it. */
export const aStoredRule = (changes: Partial<StoredAdmissionRule> = {}): StoredAdmissionRule => ({
  ...header,
  id: 'custom.privileged',
  rule: anAdmissionRule(),
  enabled: true,
  ...changes,
});

/** A binding that enforces it. */
export const aStoredBinding = (changes: Partial<StoredAdmissionBinding> = {}): StoredAdmissionBinding => ({
  ...header,
  id: 'binding.shop',
  position: 0,
  binding: { id: 'binding.shop', rules: ['custom.*'], namespaces: ['shop'], mode: 'enforce' },
  ...changes,
});

/** An exception from it. */
export const aStoredException = (
  changes: Partial<StoredAdmissionException> = {},
): StoredAdmissionException => ({
  ...header,
  id: 'exception.debug',
  exception: {
    id: 'exception.debug',
    rules: ['custom.privileged'],
    namespaces: ['shop'],
    owner: 'aiko',
    reason: 'node debugging until the driver is fixed',
    expiresAtMs: 2_000_000_000_000,
  },
  createdBy: 'aiko',
  createdAtMs: 1000,
  ...changes,
});

/** An answer to the API server. */
export const anAdmissionDecision = (changes: Partial<AdmissionDecision> = {}): AdmissionDecision => ({
  ...OWNER,
  id: 'd-1',
  requestUid: '705ab4f5-6393-11e8-b7cc-42010a800002',
  operation: 'CREATE',
  resource: 'v1/pods',
  kind: 'Pod',
  namespace: 'shop',
  name: 'web-1',
  user: 'aiko',
  userGroups: ['system:authenticated'],
  dryRun: false,
  policyRevision: 'c0ffee',
  violations: [],
  decision: { verdict: 'allow', reasons: [], nearest: [], enforcementPoint: 'api-server', elapsedUs: 120 },
  atMs: 1000,
  ...changes,
});
