// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Value } from './value.ts';

export interface PlainObject {
  readonly [field: string]: Value | undefined;
}
/** Reads one field of a plain object. */
export type Reader = (object: PlainObject) => Value | undefined;

/**
 * The fields that policies ask for most, each with a function of its own, so that the engine of JavaScript remembers where the
 * field lies in the objects it has seen. No value that is not a plain object has any of them (a test looks), so what such a
 * function finds needs no second look at what it was found in.
 */
export const READERS: Readonly<Record<string, Reader>> = {
  metadata: (object) => object['metadata'],
  namespace: (object) => object['namespace'],
  labels: (object) => object['labels'],
  annotations: (object) => object['annotations'],
  spec: (object) => object['spec'],
  template: (object) => object['template'],
  containers: (object) => object['containers'],
  initContainers: (object) => object['initContainers'],
  ephemeralContainers: (object) => object['ephemeralContainers'],
  securityContext: (object) => object['securityContext'],
  privileged: (object) => object['privileged'],
  allowPrivilegeEscalation: (object) => object['allowPrivilegeEscalation'],
  runAsNonRoot: (object) => object['runAsNonRoot'],
  runAsUser: (object) => object['runAsUser'],
  runAsGroup: (object) => object['runAsGroup'],
  capabilities: (object) => object['capabilities'],
  drop: (object) => object['drop'],
  add: (object) => object['add'],
  seccompProfile: (object) => object['seccompProfile'],
  type: (object) => object['type'],
  readOnlyRootFilesystem: (object) => object['readOnlyRootFilesystem'],
  procMount: (object) => object['procMount'],
  seLinuxOptions: (object) => object['seLinuxOptions'],
  appArmorProfile: (object) => object['appArmorProfile'],
  windowsOptions: (object) => object['windowsOptions'],
  hostProcess: (object) => object['hostProcess'],
  hostNetwork: (object) => object['hostNetwork'],
  hostPID: (object) => object['hostPID'],
  hostIPC: (object) => object['hostIPC'],
  hostPort: (object) => object['hostPort'],
  hostPath: (object) => object['hostPath'],
  volumes: (object) => object['volumes'],
  volumeMounts: (object) => object['volumeMounts'],
  ports: (object) => object['ports'],
  containerPort: (object) => object['containerPort'],
  image: (object) => object['image'],
  env: (object) => object['env'],
  resources: (object) => object['resources'],
  limits: (object) => object['limits'],
  requests: (object) => object['requests'],
  cpu: (object) => object['cpu'],
  memory: (object) => object['memory'],
  kind: (object) => object['kind'],
  operation: (object) => object['operation'],
  userInfo: (object) => object['userInfo'],
  username: (object) => object['username'],
  replicas: (object) => object['replicas'],
  sysctls: (object) => object['sysctls'],
  serviceAccountName: (object) => object['serviceAccountName'],
  automountServiceAccountToken: (object) => object['automountServiceAccountToken'],
};

/** The reader of a field; undefined for one that is not among them. */
export const readerOf = (field: string): Reader | undefined =>
  Object.hasOwn(READERS, field) ? READERS[field] : undefined;
