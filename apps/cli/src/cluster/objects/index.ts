// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { agentObjects } from './agent.ts';
import { controllerObjects } from './controller.ts';
import { imageVerdictKind } from './image-verdicts.ts';
import { networkObjects } from './network.ts';
import { type ClusterObject, KEPT_BY_HELM, labelsOf, NAMES, type ObjectOptions } from './object.ts';
import { policyKinds } from './policy-kinds.ts';
import { rightObjects } from './rights.ts';

const securityLabels = (level: 'restricted' | 'privileged'): Record<string, string> => ({
  'pod-security.kubernetes.io/enforce': level,
  'pod-security.kubernetes.io/audit': level,
  'pod-security.kubernetes.io/warn': level,
});

const namespace = (name: string, part: string, level: 'restricted' | 'privileged'): ClusterObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { ...labelsOf(part), ...securityLabels(level) } },
});

const keptByHelm = (object: ClusterObject): ClusterObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: KEPT_BY_HELM },
});

/**
 * Everything of an installation but its keys, in the order in which it is applied. The one source of the bundle, the
 * kustomize base, the chart and of what the install command applies.
 */
export const clusterObjects = (options: ObjectOptions): readonly ClusterObject[] => [
  keptByHelm(namespace(NAMES.namespace, 'controller', 'restricted')),
  namespace(NAMES.agentNamespace, 'agent', 'privileged'),
  imageVerdictKind(),
  ...policyKinds(),
  ...rightObjects(),
  ...networkObjects(options),
  ...controllerObjects(options),
  ...agentObjects(options),
];
