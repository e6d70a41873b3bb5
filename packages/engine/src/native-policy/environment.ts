// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  BOOL,
  DYN,
  type Environment,
  environmentOf,
  INT,
  librariesOf,
  listOf,
  mapOf,
  objectOf,
  readType,
  STRING,
  TIMESTAMP,
  type Type,
} from '../cel/index.ts';

const KIND = objectOf('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = objectOf('kubernetes.GroupVersionResource', {
  group: STRING,
  version: STRING,
  resource: STRING,
});
const USER = objectOf('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});
const REQUEST = objectOf('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});
const NAMESPACE = objectOf('kubernetes.Namespace', {
  metadata: objectOf('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: objectOf('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: objectOf('kubernetes.NamespaceStatus', { phase: STRING }),
});

const BASE = { object: DYN, oldObject: DYN, request: REQUEST, namespaceObject: NAMESPACE } as const;
const AUTHORIZER: Readonly<Record<string, Type>> = {
  authorizer: readType('kubernetes.authorization.Authorizer'),
  'authorizer.requestResource': readType('kubernetes.authorization.ResourceCheck'),
};

export interface PolicyEnvironments {
  /** Variables, validations and audit annotations, before the policy's own variables. */
  readonly full: Environment;
  /** Message expressions know no authorizer. */
  readonly message: Environment;
}

/** Some hundred signatures are read for each: those of a version are kept, and of a few versions at most. */
const known = new Map<string, PolicyEnvironments>();
const KNOWN_MAX = 16;

/**
 * What the expressions of a policy may name on an API server of a minor version. A new policy may use only what the version
 * before it knows too, so that the server can be rolled back.
 */
export function policyEnvironments(minor: number, hasParams: boolean): PolicyEnvironments {
  const key = `${minor} ${hasParams}`;
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const variables = hasParams ? { ...BASE, params: DYN } : BASE;
  const libraries = librariesOf(minor - 1);
  const made = {
    full: environmentOf({ variables: { ...variables, ...AUTHORIZER }, libraries, strict: true }),
    message: environmentOf({ variables, libraries, strict: true }),
  };
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(key, made);
  return made;
}
