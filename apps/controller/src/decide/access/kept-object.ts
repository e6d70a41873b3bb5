// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type JsonRecord, listOf, recordOf } from '@bartizan/adapters/kube';
import { CLOUD_ROLE_ANNOTATIONS, noteOfSecret } from '@bartizan/engine/cluster-posture';
import { readLabels } from '@bartizan/engine/reachability';
import type { ObjectChange } from '../admission/cluster-audit.ts';

/** A member of a record; undefined of anything else, and of what an object only inherits. */
export const at = (value: unknown, key: string): unknown => {
  const record = recordOf(value);
  return Object.hasOwn(record, key) ? record[key] : undefined;
};

/** Members by their names, without those that are not there. */
export const pick = (value: unknown, ...keys: readonly string[]): JsonRecord =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const member = at(value, key);
      return member === undefined ? [] : [[key, member]];
    }),
  );

/** Of an environment only where values come from: a value that is written in it may be a secret. */
const environmentOf = (container: unknown): JsonRecord => ({
  env: listOf(at(container, 'env')).flatMap((one) => {
    const from = at(at(one, 'valueFrom'), 'secretKeyRef');
    return from === undefined ? [] : [{ valueFrom: { secretKeyRef: { name: at(from, 'name') } } }];
  }),
  envFrom: listOf(at(container, 'envFrom')).flatMap((one) => {
    const from = at(one, 'secretRef');
    return from === undefined ? [] : [{ secretRef: { name: at(from, 'name') } }];
  }),
});

const volumeOf = (volume: unknown): readonly JsonRecord[] => {
  const secret = at(at(volume, 'secret'), 'secretName');
  const projected = listOf(at(at(volume, 'projected'), 'sources')).flatMap(
    (source): readonly JsonRecord[] => {
      const token = at(source, 'serviceAccountToken');
      if (token !== undefined) return [{ serviceAccountToken: pick(token, 'audience') }];
      const name = at(at(source, 'secret'), 'name');
      return name === undefined ? [] : [{ secret: { name } }];
    },
  );
  if (secret !== undefined) return [{ secret: { secretName: secret } }];
  return projected.length > 0 ? [{ projected: { sources: projected } }] : [];
};

function keptPod(object: unknown): { readonly spec: JsonRecord; readonly status: JsonRecord } {
  const spec = at(object, 'spec');
  const containers = (key: string): JsonRecord[] =>
    listOf(at(spec, key)).map((container) => ({
      ...pick(container, 'ports', 'image'),
      ...environmentOf(container),
    }));
  return {
    spec: {
      ...pick(spec, 'serviceAccountName', 'automountServiceAccountToken', 'hostNetwork', 'imagePullSecrets'),
      containers: containers('containers'),
      initContainers: containers('initContainers'),
      volumes: listOf(at(spec, 'volumes')).flatMap(volumeOf),
    },
    status: { podIPs: at(at(object, 'status'), 'podIPs') },
  };
}

/** Of a workload only the secrets that its pods will take: a pod that does not run now takes none. */
const keptTemplate = (object: unknown): JsonRecord => ({
  spec: { template: { spec: pick(keptPod(at(at(object, 'spec'), 'template')).spec, ...SECRET_PLACES) } },
});
const SECRET_PLACES = ['containers', 'initContainers', 'volumes', 'imagePullSecrets'] as const;

/** What is kept of kinds whose whole object is not needed. */
const KEPT_OF: Readonly<Record<string, (object: unknown) => JsonRecord>> = {
  Pod: keptPod,
  Secret: (object) => ({ noted: noteOfSecret(object) }),
  Deployment: keptTemplate,
  StatefulSet: keptTemplate,
  DaemonSet: keptTemplate,
  Job: keptTemplate,
  CronJob: (object) => keptTemplate(at(at(object, 'spec'), 'jobTemplate')),
  NetworkPolicy: (object) => pick(object, 'spec'),
  ClusterNetworkPolicy: (object) => pick(object, 'spec'),
  AdminNetworkPolicy: (object) => pick(object, 'spec'),
  BaselineAdminNetworkPolicy: (object) => pick(object, 'spec'),
  Ingress: (object) => pick(object, 'spec', 'status'),
  Service: (object) => pick(object, 'spec', 'status'),
  Node: (object) => ({
    spec: pick(at(object, 'spec'), 'providerID'),
    status: pick(at(object, 'status'), 'nodeInfo', 'addresses', 'daemonEndpoints'),
  }),
};

/** Annotations that are asked about; most others change often and hold what people wrote. */
function annotationsOf(kind: string, object: unknown): JsonRecord {
  const given = at(at(object, 'metadata'), 'annotations');
  if (kind === 'ServiceAccount') return { annotations: pick(given, ...Object.keys(CLOUD_ROLE_ANNOTATIONS)) };
  if (kind !== 'Service') return {};
  const keys = Object.keys(recordOf(given)).filter((key) => /load-?balancer/i.test(key));
  return { annotations: pick(given, ...keys) };
}

/** What is kept of an object: the rest, a status that changes each second for instance, makes no new answer. */
export function keptOf({ kind, namespace, name, object }: ObjectChange): JsonRecord {
  const metadata = { namespace, name, labels: readLabels(object), ...annotationsOf(kind, object) };
  return {
    kind,
    metadata,
    ...pick(object, 'rules', 'aggregationRule', 'roleRef', 'subjects', 'automountServiceAccountToken'),
    ...(kind === 'ServiceAccount' ? pick(object, 'imagePullSecrets') : {}),
    ...(Object.hasOwn(KEPT_OF, kind) ? KEPT_OF[kind]?.(object) : {}),
  };
}

/** A pod that ended connects to nothing and holds no token that is still good. */
export const hasEnded = (object: unknown): boolean =>
  ['Succeeded', 'Failed'].includes(String(at(at(object, 'status'), 'phase')));
