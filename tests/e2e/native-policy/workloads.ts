// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRequest } from '@bartizan/engine/admission';

/** A workload with all that its kind must have, so that the API server takes it. */
export function complete(request: AdmissionRequest): AdmissionRequest {
  const object = structuredClone(request.object) as Record<string, Record<string, unknown> | undefined>;
  const labels = { app: 'judged' };
  const { kind } = request;
  object['metadata'] = { name: 'judged', namespace: 'shop', ...object['metadata'] };
  const spec = object['spec'] ?? {};
  const job = kind === 'CronJob' ? (spec['jobTemplate'] as { spec: Record<string, unknown> }).spec : spec;
  const template = (kind === 'PodTemplate' ? object['template'] : (job['template'] as object | undefined)) as
    | { metadata?: Record<string, unknown>; spec?: Record<string, unknown> }
    | undefined;
  if (template !== undefined) {
    template.metadata = { ...template.metadata, labels };
    if (kind === 'Job' || kind === 'CronJob') template.spec = { ...template.spec, restartPolicy: 'Never' };
    if (['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].includes(kind))
      spec['selector'] = { matchLabels: labels };
    if (kind === 'ReplicationController') spec['selector'] = labels;
    if (kind === 'CronJob') spec['schedule'] = '@daily';
    if (kind === 'StatefulSet') spec['serviceName'] = 'judged';
  }
  return { ...request, object, name: 'judged' };
}
