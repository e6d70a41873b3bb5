// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { anAdmissionRule } from '@bartizan/testkit/store';

/** A pod that starts on the node of the test and ends at once when it is deleted. */
export const pod = (
  name: string,
  { privileged = false, image = 'localhost/busybox:1' }: { privileged?: boolean; image?: string } = {},
) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [{ name: 'main', image, command: ['sleep', '1000'], securityContext: { privileged } }],
  },
});

/** A Service that stays, once it is deleted, until somebody takes its finalizer away. */
export const leavingService = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, finalizers: ['example.org/hold'] },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});

export const deployment = (name: string, privileged = false) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: pod(name, { privileged }).spec },
  },
});

/** No more than three replicas, asked where `kubectl scale` goes: the sub-resource. */
export const SCALE_RULE: AdmissionRule = anAdmissionRule({
  id: 'custom.scale',
  match: { resources: ['apps/deployments/scale'], operations: ['UPDATE'] },
  condition: { field: 'object.replicas', operator: 'greater-than', value: 3 },
  message: { en: 'more than three replicas', ja: 'レプリカが 3 つを超えています' },
});

/** Nothing runs that nobody has scanned; what is not known yet is refused too. */
export const SCANNED_RULE: AdmissionRule = anAdmissionRule({
  id: 'custom.scanned',
  whenUnknown: 'deny',
  condition: {
    some: 'containers',
    where: { field: 'image.scanned', operator: 'equals', value: false },
  },
  message: { en: 'the image has not been scanned', ja: 'イメージがスキャンされていません' },
});
