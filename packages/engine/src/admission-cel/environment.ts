// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  BOOL,
  DYN,
  type Environment,
  environmentOf,
  KUBERNETES_MINORS,
  librariesOf,
  listOf,
  mapOf,
  objectOf,
  STRING,
} from '../cel/index.ts';

const KIND = objectOf('bartizan.Kind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = objectOf('bartizan.Resource', { group: STRING, resource: STRING });
const USER = objectOf('bartizan.User', { username: STRING, groups: listOf(STRING) });
/** What a rule can know of a request: less than the API server knows, so that an audit can ask the same. */
const REQUEST = objectOf('bartizan.Request', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
});
const NAMESPACE = objectOf('bartizan.Namespace', {
  metadata: objectOf('bartizan.NamespaceMetadata', {
    name: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
  }),
});

/** What the expressions of rules may name where an API server of a minor version is guarded. */
const make = (minor: number): Environment =>
  environmentOf({
    variables: {
      object: DYN,
      oldObject: DYN,
      pod: DYN,
      request: REQUEST,
      namespaceObject: NAMESPACE,
      params: mapOf(STRING, DYN),
    },
    libraries: librariesOf(minor),
    strict: true,
  });

const known = new Map<number, Environment>();

/** The environment of a version; one that we do not know counts as the nearest that we do. */
export function ruleEnvironment(minor: number): Environment {
  const nearest = Math.min(Math.max(Math.trunc(minor), KUBERNETES_MINORS.first), KUBERNETES_MINORS.last);
  const made = known.get(nearest) ?? make(nearest);
  known.set(nearest, made);
  return made;
}
