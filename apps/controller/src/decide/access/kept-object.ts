// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { CLOUD_ROLE_ANNOTATIONS } from '@bartizan/engine/cluster-posture';
import { readLabels } from '@bartizan/engine/reachability';
import type { ObjectChange } from '../admission/cluster-audit.ts';

/** A part of an object that is kept. */
export type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** A member of a record; undefined of anything else. */
export const at = (value: unknown, key: string): unknown =>
  isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Members by their names, without those that are not there. */
const pick = (value: unknown, ...keys: readonly string[]): Json =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const member = at(value, key);
      return member === undefined ? [] : [[key, member]];
    }),
  );

/** Of an environment only where values come from: a value that is written in it may be a secret. */
const environmentOf = (container: unknown): Json => ({
  env: items(at(container, 'env')).flatMap((one) => {
    const from = at(at(one, 'valueFrom'), 'secretKeyRef');
    return from === undefined ? [] : [{ valueFrom: { secretKeyRef: { name: at(from, 'name') } } }];
  }),
  envFrom: items(at(container, 'envFrom')).flatMap((one) => {
    const from = at(one, 'secretRef');
    return from === undefined ? [] : [{ secretRef: { name: at(from, 'name') } }];
  }),
});

const volumeOf = (volume: unknown): readonly Json[] => {
  const secret = at(at(volume, 'secret'), 'secretName');
  const projected = items(at(at(volume, 'projected'), 'sources')).flatMap((source) => {
    const name = at(at(source, 'secret'), 'name');
    return name === undefined ? [] : [{ secret: { name } }];
  });
  if (secret !== undefined) return [{ secret: { secretName: secret } }];
  return projected.length > 0 ? [{ projected: { sources: projected } }] : [];
};

function keptPod(object: unknown): Json {
  const spec = at(object, 'spec');
  const containers = (key: string): Json[] =>
    items(at(spec, key)).map((container) => ({
      ...pick(container, 'ports', 'image'),
      ...environmentOf(container),
    }));
  return {
    spec: {
      ...pick(spec, 'serviceAccountName', 'automountServiceAccountToken', 'hostNetwork', 'imagePullSecrets'),
      containers: containers('containers'),
      initContainers: containers('initContainers'),
      volumes: items(at(spec, 'volumes')).flatMap(volumeOf),
    },
    status: { podIPs: at(at(object, 'status'), 'podIPs') },
  };
}

/** What is kept of kinds whose whole object is not needed. */
const KEPT_OF: Readonly<Record<string, (object: unknown) => Json>> = {
  Pod: keptPod,
  NetworkPolicy: (object) => pick(object, 'spec'),
  Ingress: (object) => pick(object, 'spec', 'status'),
  Service: (object) => pick(object, 'spec', 'status'),
  Node: (object) => ({
    spec: pick(at(object, 'spec'), 'providerID'),
    status: pick(at(object, 'status'), 'nodeInfo', 'addresses'),
  }),
};

/** Annotations that are asked about; most others change often and hold what people wrote. */
function annotationsOf(kind: string, object: unknown): Json {
  const given = at(at(object, 'metadata'), 'annotations');
  if (kind === 'ServiceAccount') return { annotations: pick(given, ...Object.keys(CLOUD_ROLE_ANNOTATIONS)) };
  if (kind !== 'Service' || !isRecord(given)) return {};
  const keys = Object.keys(given).filter((key) => /load-?balancer/i.test(key));
  return { annotations: pick(given, ...keys) };
}

/** What is kept of an object: the rest, a status that changes each second for instance, makes no new answer. */
export function keptOf({ kind, namespace, name, object }: ObjectChange): Json {
  const metadata = { namespace, name, labels: readLabels(object), ...annotationsOf(kind, object) };
  return {
    kind,
    metadata,
    ...pick(object, 'rules', 'aggregationRule', 'roleRef', 'subjects', 'automountServiceAccountToken'),
    ...(Object.hasOwn(KEPT_OF, kind) ? KEPT_OF[kind]?.(object) : {}),
  };
}

/** A pod that ended connects to nothing and holds no token that is still good. */
export const hasEnded = (object: unknown): boolean =>
  ['Succeeded', 'Failed'].includes(String(at(at(object, 'status'), 'phase')));
